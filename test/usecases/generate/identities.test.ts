import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityPatch } from '../../../src/encode/bsdiff/identity.js';
import type { Sha256 } from '../../../src/model/digest.js';
import type { PatchCache } from '../../../src/model/patch-cache.js';
import { identitiesKey, identityPatches } from '../../../src/usecases/generate/identities.js';

/** A cache in memory that tells what it is asked for. */
function memoryCache(own: boolean) {
  const kept = new Map<Sha256, Uint8Array<ArrayBuffer>>();
  const counts = { got: 0, put: 0 };
  const cache: PatchCache = {
    own,
    get: async (key) => {
      const found = kept.get(key);
      if (found !== undefined) counts.got += 1;
      return found;
    },
    has: async (key) => kept.has(key),
    put: async (key, bytes) => {
      counts.put += 1;
      kept.set(key, new Uint8Array(bytes));
    },
    reject: async () => {},
    trim: async () => {},
    findings: () => [],
  };
  return { cache, kept, counts };
}

const sizes = [0, 1, 700, 70_000];
const expected = new Map(sizes.map((size) => [size, identityPatch(size)]));

test('unit: identity patches are made once, and read the next time; other sizes are another entry', async () => {
  const { cache, counts } = memoryCache(true);
  assert.deepEqual(await identityPatches(sizes, cache), expected);
  assert.deepEqual(counts, { got: 0, put: 1 });
  assert.deepEqual(await identityPatches(sizes, cache), expected);
  assert.deepEqual(counts, { got: 1, put: 1 });
  assert.deepEqual(await identityPatches([700], cache), new Map([[700, identityPatch(700)]]));
  assert.deepEqual(counts, { got: 1, put: 2 });
});

test('unit: nothing is kept for no patches, and nothing is taken from a cache of others', async () => {
  const { cache, counts } = memoryCache(true);
  assert.deepEqual(await identityPatches([], cache), new Map());
  assert.deepEqual(counts, { got: 0, put: 0 });
  const shared = memoryCache(false);
  shared.kept.set(identitiesKey(sizes), new Uint8Array(100));
  assert.deepEqual(await identityPatches(sizes, shared.cache), expected);
  assert.deepEqual(shared.counts, { got: 0, put: 0 });
  assert.deepEqual(await identityPatches(sizes, undefined), expected);
});

test('unit: an entry that does not hold these patches is made anew', async () => {
  const { cache, kept, counts } = memoryCache(true);
  const key = identitiesKey(sizes);
  await identityPatches(sizes, cache);
  const right = kept.get(key) ?? new Uint8Array();
  const other = memoryCache(true);
  await identityPatches([0, 1, 701, 70_000], other.cache);
  const wrong = [
    new Uint8Array(0),
    right.slice(0, -1),
    new Uint8Array([...right, 0]),
    new Uint8Array([0xff, 0xff, 0xff, 0xff]),
    ...other.kept.values(),
  ];
  for (const [nth, bytes] of wrong.entries()) {
    kept.set(key, bytes);
    assert.deepEqual(await identityPatches(sizes, cache), expected);
    assert.equal(counts.put, nth + 2);
  }
});
