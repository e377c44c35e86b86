import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha1Of, toSha256 } from '../../src/model/digest.js';
import type { Inspection } from '../../src/model/inspection.js';
import { inspectionJson, inspectionText } from '../../src/report/inspection.js';

const sha1 = sha1Of(new Uint8Array());

const inspection: Inspection = {
  file: 'update.zip',
  size: 12_345_678,
  sha256: toSha256('0'.repeat(64)),
  md5: '1'.repeat(32),
  madeBy: ['dfota 1.0.0', 'R1 to R2, parts a'],
  appliesTo: { bytes: '', revision: 'R1', project: 'P' },
  metadata: [{ key: 'post-build', value: 'R2' }],
  entries: [
    { name: 'patch/system/a.p', role: 'patch', method: 'stored', packedSize: 9_000_000, size: 9_000_000, sha1 },
    { name: 'dfota/file/0', role: 'file', method: 'deflated', packedSize: 1_200, size: 3_400, sha1 },
    { name: 'stray', role: 'unused', method: 'stored', packedSize: 0, size: 0, sha1 },
  ],
  targets: [
    {
      kind: 'file',
      name: '/system/a',
      part: 'l',
      method: 'BSDIFF40',
      from: '/system/old',
      entry: 'patch/system/a.p',
      packedSize: 9_000_000,
      entrySize: 9_000_000,
      targetSize: 20_000_000,
      targetSha1: 'a'.repeat(40),
      sourceSha1: 'b'.repeat(40),
    },
    ...['/system/\xc4\x8d', '/system/firmware/\xff'].map((name) => ({
      kind: 'file' as const,
      name,
      part: name.includes('firmware') ? ('m' as const) : ('l' as const),
      method: 'whole' as const,
      from: undefined,
      entry: 'dfota/file/0',
      packedSize: 1_200,
      entrySize: 3_400,
      targetSize: 3_400,
      targetSha1: sha1,
      sourceSha1: undefined,
    })),
  ],
  removed: ['/system/gone', '/system/tree/'],
  links: [{ path: '/system/l', destination: 'a' }],
  directories: [],
  script: {
    text: 'mount("a");\nui_print("One\xff");\n',
    statements: 2,
    phases: [
      { title: '', line: 1, statements: 1, calls: [{ name: 'mount', count: 1 }] },
      {
        title: 'One\xff',
        line: 2,
        statements: 1200,
        calls: [
          { name: 'delete', count: 1200 },
          { name: 'ui_print', count: 1 },
        ],
      },
    ],
  },
};

test('unit: the text has a table for everything, and nothing for what is not there', () => {
  const { text, exitCode } = inspectionText(inspection);
  assert.equal(exitCode, 0);
  assert.equal(
    text,
    `update.zip: 12.3 MB, 3 entries
  bytes     12,345,678
  SHA-256   ${'0'.repeat(64)}
  MD5       ${'1'.repeat(32)}
  expanded  9.0 MB in entries that take 9.0 MB

Versions
  applies to  R1
  project     P
  makes       R2
  made by     dfota 1.0.0
              R1 to R2, parts a

Parts
  part                  patched  whole  in package    makes
  root file system (l)        1      1      9.0 MB  20.0 MB
  modem (m)                   0      1      1.2 kB   3.4 kB

Largest contributors
  in package   share  expanded  for     entry
      9.0 MB  72.9 %    9.0 MB  patch   patch/system/a.p
      1.2 kB   0.0 %    3.4 kB  file    dfota/file/0
         0 B   0.0 %       0 B  unused  stray

Files and partitions, in the order of the script
  method    in package   expanded       makes  source        target        file or partition
  BSDIFF40   9,000,000  9,000,000  20,000,000  bbbbbbbbbbbb  aaaaaaaaaaaa  /system/a (from /system/old)
  whole          1,200      3,400       3,400                da39a3ee5e6b  /system/č
  whole          1,200      3,400       3,400                da39a3ee5e6b  /system/firmware/\\xff

Removed (2)
  /system/gone
  /system/tree/

Links (1)
  /system/l -> a

Entries that the script does not use (1)
  stray

Phases of the script (2 statements)
  line  statements  phase                       calls
     1           1  (before the first message)  mount
     2       1,200  One\\xff                     delete ×1,200

Script
  1  mount("a");
  2  ui_print("One\\xff");
`,
  );
});

test('unit: the JSON form has everything, as text', () => {
  const { text, exitCode } = inspectionJson(inspection);
  assert.equal(exitCode, 0);
  const parsed = JSON.parse(text);
  assert.equal(parsed.format, 'dfota-inspection');
  assert.equal(parsed.version, 1);
  assert.deepEqual(parsed.appliesTo, { project: 'P', revision: 'R1', branch: null, custom: null, packageTime: null });
  assert.deepEqual(parsed.metadata, { 'post-build': 'R2' });
  assert.equal(parsed.targets[1].name, '/system/č');
  assert.equal(parsed.targets[2].name, '/system/firmware/\\xff');
  assert.equal(parsed.targets[2].sourceSha1, null);
  assert.equal(parsed.entries[1].role, 'file');
  assert.equal(parsed.script.text, 'mount("a");\nui_print("One\\xff");\n');
  assert.deepEqual(Object.keys(parsed), [
    'format',
    'version',
    'file',
    'size',
    'sha256',
    'md5',
    'madeBy',
    'appliesTo',
    'metadata',
    'entries',
    'targets',
    'removed',
    'links',
    'directories',
    'script',
  ]);
});
