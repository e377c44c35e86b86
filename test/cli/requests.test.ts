/** Requests are plain data: what the command line asks for can be written as JSON, queued, and asked for again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveAddRequest, archiveGetRequest, archiveRequest } from '../../src/cli/commands/archive.js';
import { auditRequest } from '../../src/cli/commands/audit.js';
import { cachePruneRequest, cacheRequest, cacheServeRequest } from '../../src/cli/commands/cache.js';
import { checkRequest } from '../../src/cli/commands/check.js';
import { configRequest } from '../../src/cli/commands/config.js';
import { deliverRequest } from '../../src/cli/commands/deliver.js';
import { explainRequest } from '../../src/cli/commands/explain.js';
import { extractRequest } from '../../src/cli/commands/extract.js';
import { fleetRequest, fleetRunRequest, fleetWorkerRequest, queueRequest } from '../../src/cli/commands/fleet.js';
import { generateRequest } from '../../src/cli/commands/generate.js';
import { imageApplyRequest } from '../../src/cli/commands/image-apply.js';
import { imageDeltaRequest } from '../../src/cli/commands/image-delta.js';
import { imageInfoRequest } from '../../src/cli/commands/image-info.js';
import { initRequest } from '../../src/cli/commands/init.js';
import { inspectRequest } from '../../src/cli/commands/inspect.js';
import { littlefsCheckRequest, littlefsMakeRequest } from '../../src/cli/commands/littlefs.js';
import { lsRequest } from '../../src/cli/commands/ls.js';
import { moduleRequest, moduleTreeRequest } from '../../src/cli/commands/module.js';
import { nvsDiffRequest, nvsDumpRequest, nvsMakeRequest } from '../../src/cli/commands/nvs.js';
import { nvsMassRequest } from '../../src/cli/commands/nvs-mass.js';
import { preflightRequest } from '../../src/cli/commands/preflight.js';
import { prepareRequest } from '../../src/cli/commands/prepare.js';
import { quecpythonBackupRequest, quecpythonUpdateRequest } from '../../src/cli/commands/quecpython.js';
import { releaseRequest } from '../../src/cli/commands/release.js';
import { reproduceRequest } from '../../src/cli/commands/reproduce.js';
import { serveRequest } from '../../src/cli/commands/serve.js';
import { signRequest } from '../../src/cli/commands/sign.js';
import { squashfsMakeRequest } from '../../src/cli/commands/squashfs.js';
import { supportRequest } from '../../src/cli/commands/support.js';
import { verifyRequest } from '../../src/cli/commands/verify.js';
import { watchRequest } from '../../src/cli/commands/watch.js';
import { updateGenRequest } from '../../src/cli/update-gen.js';

const pair = { source: 'v1.zip', target: 'v2.zip', parts: 'a', modes: 'build' } as const;
const reading = { lists: 'lists', companion: 'targetfiles.zip' };
const device = { cacheSize: '64M', usrdataFree: '64M' };
/** What a configuration adds. */
const configuration = { file: 'dfota.config.yaml', product: 'gateway' };
const package_ = {
  parts: 'lm',
  modes: 'note',
  bootUpdate: 'resumable',
  scriptDialect: 'assert',
  effort: 'best',
  verify: 'full',
  profile: 'strict',
} as const;

/** For each command the request with every option given, and with none that may be left out. */
const requests: Readonly<Record<string, { readonly all: object; readonly least: object }>> = {
  'archive add': {
    all: archiveAddRequest({ build: 'v1.zip', to: 'releases' }),
    least: archiveAddRequest({ build: 'v1.zip', to: 'releases' }),
  },
  'archive get': {
    all: archiveGetRequest({ revision: 'A01', from: 'releases', output: 'v1.zip' }),
    least: archiveGetRequest({ revision: 'A01', from: 'releases', output: 'targetfiles.zip' }),
  },
  'archive list and verify': {
    all: archiveRequest({ archive: 'releases' }),
    least: archiveRequest({ archive: 'releases' }),
  },
  'cache ls and verify': { all: cacheRequest({ folder: 'patches' }), least: cacheRequest({}) },
  'cache prune': {
    all: cachePruneRequest({ folder: 'patches', maxSize: '1G', unusedDays: '30' }),
    least: cachePruneRequest({}),
  },
  'cache serve': {
    all: cacheServeRequest({ folder: 'patches', listen: 'tcp://127.0.0.1:0', maxSize: '1G' }),
    least: cacheServeRequest({ listen: 'tcp://127.0.0.1:0' }),
  },
  audit: {
    all: auditRequest({
      ...pair,
      ...reading,
      exact: true,
      jobs: '2',
      memory: '1G',
      cache: 'https://cache.example',
      cacheReadOnly: true,
      package: 'update.zip',
      policy: 'policy.yaml',
      today: '2026-11-21',
      output: 'audit.html',
    }),
    least: auditRequest({ ...pair, noCache: true }),
  },
  check: {
    all: checkRequest({ ...pair, ...reading, deviceFiles: 'system.sha1', package: 'update.zip' }),
    least: checkRequest(pair),
  },
  deliver: {
    all: deliverRequest({
      package: 'update.zip',
      port: 'tcp://127.0.0.1:1',
      via: 'https',
      adb: 'RG520N-1',
      adbServer: 'tcp://127.0.0.1:5037',
      modulePort: '/dev/smd11',
      url: 'https://host/update.zip',
      serveHost: '192.168.225.20',
      serveListen: 'tcp://0.0.0.0:8443',
      serveScheme: 'https',
      cert: 'cert.pem',
      key: 'key.pem',
      name: 'p.zip',
      folder: '/data/ufs',
      expectVersion: 'V2',
      force: true,
      resume: true,
      journal: 'journal',
      speed: '10',
    }),
    least: deliverRequest({ package: 'update.zip', port: 'tcp://127.0.0.1:1', via: 'at', speed: '1' }),
  },
  explain: {
    all: explainRequest({ words: ['status', '7'], package: 'update.zip' }),
    least: explainRequest({ words: ['510'] }),
  },
  'image-delta': {
    all: imageDeltaRequest({
      old: 'v1.bin',
      new: 'v2.bin',
      patch: 'v2.patch',
      layout: 'fp',
      inPlace: true,
      backupArea: '256K',
      flashBlock: '4K',
      writeSize: '8',
      ram: '32K',
      segment: '64K',
      product: 'EC25',
      counter: '7',
      repack: 'gzip,lz4',
      scratch: '64M',
      sign: '64',
      key: 'key.pem',
    }),
    least: imageDeltaRequest({ old: 'v1.bin', new: 'v2.bin', output: 'v2.patch' }),
  },
  'image-apply': {
    all: imageApplyRequest({
      old: 'v1.bin',
      patch: 'v2.patch',
      output: 'v2.bin',
      product: 'EC25',
      counter: '7',
      publicKey: 'key.pub',
    }),
    least: imageApplyRequest({ old: 'v1.bin', patch: 'v2.patch', output: 'v2.bin' }),
  },
  'image-info': {
    all: imageInfoRequest({ patch: 'v2.patch', old: 'v1.bin' }),
    least: imageInfoRequest({ patch: 'v2.patch' }),
  },
  extract: {
    all: extractRequest({ input: 'v1.zip', output: 'out', only: ['SYSTEM/etc'], volume: 'rootfs', format: 'littlefs' }),
    least: extractRequest({ input: 'v1.zip', output: 'out' }),
  },
  'fleet plan': {
    all: fleetRequest({ file: 'fleet.yaml', only: 'a,b', withRollback: true }),
    least: fleetRequest({ file: 'fleet.yaml' }),
  },
  'fleet worker': {
    all: fleetWorkerRequest({
      queue: 'redis://build1',
      queueName: 'q',
      root: '/mnt/fleet',
      output: 'packages',
      archiveCache: 'builds',
      archiveCacheSize: '10G',
      concurrency: '2',
      jobs: '2',
      memory: '1G',
      cache: 'https://cache.example',
      cacheReadOnly: true,
    }),
    least: fleetWorkerRequest({ queue: 'redis://build1', queueName: 'q', root: '.', concurrency: '1', noCache: true }),
  },
  'fleet status': {
    all: queueRequest({ queue: 'redis://build1', queueName: 'q' }),
    least: queueRequest({ queue: 'redis://build1', queueName: 'q' }),
  },
  'fleet run': {
    all: fleetRunRequest({
      file: 'fleet.yaml',
      withRollback: true,
      only: 'a',
      jobs: '2',
      memory: '1G',
      report: 'fleet.html',
      cache: 'cache',
      cacheReadOnly: true,
    }),
    least: fleetRunRequest({ file: 'fleet.yaml', noCache: true }),
  },
  generate: {
    all: generateRequest(
      {
        ...package_,
        ...reading,
        ...device,
        configuration,
        fromArchive: 'releases',
        sourceVersion: ['A01', 'A02'],
        target: 'v3.zip',
        output: 'out',
        plan: 'plan.json',
        permissions: 'set_perm',
        engine: 'bsdiff-node',
        jobs: '2',
        memory: '1G',
        cache: 'cache',
        cacheReadOnly: true,
        systemFree: '1M',
        deviceMemory: '128M',
        provenance: 'provenance.json',
        sbom: 'sbom.cdx.json',
        builderId: 'https://ci.example/1',
        eraseBlock: '128K',
        property: ['ro.product.device=sdx65'],
        allowProgram: ['/sbin/sync'],
        allow: ['boot-image-gone'],
      },
      '2026-11-21T00:00:00Z',
    ),
    least: generateRequest({ ...package_, source: 'v1.zip', to: 'v2.zip', noCache: true }),
  },
  config: { all: configRequest({ config: 'c.yaml', product: 'a', noConfig: true }), least: configRequest({}) },
  init: {
    all: initRequest({ folder: 'builds', updateGen: true, product: 'a' }),
    least: initRequest({ folder: '.' }),
  },
  inspect: { all: inspectRequest({ package: 'update.zip' }), least: inspectRequest({ package: 'update.zip' }) },
  ls: {
    all: lsRequest({ input: 'v1.zip', only: ['SYSTEM/etc'], volume: 'rootfs', format: 'littlefs' }),
    least: lsRequest({ input: 'v1.zip' }),
  },
  module: {
    all: moduleRequest({
      firmware: 'v1.zip',
      listen: 'tcp://127.0.0.1:0',
      state: 'm1',
      fault: ['lost-end'],
      speed: '100',
      profile: 'strict',
    }),
    least: moduleRequest({
      firmware: 'v1.zip',
      listen: 'tcp://127.0.0.1:0',
      state: 'm1',
      speed: '1',
      profile: 'linux-embedded',
    }),
  },
  'module --tree': {
    all: moduleTreeRequest({ state: 'm1', tree: 'out', firmware: 'v1.zip' }),
    least: moduleTreeRequest({ state: 'm1', tree: 'out' }),
  },
  preflight: {
    all: preflightRequest({
      package: 'update.zip',
      port: 'tcp://127.0.0.1:1',
      adb: 'RG520N-1',
      adbServer: 'tcp://127.0.0.1:5037',
      deviceFiles: 'system.sha1',
      usrdataFree: '60M',
      systemFree: '20M',
      expectVersion: 'V2',
      speed: '1',
    }),
    least: preflightRequest({ package: 'update.zip', speed: '1' }),
  },
  serve: {
    all: serveRequest({
      package: 'update.zip',
      listen: 'tcp://127.0.0.1:0',
      cert: 'cert.pem',
      key: 'key.pem',
      https: true,
      limit: '50K',
      once: true,
    }),
    least: serveRequest({ package: 'update.zip', listen: 'tcp://127.0.0.1:0' }),
  },
  watch: {
    all: watchRequest({ port: 'tcp://127.0.0.1:1', log: 'log' }),
    least: watchRequest({ port: 'tcp://127.0.0.1:1' }),
  },
  'nvs make': {
    all: nvsMakeRequest({
      csv: 'mass.csv',
      output: 'mass.bin',
      size: '0x3000',
      version: '1',
      keyFile: 'keys.bin',
      hmacKey: 'hmac.bin',
      generateKey: 'new.bin',
    }),
    least: nvsMakeRequest({ csv: 'mass.csv', output: 'mass.bin', size: '12K', version: '2' }),
  },
  'nvs mass': {
    all: nvsMassRequest({
      config: 'c.csv',
      values: 'v.csv',
      output: 'batch',
      size: '12K',
      version: '1',
      prefix: 'unit',
      fileId: 'serial',
      unique: 'serial,mac',
      keyFile: 'keys.bin',
      hmacKey: 'hmac.bin',
      jobs: '2',
    }),
    least: nvsMassRequest({ config: 'c.csv', values: 'v.csv', output: 'batch', size: '12K', version: '2' }),
  },
  'quecpython update': {
    all: quecpythonUpdateRequest({ old: 'v1', new: 'v2', output: 'update', baseUrl: 'https://example.com/' }),
    least: quecpythonUpdateRequest({ old: 'v1', new: 'v2', output: 'update' }),
  },
  'quecpython backup': {
    all: quecpythonBackupRequest({ tree: 'v1', output: 'backup', size: '200K', digest: 'sha256', writable: ['a'] }),
    least: quecpythonBackupRequest({ tree: 'v1', output: 'backup', digest: 'crc32' }),
  },
  'nvs dump': {
    all: nvsDumpRequest({ bin: 'mass.bin', keyFile: 'keys.bin', hmacKey: 'hmac.bin' }),
    least: nvsDumpRequest({ bin: 'mass.bin' }),
  },
  'nvs diff': {
    all: nvsDiffRequest({ before: '1.bin', after: '2.bin', keyFile: 'keys.bin', hmacKey: 'hmac.bin' }),
    least: nvsDiffRequest({ before: '1.bin', after: '2.bin' }),
  },
  'squashfs make': {
    all: squashfsMakeRequest(
      { folder: 'd', output: 'd.ubi', block: '128K', ubi: true, volume: 'data', eraseBlock: '256K', page: '4096' },
      '2026-11-26T00:00:00Z',
    ),
    least: squashfsMakeRequest({ folder: 'd', output: 'd.img', block: '128K', volume: 'data', page: '4096' }),
  },
  'littlefs make': {
    all: littlefsMakeRequest({ folder: 'usr', output: 'usr.bin', size: '5M', block: '4096', preset: 'customer_fs' }),
    least: littlefsMakeRequest({ folder: 'usr', output: 'usr.bin', block: '4096' }),
  },
  'littlefs check': {
    all: littlefsCheckRequest({ image: 'usr.bin' }),
    least: littlefsCheckRequest({ image: 'usr.bin' }),
  },
  prepare: {
    all: prepareRequest({
      source: 'v1.zip',
      output: 'v2.zip',
      boot: 'boot.img',
      abl: 'abl.elf',
      multifota: 'multifota',
      rootfs: 'rootfs',
      modem: 'modem',
      recompress: 'boot',
      versionFile: 'version',
      owners: 'owners',
      allow: ['boot-image-unfit'],
      dryRun: true,
    }),
    least: prepareRequest({ source: 'v1.zip', output: 'v2.zip' }),
  },
  reproduce: {
    all: reproduceRequest({
      record: 'update.zip.json',
      source: 'v1.zip',
      target: 'v2.zip',
      lists: 'lists',
      companion: 'v1.zip',
      output: 'again.zip',
      jobs: '2',
    }),
    least: reproduceRequest({ record: 'update.zip.json' }),
  },
  release: {
    all: releaseRequest(
      {
        ...package_,
        ...reading,
        ...device,
        configuration,
        source: 'v1.zip',
        target: 'v2.zip',
        output: 'release.zip',
        permissions: 'set_perm',
        engine: 'bsdiff-node',
        jobs: '2',
        memory: '1G',
        systemFree: '1M',
        deviceMemory: '128M',
        eraseBlock: '128K',
        property: ['ro.product.device=sdx65'],
        allowProgram: ['/sbin/sync'],
        allow: ['boot-image-gone'],
        cache: 'cache',
        cacheReadOnly: true,
        policy: 'policy.yaml',
        builderId: 'urn:ci',
        scheme: 'le',
        key: 'key.pem',
        certificate: 'cert.pem',
        signerCommand: 'signer',
        publicKey: 'public.pem',
        signerTimeout: '5',
      },
      '2026-11-21T00:00:00Z',
    ),
    least: releaseRequest({ ...package_, source: 'v1.zip', target: 'v2.zip', output: 'out', noCache: true }),
  },
  support: {
    all: supportRequest({
      ...pair,
      ...reading,
      output: 'support.zip',
      package: 'update.zip',
      log: 'last_log',
      withFirmware: true,
      jobs: '2',
    }),
    least: supportRequest({ ...pair, output: 'support' }),
  },
  sign: {
    all: signRequest({
      package: 'update.zip',
      scheme: 'le',
      key: 'key.pem',
      certificate: 'cert.pem',
      signerCommand: 'signer',
      publicKey: 'public.pem',
      signerTimeout: '5',
      output: 'signed.zip',
      replace: true,
    }),
    least: signRequest({ package: 'update.zip', scheme: 'le', output: 'signed.zip' }),
  },
  update_gen: { all: updateGenRequest(['a.ubi'], true), least: updateGenRequest(['lm'], false) },
  verify: {
    all: verifyRequest({
      ...pair,
      ...reading,
      ...device,
      package: 'update.zip',
      profile: 'strict',
      powerCuts: '24',
      systemSize: '128M',
      eraseBlock: '128K',
      property: ['ro.product.device=sdx65'],
      allowProgram: ['/sbin/sync'],
      memory: '1G',
      trace: true,
    }),
    least: verifyRequest({ package: 'update.zip', source: 'v1.zip', parts: 'a', modes: 'build', powerCuts: 'none' }),
  },
};

/** Whether a property, however deep, is there without a value. */
function lacksValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined;
  return Object.values(value).some(lacksValue);
}

for (const [command, { all, least }] of Object.entries(requests)) {
  test(`unit: the request of ${command} survives JSON and a structured clone`, () => {
    assert.equal(lacksValue(all), false, 'the example gives every option');
    assert.deepEqual(JSON.parse(JSON.stringify(all)), all);
    for (const request of [all, least]) {
      assert.deepEqual(structuredClone(request), request);
      const again: unknown = JSON.parse(JSON.stringify(request));
      assert.equal(JSON.stringify(again), JSON.stringify(request));
    }
  });
}
