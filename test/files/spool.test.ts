import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Spool } from '../../src/files/spool.js';
import { removeAllTemporary } from '../../src/files/temporary.js';
import { sha256Of } from '../../src/model/digest.js';
import { InputError } from '../../src/model/errors.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('spool');

/** Runs a step with a folder of its own as the system's folder for temporary files. */
async function withTemporary(name: string, step: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(work, name);
  mkdirSync(folder);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await step(folder);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** The one file of the one folder in it. */
function fileIn(folder: string): string {
  const [inside = '', ...others] = readdirSync(folder);
  assert.deepEqual(others, []);
  const names = readdirSync(join(folder, inside));
  assert.deepEqual(names, ['contents']);
  return join(folder, inside, 'contents');
}

test('property: what is added is read again, from memory and from the disk, and memory is bounded', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(60), async (all, limit) => {
      run += 1;
      await withTemporary(`property-${run}`, async (folder) => {
        const spool = new Spool(limit);
        for (const bytes of all) {
          assert.equal(spool.add(new Uint8Array(bytes)), sha256Of(bytes));
          await spool.spill();
          assert(spool.heldBytes <= limit);
        }
        for (const bytes of all) assert.deepEqual(await spool.read(sha256Of(bytes)), new Uint8Array(bytes));
        await spool.close();
        assert.deepEqual(readdirSync(folder), []);
      });
    }),
    { numRuns: 40 },
  );
});

test('integration: several spills at once write each content once', async () => {
  await withTemporary('at-once', async (folder) => {
    const spool = new Spool(0);
    const digests = Array.from({ length: 20 }, (_, i) => spool.add(new Uint8Array([i % 7, 1])));
    await Promise.all([spool.spill(), spool.spill(), spool.spill()]);
    assert.equal(statSync(fileIn(folder)).size, 7 * 2);
    for (const [i, digest] of digests.entries()) assert.deepEqual([...(await spool.read(digest))], [i % 7, 1]);
    await spool.close();
  });
});

test('integration: a process that ends at once takes the folder away; a changed file is told; a folder that cannot be made too', async () => {
  await withTemporary('ends', async (folder) => {
    const spool = new Spool(0);
    const digest = spool.add(new Uint8Array([1, 2, 3]));
    await spool.spill();
    writeFileSync(fileIn(folder), 'other');
    await assert.rejects(spool.read(digest), (error) => {
      assert(error instanceof InputError);
      assert.equal(error.faults[0]?.code, 'input-changed');
      return true;
    });
    removeAllTemporary();
    assert.deepEqual(readdirSync(folder), []);
    await spool.close();
  });
  await withTemporary('file', async (folder) => {
    process.env.TMPDIR = join(folder, 'none');
    const spool = new Spool(0);
    spool.add(new Uint8Array([1]));
    await assert.rejects(spool.spill(), InputError);
    await spool.close();
    assert(!existsSync(join(folder, 'none')));
  });
});

test('unit: a digest that was never added is a bug', async () => {
  await assert.rejects(new Spool().read(sha256Of(new Uint8Array())), /never kept/);
});
