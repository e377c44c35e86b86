import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { indexSource } from '../../../src/encode/bsdiff/source-index.js';
import { openEngine } from '../../../src/encode/stretches/engine.js';
import { seededRandom } from '../../support/random.js';

for (const stride of [1, 2] as const) {
  test(`unit: a long source that is rehearsed has the index that it has when it is indexed in one go, of every suffix or every second (${stride})`, () => {
    const source = seededRandom(1).bytes(2 ** 21 + 12_345);
    const at = {
      source: 1024,
      suffixes: 4 * 2 ** 20,
      stride,
      starts: 16 * 2 ** 20,
      startBits: 20,
      grams: 24 * 2 ** 20,
      gramBits: 24,
    };
    const [rehearsed, direct] = [openEngine(32 * 2 ** 20), openEngine(32 * 2 ** 20)];
    for (const engine of [rehearsed, direct]) engine.bytes().set(source, at.source);
    indexSource(rehearsed, at, source.length);
    const count = Math.ceil(source.length / stride);
    direct.call(stride === 1 ? 'sortSuffixes' : 'sortEvenSuffixes', at.source, at.suffixes, count, at.starts);
    const tables = [at.starts, at.startBits, at.grams, at.gramBits] as const;
    direct.call('prepare', at.source, source.length, at.suffixes, ...tables, stride - 1);
    const parts = [
      ['suffixes', at.suffixes, 4 * count],
      ['starts', at.starts, 4 * (2 ** at.startBits + 1)],
      ['grams', at.grams, 2 ** at.gramBits / 8],
    ] as const;
    for (const [name, from, size] of parts) {
      const [a, b] = [rehearsed, direct].map((engine) => Buffer.from(engine.bytes().slice(from, from + size)));
      assert.ok(a !== undefined && b !== undefined && a.equals(b), name);
      assert.ok(
        a.some((byte) => byte !== 0),
        name,
      );
    }
  });
}
