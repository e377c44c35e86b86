/** What is in a queue, for people and for machines. */
import { showFault } from '../../model/errors.js';
import type { FleetQueueStatus } from '../../model/fleet.js';
import type { Report } from '../inspection.js';
import { showCount } from '../quantities.js';
import { fleetJsonVersion } from './plan.js';

/** Counts, what is under way and where, and what has failed and why. Exit code 1 when a job has failed. */
export function queueStatusText(status: FleetQueueStatus): Report {
  const { queue, name, workers, waiting, delayed, active, blocked, completed, failed, underWay, failures } = status;
  const lines = [
    `${queue}, ${name}: ${showCount(workers, 'worker')}; ${waiting} waiting, ${delayed} put back, ${active} under way, ${blocked} waiting for patches, ${completed} done, ${failed} failed`,
    ...underWay.map(
      ({ id, worker, attempts }) =>
        `under way: ${id} at ${worker || 'a worker'}${attempts > 1 ? `, try ${attempts}` : ''}`,
    ),
    ...failures.flatMap(({ id, attempts, faults }) => [
      `failed: ${id} after ${showCount(attempts, 'try', 'tries')}`,
      ...faults.map(showFault),
    ]),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: failed > 0 ? 1 : 0 };
}

/** The same as plain data. */
export function queueStatusJson(status: FleetQueueStatus): Report {
  const document = { format: 'dfota-fleet-status', version: fleetJsonVersion, ...status };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: status.failed > 0 ? 1 : 0 };
}
