/** What is in a queue. */
import type { FleetQueueStatus } from '../../model/fleet.js';
import { mostFleetRowsShown } from '../../model/limits/fleet.js';
import { type QueueAddress, queueFault } from './connect.js';
import { readFailure } from './message.js';
import { openQueue } from './producer.js';

/** Counts by state, and the jobs that are under way or have failed. Throws InputError where the server does not answer. */
export async function queueStatus(address: QueueAddress, name: string): Promise<FleetQueueStatus> {
  const queue = await openQueue(address, name);
  try {
    const counts = await queue.getJobCounts('waiting', 'delayed', 'active', 'waiting-children', 'completed', 'failed');
    const { waiting = 0, delayed = 0, active = 0, completed = 0, failed = 0 } = counts;
    const { 'waiting-children': blocked = 0 } = counts;
    const workers = await queue.getWorkers();
    const underWay = await queue.getActive(0, mostFleetRowsShown - 1);
    const lost = await queue.getFailed(0, mostFleetRowsShown - 1);
    return {
      queue: address.shown,
      name,
      workers: workers.length,
      waiting,
      delayed,
      active,
      blocked,
      completed,
      failed,
      underWay: underWay
        .map((job) => ({ id: job.name, worker: job.processedBy ?? '', attempts: job.attemptsMade + 1 }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      failures: lost
        .map((job) => ({ id: job.name, attempts: job.attemptsMade, faults: readFailure(job.failedReason ?? '') }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
  } catch (error) {
    throw queueFault(address.shown, error);
  } finally {
    await queue.close().catch(() => {});
  }
}
