import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPatch, summarisePatch } from '../../src/applypatch/index.js';
import { without } from '../support/tools.js';
import { bsdiff40, bzip2, debianBsdiff, faultOf, noise, prose } from './make-patch.js';

const source = Buffer.from('abcdefghij');

const pairs: readonly (readonly [name: string, source: Buffer, target: Buffer])[] = [
  ['one byte', Buffer.from('a'), Buffer.from('b')],
  ['equal', prose(5000, 1), prose(5000, 1)],
  ['unrelated', noise(3000, 2), noise(4000, 3)],
  ['an insertion', prose(9000, 4), Buffer.concat([prose(9000, 4).subarray(0, 4000), noise(77, 5), prose(9000, 4)])],
  ['zeros', Buffer.alloc(70_000), Buffer.alloc(90_000)],
];

for (const [name, from, to] of pairs) {
  test(`unit: applies the classic program's patch: ${name}`, { skip: without('bsdiff') }, () => {
    const patch = debianBsdiff(from, to);
    for (const outsideSource of ['zero', 'reject'] as const) {
      assert.ok(to.equals(applyPatch(patch, from, { outsideSource })));
    }
    const summary = summarisePatch(patch);
    assert.equal(summary.format, 'BSDIFF40');
    assert.equal(summary.targetSize, to.length);
  });
}

test('unit: from nothing, and to nothing', () => {
  const all = bsdiff40({ triples: [[0, 3, 0]], extra: Buffer.from('new'), targetSize: 3 });
  assert.equal(Buffer.from(applyPatch(all, Buffer.alloc(0))).toString(), 'new');
  assert.equal(applyPatch(bsdiff40({}), source).length, 0);
});

test('unit: adds, copies and seeks', () => {
  const patch = bsdiff40({
    triples: [
      [2, 1, 3],
      [3, 0, -8],
      [1, 2, 0],
    ],
    diff: Buffer.of(0, 1, 0, 0, 255, 0),
    extra: Buffer.from('XYZ'),
    targetSize: 9,
  });
  assert.equal(Buffer.from(applyPatch(patch, source)).toString(), 'acXfggaYZ');
});

test('unit: bytes outside of the source are zero or a fault, as wanted', () => {
  const patch = bsdiff40({
    triples: [
      [0, 0, -2],
      [4, 0, 6],
      [4, 0, 0],
    ],
    diff: Buffer.from([1, 1, 1, 1, 1, 1, 1, 1]),
    targetSize: 8,
  });
  assert.deepEqual([...applyPatch(patch, source)], [1, 1, 98, 99, 106, 107, 1, 1]);
  assert.equal(
    faultOf(() => applyPatch(patch, source, { outsideSource: 'reject' })),
    'outside-source',
  );
});

test('unit: a seek outside of the source is a fault where that is wanted, even when nothing is read there', () => {
  const patch = bsdiff40({ triples: [[1, 0, 100]], diff: Buffer.of(0), targetSize: 1 });
  assert.equal(applyPatch(patch, source).length, 1);
  assert.equal(
    faultOf(() => applyPatch(patch, source, { outsideSource: 'reject' })),
    'outside-source',
  );
});

const one = { triples: [[1, 0, 0]], diff: Buffer.of(0), targetSize: 1 } as const;
const huge = 2n ** 62n;
const bad: readonly (readonly [name: string, patch: Buffer, code: string])[] = [
  ['nothing', Buffer.alloc(0), 'not-a-patch'],
  ['another format', Buffer.from('BSDIFF41................'), 'not-a-patch'],
  ['a bare magic', Buffer.from('BSDIFF40'), 'truncated'],
  ['a negative control length', bsdiff40({ ...one, controlBytes: -1 }), 'negative-count'],
  ['a negative diff length', bsdiff40({ ...one, diffBytes: -1 }), 'negative-count'],
  ['a negative target size', bsdiff40({ ...one, targetSize: -1 }), 'negative-count'],
  ['a control length beyond the patch', bsdiff40({ ...one, controlBytes: 1 << 20 }), 'truncated'],
  ['an absurd control length', bsdiff40({ ...one, controlBytes: huge }), 'count-out-of-range'],
  ['an absurd target size', bsdiff40({ ...one, targetSize: huge }), 'count-out-of-range'],
  ['a target over the limit', bsdiff40({ ...one, targetSize: 2 ** 40 }), 'too-large'],
  ['a negative add', bsdiff40({ ...one, triples: [[-1, 0, 0]] }), 'negative-count'],
  ['a negative copy', bsdiff40({ ...one, triples: [[0, -1, 0]] }), 'negative-count'],
  ['an add beyond the target', bsdiff40({ ...one, triples: [[2, 0, 0]] }), 'size-mismatch'],
  ['a copy beyond the target', bsdiff40({ ...one, triples: [[1, 1, 0]] }), 'size-mismatch'],
  ['an absurd add', bsdiff40({ ...one, triples: [[huge, 0, 0]] }), 'count-out-of-range'],
  ['an absurd seek', bsdiff40({ ...one, triples: [[1, 0, -huge]] }), 'count-out-of-range'],
  ['too few instructions', bsdiff40({ ...one, targetSize: 2 }), 'bzip2-short'],
  ['half an instruction', bsdiff40({ ...one, controlBlock: bzip2(Buffer.alloc(12)) }), 'bzip2-short'],
  ['too many instructions', bsdiff40({ ...one, triples: [...one.triples, [0, 0, 0]] }), 'leftover-bytes'],
  ['too little diff', bsdiff40({ ...one, diff: Buffer.alloc(0) }), 'bzip2-short'],
  ['too much diff', bsdiff40({ ...one, diff: Buffer.alloc(2) }), 'leftover-bytes'],
  ['too little extra', bsdiff40({ ...one, triples: [[0, 1, 0]], diff: Buffer.alloc(0) }), 'bzip2-short'],
  ['too much extra', bsdiff40({ ...one, extra: Buffer.alloc(2) }), 'leftover-bytes'],
  ['a missing block', bsdiff40({ ...one, extraBlock: Buffer.alloc(0) }), 'bzip2-truncated'],
  ['something behind the last block', Buffer.concat([bsdiff40(one), Buffer.of(0)]), 'leftover-bytes'],
  [
    'two streams as diff',
    bsdiff40({ ...one, diffBlock: Buffer.concat([bzip2(Buffer.of(0)), bzip2(Buffer.of(0))]) }),
    'leftover-bytes',
  ],
  ['ten million empty instructions', bsdiff40({ ...one, controlBlock: bzip2(Buffer.alloc(24e7)) }), 'no-progress'],
];

for (const [name, patch, code] of bad) {
  test(`unit: refuses ${name}`, () => {
    assert.equal(
      faultOf(() => applyPatch(patch, source)),
      code,
    );
  });
}

test('unit: a patch cut anywhere is refused', { skip: without('bsdiff') }, () => {
  const patch = debianBsdiff(prose(900, 6), Buffer.concat([prose(900, 6), noise(40, 7)]));
  for (let size = 0; size < patch.length; size++) {
    const code = faultOf(() => applyPatch(patch.subarray(0, size), prose(900, 6)));
    assert.match(code, size < 8 ? /^(not-a-patch|truncated)$/ : /^(truncated|bzip2-truncated)$/, `${size} bytes`);
  }
});

test('unit: a patch damaged anywhere is refused, or gives the target all the same', { skip: without('bsdiff') }, () => {
  const from = prose(900, 8);
  const to = Buffer.concat([from.subarray(100), noise(40, 9)]);
  const patch = debianBsdiff(from, to);
  for (let at = 0; at < patch.length; at++) {
    const damaged = Buffer.from(patch);
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    let result: Uint8Array | undefined;
    const code = faultOf(() => {
      result = applyPatch(damaged, from, { maxTargetSize: 100_000 });
    });
    assert.ok(code !== 'none' || (result !== undefined && to.equals(result)), `byte ${at}`);
  }
});
