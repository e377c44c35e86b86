import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Sha256, sha256Of } from '../../../src/model/digest.js';
import { InputError } from '../../../src/model/errors.js';
import { defaultCacheDirectory, openPatchCache } from '../../../src/store/cache/folder.js';
import { testPatchCache } from '../../support/patch-cache-contract.js';

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dfota-cache-'));
});
after(() => rm(directory, { recursive: true }));

function key(text: string): Sha256 {
  return sha256Of(Buffer.from(text));
}

function fileOf(name: Sha256, folder = directory): string {
  return join(folder, name.slice(0, 2), name);
}

testPatchCache('a folder', async () => {
  const folder = await mkdtemp(join(directory, 'store-'));
  return {
    open: () => openPatchCache({ directory: folder }),
    damage: async (name, change) => {
      const file = fileOf(name, folder);
      await writeFile(file, change(await readFile(file)));
    },
    breakDown: async () => {
      await rm(folder, { recursive: true });
      await writeFile(folder, 'in the way');
    },
  };
});

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /[0-9a-f]{64}/.test(name));
}

test('integration: gives back what was put, also to another process that opens it later', async () => {
  const cache = await openPatchCache({ directory });
  assert.equal(await cache.get(key('a')), undefined);
  for (const bytes of [Buffer.from('some bytes'), Buffer.alloc(0), Buffer.alloc(100_000, 7)]) {
    await cache.put(key('a'), bytes);
    assert.deepEqual(await cache.get(key('a')), new Uint8Array(bytes));
    assert.deepEqual(await (await openPatchCache({ directory })).get(key('a')), new Uint8Array(bytes));
  }
});

test('integration: what is damaged in any way is a miss, and removed', async () => {
  const cache = await openPatchCache({ directory });
  const name = key('damaged');
  await cache.put(name, Buffer.from('the bytes'));
  const good = await readFile(fileOf(name));
  for (let at = 0; at < good.length; at++) {
    const damaged = Buffer.from(good);
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    await writeFile(fileOf(name), damaged);
    assert.equal(await cache.get(name), undefined, `byte ${at}`);
    await assert.rejects(stat(fileOf(name)));
  }
  for (const size of [0, 10, good.length - 1]) {
    await writeFile(fileOf(name), good);
    await truncate(fileOf(name), size);
    assert.equal(await cache.get(name), undefined, `${size} bytes`);
  }
  await writeFile(fileOf(name), good);
  assert.equal(Buffer.from((await cache.get(name)) ?? []).toString(), 'the bytes');
});

test('integration: many writers and readers of the same keys at once see all or nothing, and leave no temporary file', async () => {
  const folder = join(directory, 'together');
  const caches = await Promise.all(Array.from({ length: 4 }, () => openPatchCache({ directory: folder })));
  const bytesOf = (i: number): Uint8Array => new Uint8Array(5000).fill(i);
  const work = caches.flatMap((cache) =>
    Array.from({ length: 40 }, async (_, i) => {
      const name = key(String(i % 5));
      await cache.put(name, bytesOf(i % 5));
      const got = await cache.get(name);
      assert.ok(got === undefined || Buffer.from(got).equals(bytesOf(i % 5)));
      if (i % 10 === 0) await cache.trim();
    }),
  );
  await Promise.all(work);
  assert.deepEqual(
    (await filesIn(folder)).filter((name) => name.endsWith('.tmp')),
    [],
  );
  assert.equal((await filesIn(folder)).length, 5);
});

test('integration: trim removes what was not used for longest, and what crashes left, and nothing that is not ours', async () => {
  const folder = join(directory, 'limited');
  const cache = await openPatchCache({ directory: folder, maxBytes: 3500 });
  for (const name of ['a', 'b', 'c', 'd']) {
    await cache.put(key(name), Buffer.alloc(1000));
    const age = new Date(Date.UTC(2020, 0, 1 + name.charCodeAt(0)));
    await utimes(fileOf(key(name), folder), age, age);
  }
  await cache.get(key('a'));
  const left = `${fileOf(key('b'), folder)}.01234567-0123-0123-0123-0123456789ab.tmp`;
  await writeFile(left, 'half');
  await utimes(left, new Date(0), new Date(0));
  await writeFile(join(folder, 'notes.txt'), Buffer.alloc(9000));
  await cache.trim();
  const kept = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => (await cache.get(key(name))) !== undefined));
  assert.deepEqual(kept, [true, false, true, true]);
  await assert.rejects(stat(left));
  assert.equal((await stat(join(folder, 'notes.txt'))).size, 9000);
});

test('integration: reading refreshes a date of long ago, and writes nothing where one is of now', async () => {
  const folder = join(directory, 'dates');
  const cache = await openPatchCache({ directory: folder });
  await cache.put(key('a'), Buffer.from('x'));
  const file = fileOf(key('a'), folder);
  const ages = async (minutes: number): Promise<number> => {
    const before = new Date(Date.now() - minutes * 60_000);
    await utimes(file, before, before);
    assert.ok(await cache.get(key('a')));
    return Math.round((Date.now() - (await stat(file)).mtimeMs) / 60_000);
  };
  assert.equal(await ages(30), 30);
  assert.equal(await ages(90), 0);
  // a clock that was wrong
  assert.equal(await ages(-90), 0);
});

test('integration: a folder that cannot be made is told; one that fails later is no error', async () => {
  const file = join(directory, 'a-file');
  await writeFile(file, '');
  await assert.rejects(openPatchCache({ directory: join(file, 'below') }), (error) => {
    assert.ok(error instanceof InputError);
    assert.equal(error.faults[0]?.code, 'cache-folder');
    return true;
  });
  const folder = join(directory, 'vanishing');
  const cache = await openPatchCache({ directory: folder });
  await rm(folder, { recursive: true });
  await writeFile(folder, 'in the way');
  await cache.put(key('a'), Buffer.from('x'));
  assert.equal(await cache.get(key('a')), undefined);
  await cache.trim();
});

test("unit: the default folder is the user's cache folder of the system", () => {
  assert.equal(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' }, 'linux'), '/x/dfota/patches');
  assert.match(defaultCacheDirectory({ XDG_CACHE_HOME: 'relative' }, 'linux'), /\/\.cache\/dfota\/patches$/);
  assert.match(defaultCacheDirectory({}, 'linux'), /\/\.cache\/dfota\/patches$/);
  assert.match(defaultCacheDirectory({}, 'darwin'), /\/Library\/Caches\/dfota\/patches$/);
  assert.match(defaultCacheDirectory({ LOCALAPPDATA: '/local' }, 'win32'), /^.local.dfota.Cache.patches$/);
});
