/** The work of a prediction grows with the text: counted, not timed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deflateRules,
  lz4Rules,
  type MatcherSettings,
  openPredictor,
} from '../../../src/imagedelta/repack/predictor.js';
import { seededRandom } from '../../support/random.js';
import { linkProgram, makeProgram } from '../code-images.js';

const slowest: MatcherSettings = {
  mode: 'lazy',
  hashBits: 15,
  good: 32,
  lazy: 258,
  nice: 258,
  chain: 4096,
  farthest: 32_506,
  tooFar: 4096,
};

function noise(size: number): Uint8Array {
  return seededRandom(81).bytes(size);
}

function code(size: number): Uint8Array {
  const program = linkProgram(makeProgram('aarch64', 82, 900));
  assert.ok(program.length >= size, `${program.length}`);
  return program.subarray(0, size);
}

/** Nearly equal lines, with a number that differs: long chains, and matches that end soon. */
function lines(size: number): Uint8Array {
  const all: string[] = [];
  for (let at = 0, length = 0; length < size; at++) {
    const line = `entry ${at % 977}: value ${(at * 7919) % 10_007};\n`;
    all.push(line);
    length += line.length;
  }
  return Buffer.from(all.join('').slice(0, size));
}

/** What is counted when every token is as predicted. */
function workFor(text: Uint8Array, isLz4: boolean): number {
  const predictor = openPredictor(text, isLz4 ? lz4Rules : deflateRules, slowest);
  predictor.block(0, text.length);
  for (let at = 0; at < text.length; ) {
    const { length, distance } = predictor.predict(at);
    predictor.take(at, length, distance);
    at += distance === 0 ? 1 : length;
  }
  return predictor.work();
}

const n = 25_000;

for (const [name, make] of [
  ['noise', noise],
  ['code', code],
  ['lines', lines],
  ['zeros', (size: number) => new Uint8Array(size)],
] as const) {
  test(`unit: predicting the tokens of twice as many bytes of ${name} takes about twice the work`, () => {
    for (const isLz4 of [false, true]) {
      // Chains fill up to the window first.
      const [once, twice] = [workFor(make(2 * n), isLz4), workFor(make(4 * n), isLz4)];
      assert.ok(twice < 2.6 * once, `${once} and ${twice}`);
      assert.ok(twice < 2 ** 24 + 4096 * 4 * n);
    }
  });
}
