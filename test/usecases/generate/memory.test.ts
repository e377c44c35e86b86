import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EncodeTask, memoryOf } from '../../../src/encode/pool/patch-pool.js';
import { sha1Of } from '../../../src/model/digest.js';
import { UsageError } from '../../../src/model/errors.js';
import { shareMemory } from '../../../src/usecases/generate/memory.js';
import { withGenerated } from '../../support/generated.js';
import { mutationPair } from '../../support/mutation-pair.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('memory');
const mebibyte = 2 ** 20;

/** A file of so many bytes, patched from one of the same size; its bytes are never asked for. */
function task(size: number): EncodeTask {
  const content = { size, sha1: sha1Of(new Uint8Array()), read: () => Promise.reject(new Error('not to be read')) };
  return { label: `file of ${size}`, target: content, bases: [{ id: 'base', ...content }] };
}

test('property: what is shared out stays within the promise, the largest file fits, and less is refused with what it takes', () => {
  const sizes = fc.array(fc.nat(40 * mebibyte), { maxLength: 5 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 16 }), fc.nat(20_000), fc.nat(1024), (all, jobs, paths, more) => {
      const tasks = all.map(task);
      let least = 0;
      assert.throws(
        () => shareMemory(1, jobs, tasks, paths),
        (error) => {
          assert(error instanceof UsageError);
          least = Number(/^at least (\d+)M/.exec(error.faults[0]?.expected ?? '')?.[1]) * mebibyte;
          return error.faults[0]?.code === 'memory-option';
        },
      );
      assert.throws(() => shareMemory(least - mebibyte, jobs, tasks, paths), UsageError);
      const memory = least + more * mebibyte;
      const { workers = 0, budget = 0 } = shareMemory(memory, jobs, tasks, paths);
      assert(workers >= 1 && workers <= jobs);
      assert(budget >= Math.max(0, ...tasks.map(memoryOf)));
      assert(budget + workers * 45 * mebibyte < memory);
    }),
  );
});

test('unit: nothing is promised where nothing is asked for', () => {
  assert.deepEqual(shareMemory(undefined, 3, [task(2 ** 30)], 10), { workers: 3, budget: undefined });
});

test('end-to-end: too little memory is refused before anything is made; enough of it gives the same package', async () => {
  const generate = (name: string, memory: number | undefined) =>
    withGenerated(
      join(work, name),
      mutationPair,
      { encoding: { effort: 'fast', memory }, verify: { level: 'off', profile: 'strict' } },
      async ({ generated }) => generated.output.sha256,
    );
  await assert.rejects(generate('little', 64 * mebibyte), UsageError);
  assert.deepEqual(
    readdirSync(join(work, 'little')).filter((name) => name.endsWith('.zip') && name !== 'targetfiles.zip'),
    [],
  );
  assert.equal(await generate('enough', 200 * mebibyte), await generate('any', undefined));
});
