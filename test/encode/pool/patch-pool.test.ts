import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32, inflateRawSync } from 'node:zlib';
import { applyPatch } from '../../../src/applypatch/index.js';
import { type EncodeBase, type EncodeResult, type EncodeTask, PatchPool } from '../../../src/encode/pool/patch-pool.js';
import { sha1Of } from '../../../src/model/digest.js';
import { ProofError } from '../../../src/model/errors.js';
import type { Progress } from '../../../src/model/progress.js';
import { openPatchCache } from '../../../src/store/cache/folder.js';
import { withTurns } from '../../../src/store/cache/turns.js';
import { noise, prose } from '../../applypatch/make-patch.js';

const cleanUp: (() => Promise<void>)[] = [];
after(async () => {
  for (const act of cleanUp) await act();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'dfota-pool-'));
  cleanUp.push(() => rm(made, { recursive: true }));
  return made;
}

let reads = 0;

function content(bytes: Buffer): Omit<EncodeBase, 'id'> {
  return {
    size: bytes.length,
    sha1: sha1Of(bytes),
    read: async () => {
      reads++;
      return new Uint8Array(bytes);
    },
  };
}

function task(label: string, target: Buffer, ...bases: Buffer[]): EncodeTask {
  return { label, target: content(target), bases: bases.map((bytes, i) => ({ id: `base ${i}`, ...content(bytes) })) };
}

const old = prose(60_000, 1);
const edited = Buffer.concat([old.subarray(0, 20_000), noise(300, 2), old.subarray(20_100)]);

interface Case {
  readonly name: string;
  readonly target: Buffer;
  readonly bases: readonly Buffer[];
  readonly expect: string;
}

const cases: readonly Case[] = [
  { name: 'edited', target: edited, bases: [old], expect: 'BSDIFF40 from base 0' },
  { name: 'better base', target: edited, bases: [noise(60_000, 3), old], expect: 'BSDIFF40 from base 1' },
  { name: 'equal', target: old, bases: [noise(100, 4), old], expect: 'BSDIFF40 from base 1' },
  { name: 'new', target: prose(5000, 5), bases: [], expect: 'deflated' },
  { name: 'new noise', target: noise(5000, 6), bases: [], expect: 'stored' },
  { name: 'unrelated', target: noise(5000, 7), bases: [noise(5000, 8)], expect: 'stored' },
  { name: 'from an empty file', target: Buffer.alloc(500, 'abc'), bases: [Buffer.alloc(0)], expect: 'deflated' },
  { name: 'to an empty file', target: Buffer.alloc(0), bases: [old], expect: 'stored' },
  { name: 'tiny', target: Buffer.from('b\n'), bases: [Buffer.from('a\n')], expect: 'stored' },
  {
    name: 'large',
    target: Buffer.concat([edited, prose(400_000, 10)]),
    bases: [Buffer.concat([old, prose(400_000, 10)])],
    expect: 'BSDIFF40 from base 0',
  },
];

function told({ chosen }: EncodeResult): string {
  return chosen.kind === 'whole' ? chosen.packed.method : `${chosen.format} from ${chosen.base}`;
}

async function encodeAll(workers: number): Promise<readonly EncodeResult[]> {
  const pool = new PatchPool({ workers, effort: 'fast' });
  try {
    return await Promise.all(cases.map(({ name, target, bases }) => pool.encode(task(name, target, ...bases))));
  } finally {
    await pool.close();
  }
}

test('integration: takes the smallest way, and what it gives makes the target', async () => {
  const results = await encodeAll(2);
  for (const [i, { name, target, bases, expect }] of cases.entries()) {
    const result = results[i];
    assert.ok(result);
    assert.equal(told(result), expect, name);
    const { chosen } = result;
    const { packed } = chosen;
    const unpacked = packed.method === 'stored' ? packed.bytes : inflateRawSync(packed.bytes);
    assert.equal(packed.size, unpacked.length, name);
    assert.equal(packed.crc32, crc32(unpacked), name);
    if (chosen.kind === 'whole') {
      assert.ok(target.equals(unpacked), name);
    } else {
      assert.equal(sha1Of(unpacked), chosen.sha1, name);
      const base = bases[Number(chosen.base.slice(5))] ?? Buffer.alloc(0);
      assert.ok(target.equals(applyPatch(unpacked, base, { outsideSource: 'reject' })), name);
    }
    const sizes = result.alternatives.map(({ packageBytes }) => packageBytes);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => a - b),
      name,
    );
    assert.ok(
      result.alternatives.some(({ method }) => method === 'whole'),
      name,
    );
  }
  const identity = results[2]?.alternatives[0];
  assert.equal(identity?.method, 'identity');
  assert.ok((identity?.packageBytes ?? 1000) < 200);
});

test('integration: the same bytes with 1 and with 4 threads', async () => {
  assert.deepEqual(await encodeAll(1), await encodeAll(4));
});

test('integration: largest first, one at a time where the memory budget wants it', async () => {
  const started: string[] = [];
  let finished = 0;
  const watched = (label: string, size: number): EncodeTask => {
    const made = task(label, prose(size, size), prose(size, size + 1));
    const read = (): Promise<Uint8Array<ArrayBuffer>> => {
      assert.equal(finished, started.length);
      started.push(label);
      return made.target.read();
    };
    return { ...made, target: { ...made.target, read } };
  };
  const onProgress = ({ doneItems }: Progress): void => {
    finished = doneItems;
  };
  const pool = new PatchPool({ workers: 3, effort: 'fast', memoryBudget: 1, onProgress });
  try {
    await Promise.all([3000, 9000, 6000].map((size) => pool.encode(watched(String(size), size))));
  } finally {
    await pool.close();
  }
  assert.deepEqual(started, ['9000', '6000', '3000']);
});

test('integration: what is asked for twice is encoded once', async () => {
  reads = 0;
  const pool = new PatchPool({ workers: 2, effort: 'fast' });
  try {
    const [a, b] = await Promise.all([pool.encode(task('a', edited, old)), pool.encode(task('b', edited, old))]);
    assert.deepEqual(a, b);
  } finally {
    await pool.close();
  }
  assert.equal(reads, 2);
});

test('integration: progress never goes back and ends at all of it', async () => {
  const seen: Progress[] = [];
  const pool = new PatchPool({ workers: 2, effort: 'fast', onProgress: (progress) => seen.push(progress) });
  try {
    await Promise.all(cases.map(({ name, target, bases }) => pool.encode(task(name, target, ...bases))));
  } finally {
    await pool.close();
  }
  let before = 0;
  for (const { doneBytes, totalBytes } of seen) {
    assert.ok(doneBytes >= before && doneBytes <= totalBytes);
    before = doneBytes;
  }
  const last = seen.at(-1);
  assert.equal(last?.doneBytes, last?.totalBytes);
  assert.equal(last?.doneItems, cases.length);
});

test('integration: an abort stops a long task in the middle, and all that wait', async () => {
  const abort = new AbortController();
  const pool = new PatchPool({ workers: 1, effort: 'best', signal: abort.signal });
  const large = noise(6_000_000, 11);
  const tasks = [task('large', large, Buffer.concat([noise(5, 12), large])), task('small', edited, old)];
  const results = Promise.allSettled(tasks.map((one) => pool.encode(one)));
  setTimeout(() => abort.abort(new Error('enough')), 300);
  const begun = performance.now();
  for (const result of await results) assert.match(String(result.status === 'rejected' && result.reason), /enough/);
  assert.ok(performance.now() - begun < 2000);
  await assert.rejects(pool.encode(task('late', edited, old)), /enough/);
  await pool.close();
});

test('integration: a read that fails is told, and the pool goes on', async () => {
  const pool = new PatchPool({ workers: 1, effort: 'fast' });
  try {
    const broken = task('broken', edited, old);
    const read = (): Promise<never> => Promise.reject(new Error('the input changed'));
    await assert.rejects(pool.encode({ ...broken, target: { ...broken.target, read } }), /the input changed/);
    assert.equal(told(await pool.encode(task('good', edited, prose(10, 1), old))), 'BSDIFF40 from base 1');
  } finally {
    await pool.close();
  }
});

test('integration: a patch that does not stand its proof names the file', async () => {
  const pool = new PatchPool({ workers: 1, effort: 'fast' });
  try {
    const wrong = task('SYSTEM/bin/app', edited, old);
    const lie = { ...wrong, target: { ...wrong.target, sha1: sha1Of(Buffer.from('another')) } };
    await assert.rejects(pool.encode(lie), (error) => {
      assert.ok(error instanceof ProofError);
      assert.equal(error.faults[0]?.code, 'patch-unproved');
      assert.equal(error.faults[0]?.place?.file, 'SYSTEM/bin/app');
      return true;
    });
  } finally {
    await pool.close();
  }
});

test('integration: of two pools that share a cache one makes what both need, and the other does something else meanwhile', async () => {
  const cache = withTurns(await openPatchCache({ directory: await folder() }));
  const pools = [0, 1].map(() => new PatchPool({ workers: 1, effort: 'fast', cache }));
  try {
    // Both would begin with the largest.
    const both = task('both', edited, old);
    const own = [task('own 0', prose(9000, 31)), task('own 1', prose(9000, 32))];
    const order: string[] = [];
    const told = async (pool: number, each: EncodeTask): Promise<boolean> => {
      const { fromCache } = (await pools[pool]?.encode(each)) ?? assert.fail();
      order.push(`${pool}: ${each.label}`);
      return fromCache;
    };
    const made = [0, 1].map((pool) => [told(pool, both), told(pool, own[pool] ?? both)]);
    const hits = await Promise.all(made.flat());
    assert.deepEqual(hits, [false, false, true, false]);
    assert.deepEqual(
      order.filter((line) => line.startsWith('1')),
      ['1: own 1', '1: both'],
    );
    // Who fails leaves it to the next one.
    const unreadable = {
      ...both,
      target: { ...content(prose(7000, 33)), read: () => Promise.reject(new Error('unread')) },
    };
    const readable = { ...unreadable, target: content(prose(7000, 33)) };
    const [failed, next] = await Promise.allSettled([pools[0]?.encode(unreadable), pools[1]?.encode(readable)]);
    assert.equal(failed.status, 'rejected');
    assert.ok(next.status === 'fulfilled' && next.value?.fromCache === false);
  } finally {
    for (const pool of pools) await pool.close();
  }
});

test('integration: with a warm cache nothing is read or encoded, and the result is the same', async () => {
  const directory = await folder();
  const run = async (): Promise<readonly EncodeResult[]> => {
    const pool = new PatchPool({ workers: 2, effort: 'fast', cache: await openPatchCache({ directory }) });
    try {
      return await Promise.all(cases.map(({ name, target, bases }) => pool.encode(task(name, target, ...bases))));
    } finally {
      await pool.close();
    }
  };
  const cold = await run();
  reads = 0;
  const warm = await run();
  assert.equal(reads, 0);
  assert.ok(warm.every(({ fromCache }) => fromCache));
  const bare = (results: readonly EncodeResult[]) => results.map(({ fromCache: _, ...rest }) => rest);
  assert.deepEqual(bare(warm), bare(cold));

  // A damaged entry is encoded again.
  const [sub] = await readdir(directory);
  const [entry] = await readdir(join(directory, sub ?? ''));
  const file = join(directory, sub ?? '', entry ?? '');
  const stored = await readFile(file);
  stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
  await writeFile(file, stored);
  const mended = await run();
  assert.equal(mended.filter(({ fromCache }) => !fromCache).length, 1);
  assert.deepEqual(bare(mended), bare(cold));
});

test('integration: a cache is brought to its size by a pool that has put something there, and by no other', async () => {
  const kept = await openPatchCache({ directory: await folder() });
  let trimmed = 0;
  const cache = {
    ...kept,
    trim: async () => {
      trimmed++;
      await kept.trim();
    },
  };
  for (const expected of [1, 1]) {
    const pool = new PatchPool({ workers: 1, effort: 'fast', cache });
    await pool.encode(task('file', edited, old));
    await pool.close();
    assert.equal(trimmed, expected);
  }
});
