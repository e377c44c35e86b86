/** The search for deflate streams finds the same in real files, and does not grow with the square of a crafted one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inflateBudget, searchDeflateStreams } from '../../../src/encode/imgdiff/deflate-streams.js';
import { openDeflateTarget } from '../../../src/encode/imgdiff/imgdiff.js';
import { seededRandom } from '../../support/random.js';

const block = 295;

/** A stored block that holds the header of a zlib stream, whose own first block ends where this one ends. */
function storedBlocks(count: number, end: 'none' | 'final'): Buffer {
  const body = Buffer.alloc(block, 0x61);
  const header = (length: number, final: boolean): Buffer =>
    Buffer.from([final ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255]);
  const inner = Buffer.concat([Buffer.from([0x78, 0x01]), header(block - 7, false)]);
  inner.copy(body);
  const blocks = Array.from({ length: count }, (_, index) =>
    Buffer.concat([header(block, end === 'final' && index === count - 1), body]),
  );
  return Buffer.concat([Buffer.from([0x78, 0x01]), ...blocks]);
}

/** Headers of zlib streams in stored blocks, with empty blocks between: all input and next to no output. */
function emptyBlocks(count: number): Buffer {
  const empty = Buffer.from([0, 0, 0, 255, 255]);
  const headed = Buffer.from([0, 2, 0, 253, 255, 0x78, 0x01]);
  return Buffer.concat(Array.from({ length: count }, () => Buffer.concat([headed, ...Array(50).fill(empty)])));
}

const crafted: readonly (readonly [string, (size: number) => Buffer])[] = [
  ['blocks inside of blocks, without an end', (size) => storedBlocks(Math.ceil(size / (block + 5)), 'none')],
  ['blocks inside of blocks, with a wrong checksum', (size) => storedBlocks(Math.ceil(size / (block + 5)), 'final')],
  ['empty blocks', (size) => emptyBlocks(Math.ceil(size / 257))],
  ['nothing but headers', (size) => Buffer.alloc(size, Buffer.from([0x78, 0x01]))],
  ['names without an end', (size) => Buffer.alloc(size, Buffer.from([0x1f, 0x8b, 8, 8]))],
];

for (const [name, make] of crafted) {
  test(`unit: ${name}: twice the file is at most twice the work and a bit`, () => {
    const budget = (size: number): number => 4 * 2 ** 20 + 16 * size;
    const work = [1, 2].map((times) => {
      const bytes = make(times * 2 ** 20);
      return searchDeflateStreams(bytes, budget(bytes.length)).inflated;
    });
    assert.ok((work[1] ?? 0) <= 2.1 * (work[0] ?? 0), `${work}`);
  });
}

test('unit: a search that stops says so, and keeps what it has found', () => {
  const packed = gzipSync(seededRandom(3).bytes(5000));
  const bytes = Buffer.concat([packed, storedBlocks(5000, 'none')]);
  const { streams, stopped, inflated } = searchDeflateStreams(bytes, 2 ** 20);
  assert.deepEqual([streams.length, stopped, inflated], [1, true, 2 ** 20]);
  assert.equal(streams[0]?.start, 10);
});

test('unit: what is stopped before the first stream is not taken for a file without any', () => {
  const size = 12 * 2 ** 20;
  const target = openDeflateTarget(storedBlocks(size / 300, 'none'));
  assert.deepEqual([target?.stopped, target?.streams.length], [true, 0]);
});

test('unit: streams that expand a lot, or end exactly with a try, are found whole', () => {
  for (const size of [1024, 8192, 65_536, 65_537, 3_000_000]) {
    const content = seededRandom(size).bytes(size);
    const zeros = Buffer.alloc(size * 4);
    const bytes = Buffer.concat([gzipSync(content), Buffer.alloc(300), gzipSync(zeros), Buffer.alloc(300)]);
    const { streams, inflated } = searchDeflateStreams(bytes);
    assert.ok(
      streams[0]?.expanded((bytes) => content.equals(bytes)),
      `${size}`,
    );
    if (size >= 65_536) assert.equal(streams[1]?.expandedLength, zeros.length);
    assert.ok(inflated < inflateBudget(bytes.length));
  }
});
