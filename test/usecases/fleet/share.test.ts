/** The machine shared among packages: threads, memory, and what becomes of the rest when one fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { inLanes, shareMachine } from '../../../src/usecases/fleet/share.js';

const gibibyte = 2 ** 30;

test('unit: as many packages at once as threads, packages and memory allow', () => {
  const share = (jobs: number, packages: number, memory: number, promised?: number) => {
    const { atOnce, each } = shareMachine({ jobs, memory: promised }, packages, memory);
    return [atOnce, each.jobs, each.memory];
  };
  assert.deepEqual(share(1, 36, 64 * gibibyte), [1, 1, undefined]);
  assert.deepEqual(share(8, 36, 64 * gibibyte), [8, 1, undefined]);
  assert.deepEqual(share(8, 3, 64 * gibibyte), [3, 2, undefined]);
  assert.deepEqual(share(8, 36, 4 * gibibyte), [3, 2, undefined]);
  assert.deepEqual(share(8, 36, gibibyte / 4), [1, 8, undefined]);
  assert.deepEqual(share(8, 36, 64 * gibibyte, 2 * gibibyte), [3, 2, Math.floor((2 * gibibyte) / 3)]);
  assert.deepEqual(share(4, 0, 64 * gibibyte), [1, 4, undefined]);
});

test('unit: lanes take items in order, never more at once than there are, and end when one fails', async () => {
  let [running, most] = [0, 0];
  const begun: number[] = [];
  const act = async (item: number): Promise<void> => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await setTimeout(item % 3);
    running -= 1;
    if (item === 7) throw new Error('seven');
  };
  const items = Array.from({ length: 40 }, (_, at) => at);
  await inLanes(items.slice(0, 7), 3, act);
  assert.deepEqual([begun, most], [items.slice(0, 7), 3]);
  await assert.rejects(inLanes(items, 3, act), /seven/);
  assert.equal(running, 0);
  assert.ok(begun.length < 7 + 12, String(begun.length));
});
