import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { indexSource } from '../../../src/encode/bsdiff/source-index.js';
import { openEngine } from '../../../src/encode/stretches/engine.js';
import { seededRandom } from '../../support/random.js';

test('unit: a long source that is rehearsed has the index that it has when it is indexed in one go', () => {
  const source = seededRandom(1).bytes(2 ** 21 + 12_345);
  const at = {
    source: 1024,
    suffixes: 4 * 2 ** 20,
    starts: 16 * 2 ** 20,
    startBits: 20,
    grams: 24 * 2 ** 20,
    gramBits: 24,
  };
  const [rehearsed, direct] = [openEngine(32 * 2 ** 20), openEngine(32 * 2 ** 20)];
  for (const engine of [rehearsed, direct]) engine.bytes().set(source, at.source);
  indexSource(rehearsed, at, source.length);
  direct.call('sortSuffixes', at.source, at.suffixes, source.length, at.starts);
  direct.call('prepare', at.source, source.length, at.suffixes, at.starts, at.startBits, at.grams, at.gramBits);
  const parts = [
    ['suffixes', at.suffixes, 4 * source.length],
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
