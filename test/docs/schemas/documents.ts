/** The schema of every document that a command writes with --json, by the name of its file in docs/schemas. */
import {
  count,
  either,
  flag,
  is,
  list,
  mapOf,
  maybe,
  md5,
  object,
  one,
  orNull,
  type Schema,
  sha1,
  sha256,
  text,
  whole,
  withMore,
} from './build-schema.js';
import {
  build,
  fault,
  finding,
  findings,
  format,
  needs,
  place,
  projectVersion,
  proof,
  proofFields,
  signatures,
} from './common.js';
import { configuration } from './configuration.js';
import { fleet, fleetOutcome, fleetPlan, fleetStatus } from './fleet.js';

const seconds: Schema = { type: 'number', minimum: 0 };
const engineFigures = object({ size: count, wallSeconds: seconds, processorSeconds: seconds });

const software = object({
  added: count,
  removed: count,
  versions: count,
  sameVersion: count,
  unchanged: count,
  filesOfNoPackage: count,
});

const comparison = object({
  engine: text,
  patches: list(
    object({
      path: text,
      base: text,
      format: one('BSDIFF40', 'IMGDIFF2'),
      targetSize: count,
      ours: engineFigures,
      other: orNull(engineFigures),
    }),
  ),
  totals: object({ patches: count, ours: engineFigures, other: engineFigures }),
});

const fromConfiguration = object({ file: text, product: text });

const generation = object({
  ...format('dfota-generation'),
  package: object({ file: text, size: count, sha256, md5 }),
  parts: text,
  source: build,
  target: build,
  travel: list(object({ what: text, count, size: count, packageBytes: count })),
  needs,
  verification: orNull(proof),
  allowed: maybe(list(text)),
  engine: maybe(text),
  configuration: maybe(fromConfiguration),
  comparison: maybe(comparison),
  software: maybe(software),
  findings,
});

const scheme = one('le', 'android', 'detached');
const signedFields = {
  scheme,
  output: text,
  size: count,
  sha256,
  md5,
  digest: sha256,
  key: sha256,
  replaced: list(scheme),
};
const signed = object(signedFields);

const buildName = either(text, object({ archive: text, version: text }));
const recorded = object({ name: buildName, sha256, revision: orNull(text) });

const record = object({
  ...format('dfota-package'),
  tool: object({ dfota: text, engine: text }),
  package: object({ name: text, size: count, md5, sha256, entries: count }),
  source: recorded,
  target: recorded,
  lists: object({ folder: orNull(text), files: list(object({ name: text, sha256 })) }),
  options: object({
    parts: text,
    modes: one('build', 'note'),
    companion: orNull(text),
    bootUpdate: one('resumable', 'in-place', 'whole'),
    dialect: one('assert', 'abort'),
    chmod: one('on-top', 'merged'),
    permissions: orNull(one('set_perm', 'set_metadata')),
    effort: one('fast', 'normal', 'best'),
    engine: maybe(one('dfota', 'bsdiff-node')),
    moves: flag,
    copies: flag,
    crossBases: flag,
    basesPerFile: count,
    whole: maybe(flag),
    allow: list(text),
  }),
  conditions: maybe(
    object({
      limits: object({
        cacheSize: orNull(count),
        systemFree: orNull(count),
        usrdataFree: orNull(count),
        deviceMemory: orNull(count),
      }),
      verify: object({
        level: one('full', 'quick', 'off'),
        profile: text,
        eraseBlock: orNull(count),
        properties: mapOf(text),
        allowedPrograms: list(text),
      }),
    }),
  ),
  configuration: maybe(fromConfiguration),
  needs,
  proof: orNull(proof),
  findings,
  signed: maybe(signed),
});

const event = object({
  line: count,
  text,
  kind: text,
  says: text,
  about: orNull(text),
});

const explanation = object({ subject: text, meaning: text, causes: list(text), look: list(text) });
const outcome = one('succeeded', 'failed', 'unfinished', 'no-update');

const treeEntry = object({
  path: text,
  kind: one('file', 'link', 'directory', 'character-device', 'block-device', 'fifo', 'socket'),
  size: count,
  mode: maybe(text),
  uid: maybe(count),
  gid: maybe(count),
  mtime: maybe(whole),
  destination: maybe(text),
  device: maybe(object({ major: count, minor: count })),
  links: maybe(count),
  attributes: maybe(mapOf(text)),
  encrypted: maybe(flag),
});

const archived = withMore(projectVersion, { digest: sha256, files: count, bytes: count });

const addition = object({
  ...format('dfota-archive-addition'),
  archive: text,
  origin: text,
  build: archived,
  known: flag,
  repairedBlobs: count,
  repairedFiles: list(text),
  newBlobs: count,
  newBytes: count,
  findings,
});

const repackParts = list(
  object({
    codec: one('deflate', 'lz4', 'lzma', 'xz'),
    at: count,
    packedSize: count,
    textSize: count,
    decisionsSize: count,
  }),
);

const imageDeltaInfo = {
  patchSize: count,
  headerSize: count,
  oldSize: count,
  newSize: count,
  oldSha256: sha256,
  newSha256: sha256,
  product: maybe(text),
  counter: count,
  inPlace: flag,
  direction: one('upwards', 'downwards'),
  segmentSize: count,
  modelBytes: count,
  ramBytes: count,
  contexts: count,
  codeFormat: text,
  ranges: list(object({ address: count, offset: count, length: count })),
  signatureBytes: count,
  segments: list(object({ index: count, start: count, size: count, packed: count, same: flag })),
  flash: object({
    blockSize: count,
    writeUnit: count,
    erases: count,
    writtenBytes: count,
    backupBytes: count,
    journalRecords: count,
  }),
  repack: maybe(
    object({
      expandedOldSize: count,
      expandedNewSize: count,
      scratchBytes: count,
      packBytes: count,
      oldParts: repackParts,
      newParts: repackParts,
    }),
  ),
};

/** By what takes room in a patch. */
const imageDeltaCost = {
  covers: count,
  literals: count,
  data: count,
  branches: count,
  pages: count,
  pointers: count,
};

/** By name of the file, without `.schema.json`: a title, what writes it, the schema. */
const nvsItem = {
  namespace: text,
  key: text,
  type: one('u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'string', 'blob'),
  size: count,
  value: either(text, whole),
};

export const documents: Readonly<
  Record<string, { readonly schema: Schema } & ({ readonly writes: string } | { readonly reads: string })>
> = {
  generation: {
    writes: '`dfota generate --json`',
    schema: either(generation, object({ packages: list(generation) })),
  },
  'package-record': { writes: '`dfota generate`, as `update.zip.json` beside the package', schema: record },
  reproduction: {
    writes: '`dfota reproduce --json`',
    schema: object({
      ...format('dfota-reproduction'),
      record: text,
      same: flag,
      expected: object({ sha256, size: count }),
      made: maybe(object({ sha256, size: count })),
      differences: list(text),
    }),
  },
  verification: {
    writes: '`dfota verify --json`',
    schema: either(
      object({ ...format('dfota-verification'), ...proofFields, signatures: maybe(signatures) }),
      object({ ...format('dfota-verification'), signatures }),
    ),
  },
  signed: {
    writes: '`dfota sign --json`',
    schema: object({
      ...format('dfota-signed'),
      ...signedFields,
    }),
  },
  release: {
    writes: '`dfota release --json`',
    schema: object({
      ...format('dfota-release'),
      output: text,
      package: object({ size: count, md5, sha256 }),
      rollback: maybe(object({ size: count, md5, sha256 })),
      signed: maybe(signed),
      files: list(text),
      findings,
      configuration: maybe(fromConfiguration),
      comparison: maybe(comparison),
      software: maybe(software),
      offends: flag,
    }),
  },
  support: {
    writes: '`dfota support --json`',
    schema: object({
      ...format('dfota-support'),
      output: text,
      files: list(text),
      failures: list(object({ step: text, faults: list(fault) })),
    }),
  },
  'image-delta': {
    writes: '`dfota image-delta --json`',
    schema: object({
      ...format('dfota-image-delta'),
      output: text,
      info: object(imageDeltaInfo),
      cost: object(imageDeltaCost),
      packedParts: list(
        object({
          compression: text,
          at: count,
          packedSize: count,
          unpackedSize: count,
          hasOld: flag,
          costPacked: count,
          costUnpacked: count,
          repack: maybe(one('deflate', 'lz4', 'lzma', 'xz')),
        }),
      ),
      repacked: maybe(
        object({
          used: flag,
          plainSize: count,
          repackedSize: maybe(count),
          refused: list(
            object({
              image: one('old', 'new'),
              codec: one('deflate', 'lz4', 'lzma', 'xz'),
              at: count,
              packedSize: count,
            }),
          ),
        }),
      ),
      covers: count,
    }),
  },
  'image-apply': {
    writes: '`dfota image-apply --json`',
    schema: object({ ...format('dfota-image-apply'), output: text, info: object(imageDeltaInfo) }),
  },
  'image-info': {
    writes: '`dfota image-info --json`',
    schema: object({ ...format('dfota-image-info'), ...imageDeltaInfo, cost: maybe(object(imageDeltaCost)) }),
  },
  check: {
    writes: '`dfota check --json`',
    schema: object({ ...format('dfota-check'), source: build, target: build, clean: flag, findings }),
  },
  inspection: {
    writes: '`dfota inspect --json`',
    schema: object({
      ...format('dfota-inspection'),
      file: text,
      size: count,
      sha256,
      md5,
      madeBy: list(text),
      appliesTo: orNull(projectVersion),
      metadata: mapOf(text),
      entries: list(
        object({
          name: text,
          role: one(
            'patch',
            'identity',
            'file',
            'image',
            'directory',
            'script',
            'program',
            'metadata',
            'version',
            'unused',
          ),
          method: one('stored', 'deflated'),
          packedSize: count,
          size: count,
          sha1,
        }),
      ),
      targets: list(
        object({
          kind: one('file', 'partition'),
          name: text,
          part: orNull(one('l', 'm', 'o', 'minor')),
          method: one('BSDIFF40', 'IMGDIFF2', 'whole', 'unknown'),
          from: orNull(text),
          entry: orNull(text),
          packedSize: count,
          entrySize: count,
          targetSize: count,
          targetSha1: text,
          sourceSha1: orNull(text),
        }),
      ),
      removed: list(text),
      links: list(object({ path: text, destination: text })),
      directories: list(text),
      script: object({
        statements: count,
        phases: list(
          object({ title: text, line: count, statements: count, calls: list(object({ name: text, count })) }),
        ),
        text,
      }),
    }),
  },
  listing: {
    writes: '`dfota ls --json`',
    schema: object({
      ...format('dfota-listing'),
      origin: text,
      description: text,
      total: count,
      entries: list(treeEntry),
      findings,
    }),
  },
  extraction: {
    writes: '`dfota extract --json`',
    schema: object({
      ...format('dfota-extraction'),
      origin: text,
      description: text,
      output: text,
      files: count,
      directories: count,
      links: count,
      bytes: count,
      special: list(treeEntry),
      unreadable: list(fault),
      findings,
    }),
  },
  explanation: {
    writes: '`dfota explain --json` of a code or a word',
    schema: withMore(explanation, format('dfota-explanation')),
  },
  'log-reading': {
    writes: '`dfota explain --json` of a recovery log',
    schema: object({
      ...format('dfota-log-reading'),
      file: text,
      outcome,
      attempts: list(object({ line: count, outcome })),
      attempt: whole,
      failure: orNull(
        object({
          event,
          reason: event,
          statement: maybe(text),
          files: list(text),
          script: maybe(object({ line: count, text })),
          code: maybe(text),
        }),
      ),
      explanation,
      events: list(event),
    }),
  },
  'archive-addition': {
    writes: '`dfota archive add --json`',
    schema: either(
      addition,
      object({ additions: list(addition), failures: list(object({ build: text, faults: list(fault) })) }),
    ),
  },
  'archive-fetch': {
    writes: '`dfota archive get --json`',
    schema: object({
      ...format('dfota-archive-fetch'),
      archive: text,
      build: archived,
      output: text,
      written: object({ size: count, sha256 }),
    }),
  },
  'archive-listing': {
    writes: '`dfota archive list --json`',
    schema: object({
      ...format('dfota-archive-listing'),
      archive: text,
      builds: list(archived),
      storedBytes: count,
      findings,
    }),
  },
  'archive-check': {
    writes: '`dfota archive verify --json`',
    schema: object({
      ...format('dfota-archive-check'),
      archive: text,
      builds: count,
      blobs: count,
      bytes: count,
      findings,
    }),
  },
  'cache-listing': {
    writes: '`dfota cache ls --json`',
    schema: object({
      ...format('dfota-cache-listing'),
      cache: text,
      bytes: count,
      entries: list(object({ key: sha256, bytes: count, used: text })),
    }),
  },
  'cache-pruning': {
    writes: '`dfota cache prune --json`',
    schema: object({
      ...format('dfota-cache-pruning'),
      cache: text,
      removedEntries: count,
      removedBytes: count,
      keptEntries: count,
      keptBytes: count,
    }),
  },
  'cache-check': {
    writes: '`dfota cache verify --json`',
    schema: object({ ...format('dfota-cache-check'), cache: text, entries: count, bytes: count, findings }),
  },
  preparation: {
    writes: '`dfota prepare --json`',
    schema: object({
      ...format('dfota-preparation'),
      source: text,
      output: text,
      inputs: list(object({ from: text, input: text })),
      changes: list(
        object({
          path: text,
          kind: one('file', 'link', 'directory'),
          change: one('added', 'replaced', 'removed'),
          from: text,
        }),
      ),
      entries: count,
      unchanged: count,
      versionBefore: orNull(text),
      versionAfter: orNull(text),
      owners: orNull(mapOf(count)),
      findings,
      allowed: list(text),
      written: orNull(object({ size: count, sha256 })),
    }),
  },
  'nvs-made': {
    writes: '`dfota nvs make --json`',
    schema: object({
      ...format('dfota-nvs-made'),
      output: text,
      size: count,
      nvsVersion: either(is(1), is(2)),
      namespaces: count,
      items: count,
      usedPages: count,
      encrypted: flag,
      newKeys: maybe(text),
      sha256,
      notes: list(text),
    }),
  },
  'quecpython-update': {
    writes: '`dfota quecpython update --json`; without `output` as `update.json` in its folder',
    schema: object({
      ...format('dfota-quecpython-update'),
      output: maybe(text),
      files: list(object({ name: text, url: text, file: text, size: count, crc32: maybe(text), sha256 })),
      deletes: list(text),
      unchanged: count,
      bytes: count,
      listed: count,
      proof: object({ steps: count, starts: count }),
      remarks: list(object({ code: text, name: maybe(text), message: text })),
    }),
  },
  'quecpython-backup': {
    writes: '`dfota quecpython backup --json`',
    schema: object({
      ...format('dfota-quecpython-backup'),
      output: text,
      image: text,
      size: count,
      usedBlocks: count,
      files: count,
      listed: count,
      digest: one('crc32', 'sha256'),
      sha256,
      remarks: list(object({ code: text, name: maybe(text), message: text })),
    }),
  },
  'nvs-mass': {
    writes: '`dfota nvs mass --json`',
    schema: object({
      ...format('dfota-nvs-mass'),
      output: text,
      manifest: text,
      size: count,
      nvsVersion: either(is(1), is(2)),
      encrypted: flag,
      devices: count,
      kept: count,
      made: count,
      replaced: count,
      sha256,
      notes: list(text),
    }),
  },
  'nvs-mass-manifest': {
    writes: '`dfota nvs mass`, as `manifest.json` in its folder',
    schema: object({
      ...format('dfota-nvs-mass-manifest'),
      size: count,
      nvsVersion: either(is(1), is(2)),
      encrypted: flag,
      images: list(object({ id: text, file: text, line: count, sha256 })),
    }),
  },
  'nvs-dump': {
    writes: '`dfota nvs dump --json`',
    schema: object({
      ...format('dfota-nvs-dump'),
      file: text,
      size: count,
      namespaces: list(text),
      items: list(object(nvsItem)),
      gone: list(object({ ...nvsItem, why: one('deleted', 'overwritten'), page: count, entry: count })),
      pages: list(
        object({
          index: count,
          state: one('empty', 'active', 'full', 'freeing', 'damaged'),
          sequence: maybe(count),
          version: maybe(either(is(1), is(2))),
          written: count,
          erased: count,
          free: count,
        }),
      ),
      problems: list(object({ code: text, page: count, entry: maybe(count), message: text })),
      moreProblems: count,
    }),
  },
  'nvs-diff': {
    writes: '`dfota nvs diff --json`',
    schema: object({
      ...format('dfota-nvs-diff'),
      added: list(object(nvsItem)),
      removed: list(object(nvsItem)),
      changed: list(object({ before: object(nvsItem), after: object(nvsItem) })),
      same: count,
      problems: list(object({ file: text, count })),
    }),
  },
  initiation: {
    writes: '`dfota init --json`',
    schema: object({
      ...format('dfota-initiation'),
      folder: text,
      product: text,
      source: orNull(text),
      target: orNull(text),
      unreadable: list(object({ path: text, faults: list(fault) })),
      files: list(text),
      kept: list(text),
    }),
  },
  config: {
    writes: '`dfota config --json`',
    schema: object({
      ...format('dfota-config'),
      file: orNull(text),
      product: orNull(text),
      products: list(text),
      settings: list(
        object({
          name: text,
          value: orNull(either(text, { type: 'number' }, flag, list(text))),
          commands: list(one('generate', 'check', 'verify', 'audit', 'release', 'prepare')),
          from: one('environment', 'file', 'default'),
          place: maybe(place),
        }),
      ),
      passphrase: object({ variable: text, isSet: flag }),
      findings,
    }),
  },
  configuration: { reads: '`dfota` finds as dfota.config.yaml or dfota.config.json', schema: configuration },
  'littlefs-made': {
    writes: '`dfota littlefs make --json`',
    schema: object({
      ...format('dfota-littlefs-made'),
      output: text,
      size: count,
      blockSize: count,
      files: count,
      directories: count,
      bytes: count,
      usedBlocks: count,
      freeBlocks: count,
      sha256,
      notes: list(text),
    }),
  },
  'squashfs-made': {
    writes: '`dfota squashfs make --json`',
    schema: object({
      ...format('dfota-squashfs-made'),
      output: text,
      size: count,
      squashfsSize: count,
      files: count,
      directories: count,
      links: count,
      bytes: count,
      volume: maybe(text),
      sha256,
      notes: list(text),
    }),
  },
  'littlefs-check': {
    writes: '`dfota littlefs check --json`',
    schema: object({
      ...format('dfota-littlefs-check'),
      file: text,
      size: count,
      blockSize: count,
      blockCount: count,
      diskVersion: text,
      files: count,
      directories: count,
      bytes: count,
      usedBlocks: count,
      freeBlocks: count,
      problems: list(
        object({
          severity: one('error', 'warning'),
          code: text,
          path: maybe(text),
          block: maybe(count),
          message: text,
        }),
      ),
      moreProblems: count,
    }),
  },
  fleet: { reads: '`dfota fleet` takes as fleet.yaml', schema: fleet },
  'fleet-plan': { writes: '`dfota fleet plan --json`', schema: fleetPlan },
  'fleet-status': { writes: '`dfota fleet status --json`', schema: fleetStatus },
  'fleet-outcome': { writes: '`dfota fleet run --json`', schema: fleetOutcome },
  failure: {
    writes: 'every command with `--json` that fails',
    schema: object({
      error: object({
        kind: one('proof', 'usage', 'input', 'internal', 'interrupted'),
        exitCode: count,
        faults: list(either(fault, finding)),
      }),
    }),
  },
};

/** The text of a schema's file. */
export function schemaText(name: string): string {
  const found = documents[name];
  if (found === undefined) throw new RangeError(`no schema ${name}`);
  const head = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `urn:dfota:${name}:1`,
    title: `dfota ${name.replaceAll('-', ' ')}`,
    description: ('reads' in found
      ? `What ${found.reads}.`
      : `What ${found.writes} writes. \\version rises when a field changes its meaning or goes away; new fields may come without that.`
    )
      .replaceAll('`', '')
      .replace('\\version', '`version`'),
  };
  return `${JSON.stringify({ ...head, ...found.schema }, null, 2)}\n`;
}
