import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflate, inflateRaw } from 'pako';
import { type Bzip2Input, compressBzip2Streams, whole } from '../../../src/encode/bsdiff/bzip2.js';
import { packWindow, type WindowPacker } from '../../../src/encode/bsdiff/bzip2-window.js';
import { encodeFile, encodeUnproved, finishFile } from '../../../src/encode/encode-file.js';
import { deflateExpanded, knownDeflate } from '../../../src/encode/mate/deflated.js';
import { type Mate, openMate } from '../../../src/encode/mate/mate.js';
import { startMate } from '../../../src/encode/mate/mate-worker.js';
import { decompressBzip2 } from '../../../src/formats/compression/bzip2.js';
import { sha1Of, sha256Of } from '../../../src/model/digest.js';
import { noise, prose } from '../../applypatch/make-patch.js';

const parameters = { level: 9, method: 8, windowBits: -15, memLevel: 8, strategy: 0 };

async function withMate(use: (mate: Mate) => void): Promise<void> {
  const worker = startMate();
  try {
    use(openMate(worker.link));
  } finally {
    worker.link.port.close();
    await worker.stop();
  }
}

const texts = [
  prose(1_900_000, 1),
  noise(300_000, 2),
  Buffer.alloc(0),
  Buffer.concat([prose(450_000, 3), prose(9, 4)]),
];
const inputs = texts.flatMap((text): readonly Bzip2Input[] =>
  (['plain', 'normal'] as const).map((effort) => ({ level: 9, effort, open: () => whole(text) })),
);
const alone = compressBzip2Streams(inputs, undefined);

test('integration: bzip2 streams are the same bytes whoever packs their windows', async () => {
  for (const [i, packed] of alone.entries()) {
    const text = texts[i >> 1] ?? Buffer.alloc(0);
    assert.ok(text.equals(decompressBzip2(packed, { maxSize: text.length + 1 })), `stream ${i}`);
  }
  let refused = 0;
  let turn = 0;
  const packers: readonly WindowPacker[] = [
    { isFree: () => true, packWindow: (window) => () => packWindow(window) },
    { isFree: () => turn++ % 3 === 0, packWindow: (window) => () => packWindow(window) },
    {
      isFree: () => true,
      packWindow: () => () => {
        refused++;
        return undefined;
      },
    },
  ];
  for (const packer of packers) assert.deepEqual(compressBzip2Streams(inputs, packer), alone);
  assert.ok(refused > inputs.length);
  await withMate((mate) => assert.deepEqual(compressBzip2Streams(inputs, mate), alone));
});

test('integration: a mate that has ended, or that fails at a task, leaves it to whoever asked', async () => {
  const worker = startMate();
  const mate = openMate(worker.link);
  const broken = () => ({ bytes: new Uint8Array(noise(100, 5)), expandedLength: 100, parameters });
  assert.equal(mate.deflate(broken())(), undefined);
  assert.ok(mate.isFree());
  await worker.stop();
  assert.ok(!mate.isFree());
  assert.equal(mate.deflate(broken())(), undefined);
  assert.deepEqual(compressBzip2Streams(inputs.slice(2, 4), mate), alone.slice(2, 4));
  worker.link.port.close();
});

test('unit: what was deflated before counts only for the same bytes and parameters, and within the size that is allowed', () => {
  const [one, other] = [prose(50_000, 6), prose(50_000, 7)];
  const stream = new Uint8Array(deflate(one, { level: 6 }).subarray(2, -4));
  const made = deflateExpanded({ bytes: stream, expandedLength: one.length, parameters });
  assert.equal(made.expanded, sha256Of(one));
  assert.ok(one.equals(inflateRaw(made.bytes)));
  const marked = { ...made, bytes: Uint8Array.of(1, 2, 3) };
  const again = knownDeflate([marked]);
  assert.ok(again);
  const size = one.length;
  assert.deepEqual(again(one, parameters, size), marked.bytes);
  for (const [bytes, wanted, most] of [
    [other, parameters, size],
    [one, { ...parameters, level: 6 }, size],
    [one, { ...parameters, memLevel: 9 }, size],
  ] as const) {
    assert.ok(bytes.equals(inflateRaw(again(bytes, wanted, most))));
  }
  assert.throws(() => again(one, parameters, 2));
  assert.equal(knownDeflate([]), undefined);
});

test('integration: a file is encoded to the same bytes with a mate, and its proof deflates nothing that the mate has', async () => {
  const text = prose(1_500_000, 8);
  const edited = Buffer.concat([text.subarray(0, 700_000), noise(90, 9), text.subarray(700_000)]);
  const [base, target] = [text, edited].map((bytes) => new Uint8Array(Buffer.concat([noise(300, 10), deflate(bytes)])));
  assert.ok(base && target);
  const request = { target, targetSha1: sha1Of(target), bases: [base], costs: [] };
  const options = { effort: 'normal', worthwhile: 0.95 } as const;
  const expected = encodeFile(request, options);
  assert.ok(expected.chosen.kind === 'patch' && expected.chosen.format === 'IMGDIFF2');
  await withMate((mate) => {
    const half = encodeUnproved(request, options, undefined, mate);
    assert.deepEqual(half.result, expected);
    assert.deepEqual(
      half.deflated.map(({ expanded }) => expanded),
      [sha256Of(edited)],
    );
    assert.deepEqual(finishFile(half, request, options), expected);
    // The proof goes by what was made, not by what was meant: other bytes do not make the target.
    const wrong = half.deflated.map((made) => ({ ...made, bytes: made.bytes.map((byte) => byte ^ 1) }));
    assert.notEqual(finishFile({ ...half, deflated: wrong }, request, options), half.result);
  });
});
