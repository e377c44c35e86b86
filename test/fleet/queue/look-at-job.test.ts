import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAtJob } from '../../../src/fleet/queue/look-at-job.js';

/** A job that ends between the first reading and the question for its state. */
function endingAs(state: string, left: { returnvalue: unknown; failedReason?: string }) {
  let readings = 0;
  return async () => {
    readings += 1;
    const kept = readings === 1 ? { returnvalue: null } : left;
    return { ...kept, getState: async () => state };
  };
}

test('unit: what a job left is read after its state, which may change between two questions', async () => {
  assert.deepEqual(await lookAtJob(endingAs('failed', { returnvalue: null, failedReason: 'lost' })), {
    state: 'failed',
    result: null,
    failedReason: 'lost',
  });
  assert.deepEqual(await lookAtJob(endingAs('completed', { returnvalue: { id: 'a' } })), {
    state: 'completed',
    result: { id: 'a' },
    failedReason: '',
  });
});

test('unit: a job that the queue does not have, or loses on the way, is none', async () => {
  assert.equal(await lookAtJob(async () => undefined), undefined);
  const jobs = [{ returnvalue: null, getState: async () => 'completed' }];
  assert.equal(await lookAtJob(async () => jobs.shift()), undefined);
});
