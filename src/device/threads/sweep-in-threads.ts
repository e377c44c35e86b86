/** Takes the power away at many points, in as many threads as there are processors. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChosenPoint, Tried } from '../power-cuts.js';
import type { BytesMessage, SweepMessage, SweepReply, Wanted } from './messages.js';

/** What the threads are told apart from their points and the share of what is kept at hand. */
export type SweepSetting = Omit<SweepMessage, 'kind' | 'points' | 'mostKept'>;

/** What the threads ask for, who is told, and who stops it. */
export interface SweepPorts {
  readonly read: (wanted: Wanted) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  readonly onTried: () => void;
  /** At most; one for each processor without it. */
  readonly threads?: number | undefined;
  /** Bytes that all threads together keep at hand. */
  readonly keptInAll?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Bytes that all threads together keep at hand where nobody says so. */
const usuallyKept = 96 * 2 ** 20;

/** Tries the points, shared out evenly. Stops all threads when one fails, or through the signal. */
export async function sweepInThreads(
  setting: SweepSetting,
  chosen: readonly ChosenPoint[],
  ports: SweepPorts,
): Promise<readonly Tried[]> {
  const { threads: most = availableParallelism(), keptInAll = usuallyKept } = ports;
  const threads = Math.min(availableParallelism(), most, chosen.length);
  const workers: Worker[] = [];
  try {
    return await Promise.all(
      Array.from({ length: threads }, (_, thread) => {
        const worker = new Worker(new URL('./cut-thread.js', import.meta.url));
        workers.push(worker);
        // Neighbours take alike long: each thread gets every so manieth.
        const points = chosen.filter(({ order }) => order % threads === thread);
        const mostKept = Math.floor(keptInAll / threads);
        return sweepIn(worker, { kind: 'sweep', ...setting, points, mostKept }, ports);
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function sweepIn(worker: Worker, message: SweepMessage, { read, onTried, signal }: SweepPorts): Promise<Tried> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a thread that tries power cuts ended')));
    worker.on('message', (reply: SweepReply) => {
      switch (reply.kind) {
        case 'read':
          read(reply.wanted).then((bytes) => {
            worker.postMessage({ kind: 'bytes', id: reply.id, bytes } satisfies BytesMessage);
          }, reject);
          return;
        case 'tried':
          onTried();
          return;
        case 'failed':
          reject(reply.error);
          return;
        case 'swept':
          signal?.removeEventListener('abort', onAbort);
          resolve(reply.tried);
          return;
        default:
          reply satisfies never;
      }
    });
    worker.postMessage(message);
  });
}
