/** Every --json output is what its published schema says, with no field that the schema does not name. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { queueStatusJson } from '../../src/report/fleet/status.js';
import { changeProgram, linkProgram, makeProgram } from '../imagedelta/code-images.js';
import { makeArchive, revisionOf } from '../support/fleet.js';
import { makeKeyAlone } from '../support/keys.js';
import { mutationPair } from '../support/mutation-pair.js';
import { seededRandom } from '../support/random.js';
import { writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';
import { strict } from './schemas/build-schema.js';
import { documents, schemaText } from './schemas/documents.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const work = workFolder('schemas');
const at = (name: string): string => join(work, name);
const ajv = new Ajv({ allErrors: true });
const used = new Set<string>();

/** Holds a document against the published schema, and against the strict form of it. */
function hold(name: string, document: unknown): void {
  const schema: unknown = JSON.parse(readFileSync(join(root, `docs/schemas/${name}.schema.json`), 'utf8'));
  const { $id: _, ...closed } = Object(strict(schema));
  for (const each of [Object({ ...Object(schema), $id: undefined }), closed]) {
    const check = ajv.compile(JSON.parse(JSON.stringify(each)));
    assert.ok(check(document), `${name}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(document).slice(0, 2000)}`);
  }
  used.add(name);
}

async function command(...words: readonly string[]): Promise<unknown> {
  const { terminal, stdout } = testTerminal();
  await run(dfota('0.0.0'), [...words, '--json', '--quiet'], terminal);
  return JSON.parse(stdout());
}

before(() => {
  copyFileSync(writeTargetFiles(at('a'), mutationPair.source), at('v1.zip'));
  copyFileSync(writeTargetFiles(at('c'), { ...mutationPair.source, revision: 'A00' }), at('v0.zip'));
  copyFileSync(writeTargetFiles(at('b'), mutationPair.target), at('v2.zip'));
  mkdirSync(at('lists'));
  writeFileSync(at('lists/quectel_noota_filelist.txt'), 'SYSTEM/no/such\n');
});

test('unit: the schemas in docs/ are what the program says; npm run docs writes them', () => {
  for (const name of Object.keys(documents)) {
    assert.equal(readFileSync(join(root, `docs/schemas/${name}.schema.json`), 'utf8'), schemaText(name), name);
  }
  const apart = ['audit', 'policy'];
  const files = readdirSync(join(root, 'docs/schemas')).map((name) => name.replace('.schema.json', ''));
  for (const name of [...Object.keys(documents), ...apart]) assert.ok(files.includes(name), name);
});

test('unit: the schema of the audit knows every reason', () => {
  const { definitions } = JSON.parse(readFileSync(join(root, 'docs/schemas/audit.schema.json'), 'utf8'));
  const code = readFileSync(join(root, 'src/model/decision.ts'), 'utf8');
  const [, union = ''] = /export type Reason =([^;]*);/.exec(code) ?? [];
  const reasons = [...union.matchAll(/'([a-z-]+)'/g)].map(([, reason]) => reason);
  assert.ok(reasons.length > 20);
  assert.deepEqual(definitions.row.properties.reason.enum, reasons);
});

test('integration: generate, the record beside the package, reproduce, verify, sign', async () => {
  const pair = [at('v1.zip'), at('v2.zip'), '--lists', at('lists')];
  const words = ['--effort', 'fast', '--no-cache', '--output', at('update.zip')];
  hold('generation', await command('generate', ...pair, ...words));
  hold('package-record', JSON.parse(readFileSync(at('update.zip.json'), 'utf8')));
  hold('reproduction', await command('reproduce', at('update.zip.json')));
  hold('reproduction', await command('reproduce', at('update.zip.json'), '--source', at('v2.zip')));
  const off = ['--verify', 'off', '--from', at('v1.zip'), at('v2.zip'), '--from', at('v0.zip')];
  mkdirSync(at('several'));
  hold('generation', await command('generate', ...off, '--effort', 'fast', '--no-cache', '--output', at('several')));
  const key = makeKeyAlone(work, 'key');
  const sign = ['sign', at('update.zip'), '--scheme', 'le', '--key', key.key, '--output', at('signed.zip')];
  hold('signed', await command(...sign));
  const proof = [
    '--source',
    at('v1.zip'),
    '--target',
    at('v2.zip'),
    '--lists',
    at('lists'),
    '--power-cuts',
    '3',
    '--trace',
  ];
  hold('verification', await command('verify', at('signed.zip'), ...proof, '--public-key', key.publicKey));
  hold('verification', await command('verify', at('signed.zip'), '--public-key', key.publicKey));
  hold('verification', await command('verify', at('signed.zip'), '--source', at('v2.zip'), '--target', at('v2.zip')));
  hold('verification', await command('verify', at('update.zip'), '--source', at('v1.zip')));
});

test('integration: release and support', async () => {
  const pair = [at('v1.zip'), at('v2.zip')];
  const made = ['release', ...pair, '--effort', 'fast', '--no-cache', '--verify', 'off', '--output', at('bundle')];
  const key = makeKeyAlone(work, 'release-key');
  hold('release', await command(...made, '--scheme', 'detached', '--key', key.key));
  hold('package-record', JSON.parse(readFileSync(at('bundle/update.zip.json'), 'utf8')));
  hold('support', await command('support', at('v1.zip'), at('lists/quectel_noota_filelist.txt'), '--output', at('s')));
});

test('integration: check, inspect, audit, ls, extract', async () => {
  const [v1, v2] = [at('v1.zip'), at('v2.zip')];
  hold('check', await command('check', v1, v2, '--lists', at('lists')));
  const made = ['--effort', 'fast', '--no-cache', '--verify', 'off', '--output', at('look.zip')];
  await command('generate', v1, v2, ...made);
  hold('inspection', await command('inspect', at('look.zip')));
  hold('audit', await command('audit', v1, v2, '--no-cache', '--package', at('look.zip')));
  hold('listing', await command('ls', v1));
  hold('extraction', await command('extract', v1, '--output', at('extracted')));
});

test('integration: explain, archive, prepare', async () => {
  hold('explanation', await command('explain', '510'));
  hold('explanation', await command('explain', 'zip-truncated'));
  writeFileSync(
    at('last_log'),
    'ui_print Patching...\nassert failed: apply_patch_check("/system/bin/app", "a", "b")\nscript aborted: assert failed\nE:Error in /cache/update.zip\n(Status 7)\n',
  );
  hold('log-reading', await command('explain', at('last_log')));
  hold('archive-addition', await command('archive', 'add', at('v1.zip'), '--to', at('releases')));
  const version = 'RG520NNADAR01A01M4G_OCPU_01.001';
  hold('archive-fetch', await command('archive', 'get', version, '--from', at('releases'), '--output', at('got.zip')));
  hold('archive-addition', await command('archive', 'add', at('v0.zip'), at('v[12].zip'), '--to', at('releases')));
  hold('archive-addition', await command('archive', 'add', at('v0.zip'), at('none.zip'), '--to', at('releases')));
  hold('archive-listing', await command('archive', 'list', at('releases')));
  hold('archive-check', await command('archive', 'verify', at('releases')));
  writeFileSync(at('new-boot.img'), 'another kernel');
  const prepare = ['prepare', '--source', at('v1.zip'), '--boot', at('new-boot.img'), '--output', at('prepared.zip')];
  hold('preparation', await command(...prepare, '--dry-run'));
  hold('preparation', await command(...prepare));
});

test('integration: cache ls, prune and verify', async () => {
  const made = ['--effort', 'fast', '--cache', at('patches'), '--verify', 'off', '--output', at('kept.zip')];
  await command('generate', at('v1.zip'), at('v2.zip'), ...made);
  hold('cache-listing', await command('cache', 'ls', at('patches')));
  hold('cache-check', await command('cache', 'verify', at('patches')));
  hold('cache-pruning', await command('cache', 'prune', at('patches'), '--max-size', '0'));
});

test('integration: image-delta, image-apply, image-info', async () => {
  const program = makeProgram('thumb', 51, 60);
  writeFileSync(at('old.bin'), linkProgram(program));
  writeFileSync(
    at('new.bin'),
    Buffer.concat([linkProgram(changeProgram(program, 52)), gzipSync(seededRandom(53).bytes(5000))]),
  );
  const pair = [at('old.bin'), at('new.bin')];
  hold('image-delta', await command('image-delta', ...pair, '--output', at('patch'), '--product', 'EC25'));
  hold('image-apply', await command('image-apply', at('old.bin'), at('patch'), '--output', at('made.bin')));
  hold('image-info', await command('image-info', at('patch')));
  hold('image-info', await command('image-info', at('patch'), '--old', at('old.bin')));
});

test('integration: whatever fails', async () => {
  hold('failure', await command('inspect', at('none.zip')));
  hold('failure', await command('inspect'));
  hold('failure', await command('sign', at('v1.zip'), '--scheme', 'le', '--output', at('x.zip')));
});

test('integration: quecpython update, backup', async () => {
  for (const [name, text] of [
    ['user1', 'old'],
    ['user2', 'new'],
  ] as const) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'main.py'), text);
    writeFileSync(join(at(name), 'empty'), '');
  }
  hold('quecpython-update', await command('quecpython', 'update', at('user1'), at('user2'), '--output', at('update')));
  hold('quecpython-update', JSON.parse(readFileSync(join(at('update'), 'update.json'), 'utf8')));
  hold('quecpython-backup', await command('quecpython', 'backup', at('user1'), '--output', at('backup')));
});

test('integration: nvs make, dump, diff', async () => {
  const vector = (name: string): string => join(root, 'test/images/nvs/vectors', name);
  const words = ['nvs', 'make', vector('mass.csv'), '--size', '0x3000', '--output', at('mass.bin')];
  hold('nvs-made', await command(...words));
  hold('nvs-made', await command(...words, '--version', '1'));
  const bytes = readFileSync(vector('mass.bin'));
  writeFileSync(at('other.bin'), bytes.fill(0, 0x20, 0x21).fill(0x41, 0x100, 0x120).fill(0x41, 0x1000, 0x1010));
  writeFileSync(at('config.csv'), 'n,namespace\na,data,u8\n');
  writeFileSync(at('values.csv'), 'a\n1\n2\n');
  const batch = ['--config', at('config.csv'), '--values', at('values.csv'), '--output', at('batch')];
  hold('nvs-mass', await command('nvs', 'mass', ...batch, '--size', '0x3000'));
  hold('nvs-mass-manifest', JSON.parse(readFileSync(join(at('batch'), 'manifest.json'), 'utf8')));
  hold('nvs-dump', await command('nvs', 'dump', vector('mass.bin')));
  hold('nvs-dump', await command('nvs', 'dump', at('other.bin')));
  hold('nvs-diff', await command('nvs', 'diff', vector('mass.bin'), at('other.bin')));
});

test('integration: the configuration, and what is in force of it', async () => {
  writeFileSync(at('dfota.config.yaml'), 'products:\n  a: {source: v1, jobs: 2, allow: [x], signer-command: sign}\n');
  hold('config', await command('config', '--config', at('dfota.config.yaml')));
  hold('config', await command('config', '--no-config'));
  mkdirSync(at('init'));
  hold('initiation', await command('init', at('init'), '--update-gen'));
  const product = { source: 'releases/*/targetfiles.zip', target: 'v2', 'cache-size': '64M', jobs: 2, allow: ['x'] };
  const commands = { audit: { output: 'audit.html', exact: true } };
  hold('configuration', { defaults: { effort: 'best' }, products: { a: { ...product, commands } } });
});

test('integration: squashfs make', async () => {
  const folder = at('data');
  mkdirSync(folder);
  writeFileSync(join(folder, 'serial'), '12345\n');
  hold('squashfs-made', await command('squashfs', 'make', folder, '--output', at('data.squashfs')));
  hold('squashfs-made', await command('squashfs', 'make', folder, '--ubi', '--output', at('data.ubi')));
});

test('integration: littlefs make, check', async () => {
  const folder = at('usr');
  mkdirSync(folder);
  writeFileSync(join(folder, 'main.py'), 'print(1)\n');
  hold('littlefs-made', await command('littlefs', 'make', folder, '--size', '64K', '--output', at('usr.bin')));
  hold('littlefs-check', await command('littlefs', 'check', at('usr.bin')));
  writeFileSync(at('cut.bin'), readFileSync(at('usr.bin')).fill(0, 0, 4096).fill(0, 8192, 16_384));
  hold('littlefs-check', await command('littlefs', 'check', at('cut.bin')));
});

test('integration: fleet, its plan and its outcome', async () => {
  await makeArchive(at('line'), 3);
  const product = {
    archive: 'releases',
    sources: ['*A01*', '*A02*'],
    targets: '*A03*',
    output: 'made',
    effort: 'fast',
  };
  const policy = { downgrade: 'forbidden', back: 1, beyond: 'chain', chains: { [revisionOf(1)]: revisionOf(2) } };
  const fleet = { products: { gateway: { ...product, policy, budgets: { package: '1MB' }, 'with-rollback': true } } };
  hold('fleet', fleet);
  writeFileSync(at('line/fleet.json'), JSON.stringify(fleet));
  hold('fleet-plan', await command('fleet', 'plan', at('line/fleet.json'), '--estimate', '--no-cache'));
  hold('fleet-outcome', await command('fleet', 'run', at('line/fleet.json'), '--no-cache'));
  hold('fleet-plan', await command('fleet', 'plan', at('line/fleet.json')));
  const failures = [{ id: 'a', attempts: 2, faults: [{ code: 'queue-worker-lost', message: 'lost' }] }] as const;
  const counts = { workers: 1, waiting: 0, delayed: 0, active: 1, blocked: 1, completed: 2, failed: 1 };
  const underWay = [{ id: 'b', worker: 'host:1', attempts: 1 }];
  const status = queueStatusJson({ queue: 'redis://host:6379', name: 'q', ...counts, underWay, failures });
  hold('fleet-status', JSON.parse(status.text));
});

test('integration: every schema was held against something', () => {
  assert.deepEqual([...Object.keys(documents), 'audit'].sort(), [...used].sort());
});
