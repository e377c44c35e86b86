/** What every patch cache promises, whatever it keeps its entries in: the tests that each implementation passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Sha256, sha256Of } from '../../src/model/digest.js';
import type { PatchCache } from '../../src/model/patch-cache.js';

/** A store of entries that one or more caches, as of several processes, work with. */
export interface CacheStore {
  /** Opens another cache on the same entries. */
  readonly open: () => Promise<PatchCache>;
  /** Changes what is stored under a key, as a bad disk or a bad line does. */
  readonly damage: (key: Sha256, change: (stored: Uint8Array) => Uint8Array) => Promise<void>;
  /** Makes the store fail from now on. */
  readonly breakDown: () => Promise<void>;
}

function key(text: string): Sha256 {
  return sha256Of(Buffer.from(text));
}

/** Tests an implementation. `fresh` makes an empty store. */
export function testPatchCache(name: string, fresh: () => Promise<CacheStore>): void {
  const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

  test(`integration: ${name}: what is not there is a miss; what was put comes back, also from another cache`, async () => {
    const store = await fresh();
    const cache = await store.open();
    assert.equal(await cache.get(key('a')), undefined);
    for (const bytes of [bytesOf('some bytes'), new Uint8Array(0), new Uint8Array(100_000).fill(7)]) {
      await cache.put(key('a'), bytes);
      assert.deepEqual(await cache.get(key('a')), bytes);
      assert.deepEqual(await (await store.open()).get(key('a')), bytes);
    }
    assert.equal(await cache.get(key('b')), undefined);
  });

  test(`property: ${name}: any bytes come back as they were put`, async () => {
    const cache = await (await fresh()).open();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.string(), async (bytes, text) => {
        await cache.put(key(text), bytes);
        assert.deepEqual(await cache.get(key(text)), new Uint8Array(bytes));
      }),
      { numRuns: 50 },
    );
  });

  test(`integration: ${name}: what is returned belongs to the caller alone`, async () => {
    const cache = await (await fresh()).open();
    const bytes = bytesOf('mine');
    await cache.put(key('a'), bytes);
    bytes.fill(0);
    const got = await cache.get(key('a'));
    assert.deepEqual(got, bytesOf('mine'));
    got?.fill(0);
    assert.deepEqual(await cache.get(key('a')), bytesOf('mine'));
  });

  test(`integration: ${name}: what is damaged is a miss, and can be put again`, async () => {
    const store = await fresh();
    const cache = await store.open();
    const damages: readonly ((stored: Uint8Array) => Uint8Array)[] = [
      (stored) => stored.map((byte, at) => (at === 3 ? byte ^ 4 : byte)),
      (stored) => stored.map((byte, at) => (at === stored.length - 1 ? byte ^ 1 : byte)),
      (stored) => stored.subarray(0, stored.length - 1),
      (stored) => stored.subarray(0, 10),
      () => new Uint8Array(0),
      (stored) => new Uint8Array([...stored, 0]),
    ];
    for (const [index, change] of damages.entries()) {
      await cache.put(key('a'), bytesOf('the bytes'));
      await store.damage(key('a'), change);
      assert.equal(await cache.get(key('a')), undefined, `damage ${index}`);
      await cache.put(key('a'), bytesOf('the bytes'));
      assert.deepEqual(await cache.get(key('a')), bytesOf('the bytes'), `damage ${index}`);
    }
  });

  test(`integration: ${name}: many writers and readers of the same keys at once see all or nothing`, async () => {
    const store = await fresh();
    const caches = await Promise.all(Array.from({ length: 4 }, () => store.open()));
    const filled = (i: number): Uint8Array<ArrayBuffer> => new Uint8Array(5000).fill(i);
    const work = caches.flatMap((cache) =>
      Array.from({ length: 20 }, async (_, i) => {
        await cache.put(key(String(i % 5)), filled(i % 5));
        const got = await cache.get(key(String(i % 5)));
        assert.ok(got === undefined || Buffer.from(got).equals(filled(i % 5)));
        if (i % 10 === 0) await cache.trim();
      }),
    );
    await Promise.all(work);
  });

  test(`integration: ${name}: a store that fails later is no error`, async () => {
    const store = await fresh();
    const cache = await store.open();
    await cache.put(key('a'), bytesOf('before'));
    await store.breakDown();
    await cache.put(key('b'), bytesOf('after'));
    assert.equal(await cache.get(key('a')), undefined);
    assert.equal(await cache.get(key('b')), undefined);
    await cache.trim();
  });
}
