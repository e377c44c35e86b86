import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel, resetModel, setProperties } from '../../../../src/imagedelta/decoder/repack/lzma/model.js';
import { openPlanner } from '../../../../src/imagedelta/decoder/repack/lzma/planner.js';
import { learnOnly, writeToken } from '../../../../src/imagedelta/decoder/repack/lzma/token-writer.js';
import { findStreams } from '../../../../src/imagedelta/repack/find-streams.js';
import { openOptimalPacker } from '../../../../src/imagedelta/repack/lzma/optimal-packer.js';
import { openLearned } from '../../../../src/imagedelta/repack/lzma/probabilities.js';
import { seededRandom } from '../../../support/random.js';

const settings = { nice: 64, depth: 48, dictionary: 2 ** 20, late: false };
const properties = { lc: 3, lp: 0, pb: 2 };

/** Text of words that come again. */
function wordsOf(size: number): Uint8Array {
  const random = seededRandom(size);
  const words = Array.from({ length: 60 }, () => random.bytes(1 + random.below(20)));
  const text = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const word = words[random.below(words.length)] ?? Buffer.of(0);
    text.set(word.subarray(0, size - at), at);
    at += word.length;
  }
  return text;
}

/** The work of both sides when their packers go through a text by themselves; their tokens must be the same. */
function workOf(text: Uint8Array): readonly [number, number] {
  const model = openModel(text);
  setProperties(model, properties);
  resetModel(model);
  const planner = openPlanner(model, text.length, settings);
  planner.reset();
  const learned = openLearned(text);
  learned.setProperties(properties.lc, properties.lp, properties.pb);
  learned.reset();
  const packer = openOptimalPacker(text, learned, text.length, settings);
  packer.reset();
  while (model.at < text.length) {
    const token = planner.predict();
    packer.decide();
    assert.deepEqual([token.length, token.kind === 6 ? token.distance : 0], [packer.length(), packer.distance()]);
    planner.before(token);
    writeToken(learnOnly, model, token);
    planner.behind(token, true);
    packer.take(packer.kind(), packer.length(), packer.distance(), true);
  }
  assert.equal(learned.place, text.length);
  return [planner.work(), packer.work()];
}

for (const [name, make] of [
  ['words', wordsOf],
  ['zeros', (size: number): Uint8Array => new Uint8Array(size)],
  ['noise', (size: number): Uint8Array => seededRandom(size).bytes(size)],
] as const) {
  test(`unit: both packers take the same tokens of ${name}, and twice the text is about twice the work`, () => {
    const once = workOf(make(30_000));
    const twice = workOf(make(60_000));
    for (const [index, work] of twice.entries()) {
      const ratio = work / (once[index] ?? 1);
      assert.ok(ratio < 2.6, `${ratio}`);
    }
  });
}

test('unit: zeros before a part do not use up the tries', () => {
  // LZMA-alone by hand: 2,000 zeros in few bytes are too short to be told, so only that nothing is tried counts.
  const zeros = new Uint8Array(2 ** 20);
  const noise = seededRandom(1).bytes(4096);
  const image = Buffer.concat([zeros, Buffer.of(0x78, 0x01, 0x01, 0x00, 0x10, 0xff, 0xef), noise, zeros]);
  const [found] = findStreams(image, ['lzma', 'xz', 'deflate']);
  assert.equal(found?.at, zeros.length + 2);
});
