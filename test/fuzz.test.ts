import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { FormatError } from '../src/formats/format-error.js';
import { fuzz } from './support/fuzz/campaign.js';
import { mendUbi, mendUbifs } from './support/fuzz/checksums.js';
import type { FuzzReader } from './support/fuzz/reader.js';
import { faultOfReading, fuzzReaderNames, inputsOf } from './support/fuzz/readers.js';
import { kept } from './support/fuzz/samples.js';

/** Readers whose samples are large are given fewer inputs; bench/fuzz.ts gives them as many as the others. */
const fewer: Readonly<Record<string, number>> = {
  ubi: 150,
  ubifs: 150,
  extract: 150,
  compare: 300,
  'build-zip': 500,
  'repack-deflate': 300,
  'repack-lz4': 300,
  'repack-lzma': 150,
  'repack-lzma2': 150,
  'repack-decisions-lzma': 150,
  'repack-decisions-lzma2': 150,
};
/** Of the whole process, with everything that was not yet collected. Bytes. */
const mostMemory = 1.5 * 2 ** 30;

describe('property: generated and damaged inputs give a value or an error of the reader, within bounds', () => {
  for (const name of fuzzReaderNames) {
    test(name, async () => {
      const seed = randomInt(1, 2 ** 31);
      const again = `node dist/bench/fuzz.js --reader ${name} --seed ${seed}`;
      const { run, fault, largest } = await fuzz(name, seed, fewer[name] ?? 600);
      assert.equal(fault, undefined, `${again} --from ${run} --runs 1`);
      assert.ok(largest > 0 && largest < mostMemory, `${largest} bytes: ${again}`);
    });
  }
});

test('unit: the fuzz tells an error of the reader from any other, and makes the same input for the same seed and run', async () => {
  const reader: FuzzReader = {
    read: (bytes) => {
      if (bytes.length === 0) throw new FormatError('it is empty');
      if (bytes.length > 40) throw new TypeError('too long for me');
    },
    throws: [FormatError],
    samples: () => [Buffer.from('sample')],
  };
  assert.equal(await faultOfReading(reader, Buffer.alloc(0)), undefined);
  assert.match((await faultOfReading(reader, Buffer.alloc(0), true)) ?? '', /it is empty/);
  assert.match((await faultOfReading(reader, Buffer.alloc(41))) ?? '', /TypeError: too long for me/);
  const [one, other] = [inputsOf(reader, 5), inputsOf(reader, 6)];
  const runs = Array.from({ length: 200 }, (_, run) => run);
  assert.deepEqual(runs.map(one), runs.map(inputsOf(reader, 5)));
  assert.notDeepEqual(runs.map(one), runs.map(other));
  assert.ok(new Set(runs.map((run) => one(run).toString('hex'))).size > 150, 'the inputs differ from each other');
});

test('unit: checksums are right again after damage, so that what lies behind them is read', async () => {
  const inner = mendUbi(Buffer.from(kept('flash.ubi')));
  assert.ok(inner.equals(kept('flash.ubi')), 'those of a sound image stay as they are');
  assert.ok(mendUbifs(Buffer.from(kept('root.ubifs'))).equals(kept('root.ubifs')));
});
