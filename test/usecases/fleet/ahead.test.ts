import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { workAhead } from '../../../src/usecases/fleet/ahead.js';

test('unit: what stands behind the one that is asked for is under way, never more than so many, and each is done once', async () => {
  const items = Array.from({ length: 12 }, (_, at) => at);
  const begun: number[] = [];
  let [running, most] = [0, 0];
  const ask = workAhead(items, 3, async (item) => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
    if (item === 5) throw new Error('five');
    return item * 2;
  });
  const first = ask(0);
  assert.deepEqual(begun, [0, 1, 2]);
  assert.equal(await first, 0);
  for (const item of items.slice(1)) {
    if (item === 5) await assert.rejects(ask(item), /five/);
    else assert.equal(await ask(item), item * 2);
  }
  assert.deepEqual(begun, items);
  assert.equal(most, 3);
  // Asked for a second time, it is done a second time.
  assert.equal(await ask(11), 22);
  assert.equal(begun.length, 13);
});
