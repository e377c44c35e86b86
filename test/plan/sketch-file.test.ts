import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha1Of } from '../../src/model/digest.js';
import { sketchOf } from '../../src/plan/sketch.js';
import { readSketches, sketchKey, writeSketches } from '../../src/plan/sketch-file.js';
import { seededRandom } from '../support/random.js';

const files = [1, 2, 3].map((seed) => new Uint8Array(seededRandom(seed).bytes(5_000 * seed)));
const contents = files.map(sha1Of);
const sketches = new Map(files.map((bytes) => [sha1Of(bytes), sketchOf(bytes)] as const));

describe('unit: sketches as bytes', () => {
  it('come back as they were, in whatever order they are asked for', () => {
    const bytes = writeSketches(contents, sketches);
    assert.deepEqual(
      readSketches(bytes, contents.toReversed()),
      new Map([...sketches].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    assert.deepEqual(writeSketches(contents.toReversed(), sketches), bytes);
    assert.equal(sketchKey(contents.toReversed()), sketchKey([...contents, ...contents]));
    assert.notEqual(sketchKey(contents.slice(1)), sketchKey(contents));
  });

  it('are not taken where bytes are missing or others are meant', () => {
    const bytes = writeSketches(contents, sketches);
    for (let cut = 1; cut < bytes.length; cut += 7)
      assert.equal(readSketches(bytes.subarray(0, cut), contents), undefined);
    assert.equal(readSketches(bytes, [sha1Of(new Uint8Array(3))]), undefined);
  });
});
