import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRaw } from 'pako';
import { applyPatch, summarisePatch } from '../../src/applypatch/index.js';
import { bsdiff40, faultOf, noise, prose } from './make-patch.js';

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

interface Edits {
  readonly count?: number;
  readonly normalStart?: number | bigint;
  readonly normalOffset?: number;
  readonly type?: number;
  readonly rawLength?: number;
  readonly sourceExpanded?: number | bigint;
  readonly targetExpanded?: number;
  readonly level?: number;
  readonly windowBits?: number;
  readonly method?: number;
}

const oldText = prose(30_000, 1);
const newText = Buffer.concat([oldText.subarray(0, 10_000), noise(50, 2), oldText.subarray(10_000)]);
const oldStream = Buffer.from(deflateRaw(oldText, { level: 9 }));
const newStream = Buffer.from(deflateRaw(newText, { level: 9 }));
const source = Buffer.concat([Buffer.from('HEAD'), oldStream, Buffer.from('TAIL')]);
const target = Buffer.concat([Buffer.from('RAW!'), Buffer.from('HEAP'), newStream]);

const headPatch = bsdiff40({ triples: [[4, 0, 0]], diff: Buffer.of(0, 0, 0, 12), targetSize: 4 });
const textPatch = bsdiff40({
  triples: [
    [10_000, 50, 0],
    [20_000, 0, 0],
  ],
  diff: Buffer.alloc(30_000),
  extra: noise(50, 2),
  targetSize: newText.length,
});

/** A patch with one chunk of each kind: raw, normal, deflate. */
function patchWith(edits: Edits = {}): Buffer {
  const raw = [int32(3), int32(edits.rawLength ?? 4), Buffer.from('RAW!')];
  const patches = 12 + 12 + 28 + 64;
  const normal = [int32(edits.type ?? 0), u64(edits.normalStart ?? 0), u64(4), u64(edits.normalOffset ?? patches)];
  const deflate = [
    int32(2),
    u64(4),
    u64(oldStream.length),
    u64(patches + headPatch.length),
    u64(edits.sourceExpanded ?? oldText.length),
    u64(edits.targetExpanded ?? newText.length),
    ...[edits.level ?? 9, edits.method ?? 8, edits.windowBits ?? -15, 8, 0].map(int32),
  ];
  const head = [Buffer.from('IMGDIFF2'), int32(edits.count ?? 3)];
  return Buffer.concat([...head, ...raw, ...normal, ...deflate, headPatch, textPatch]);
}

test('unit: makes raw, normal and deflate chunks', () => {
  assert.ok(target.equals(applyPatch(patchWith(), source, { outsideSource: 'reject' })));
});

test('unit: tells the chunks', () => {
  const summary = summarisePatch(patchWith());
  assert.equal(summary.format, 'IMGDIFF2');
  assert.equal(summary.targetSize, undefined);
  assert.deepEqual(summary.format === 'IMGDIFF2' && summary.chunks.map((chunk) => [chunk.kind, chunk.makes]), [
    ['raw', 4],
    ['normal', 4],
    ['deflate', newText.length],
  ]);
});

const bad: readonly (readonly [name: string, patch: Buffer, code: string])[] = [
  ['a negative number of chunks', patchWith({ count: -1 }), 'negative-count'],
  ['an absurd number of chunks', patchWith({ count: 2 ** 31 - 1 }), 'count-out-of-range'],
  ['more chunks than there are', patchWith({ count: 4 }), 'chunk-type'],
  ['an unknown chunk', patchWith({ type: 1 }), 'chunk-type'],
  ['a raw chunk of negative length', patchWith({ rawLength: -4 }), 'negative-count'],
  ['a raw chunk beyond the end', patchWith({ rawLength: 1 << 30 }), 'truncated'],
  ['a chunk beyond the source', patchWith({ normalStart: source.length - 3 }), 'chunk-range'],
  ['a negative start', patchWith({ normalStart: -1 }), 'negative-count'],
  ['an absurd start', patchWith({ normalStart: 2n ** 62n }), 'count-out-of-range'],
  ['a patch beyond the end', patchWith({ normalOffset: 1 << 30 }), 'truncated'],
  ['a patch that is none', patchWith({ normalOffset: 1 }), 'not-a-patch'],
  ['a source that expands further than stated', patchWith({ sourceExpanded: oldText.length - 1 }), 'inflate'],
  ['a source that expands less far than stated', patchWith({ sourceExpanded: oldText.length + 1 }), 'inflate'],
  ['a source that cannot expand so far', patchWith({ sourceExpanded: 2 ** 29 }), 'inflate'],
  ['an absurd expansion', patchWith({ sourceExpanded: 2 ** 50 }), 'too-large'],
  ['a chunk that differs from its patch', patchWith({ targetExpanded: 7 }), 'size-mismatch'],
  ['level 10', patchWith({ level: 10 }), 'deflate-parameters'],
  ['another method', patchWith({ method: 9 }), 'deflate-parameters'],
  ['a zlib window', patchWith({ windowBits: 15 }), 'deflate-parameters'],
];

for (const [name, patch, code] of bad) {
  test(`unit: refuses ${name}`, () => {
    assert.equal(
      faultOf(() => applyPatch(patch, source)),
      code,
    );
  });
}

test('unit: keeps to the limits', () => {
  const fault = (options: { maxTargetSize?: number; maxExpandedSize?: number }) =>
    faultOf(() => applyPatch(patchWith(), source, options));
  assert.equal(fault({ maxTargetSize: target.length }), 'none');
  assert.equal(fault({ maxTargetSize: target.length - 1 }), 'too-large');
  assert.equal(fault({ maxTargetSize: 5 }), 'too-large');
  assert.equal(fault({ maxExpandedSize: newText.length - 1 }), 'too-large');
});

test('unit: a patch cut anywhere is refused', () => {
  const patch = patchWith();
  for (let size = 0; size < patch.length; size++) {
    const code = faultOf(() => applyPatch(patch.subarray(0, size), source));
    assert.match(code, /^(not-a-patch|truncated|bzip2-truncated)$/, `${size} bytes`);
  }
});
