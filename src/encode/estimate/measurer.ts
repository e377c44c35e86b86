import { Worker } from 'node:worker_threads';
import { discard } from '../../model/discard.js';
import { threadAnswer } from '../../model/thread-answer.js';
import { exact } from '../deflate/whole.js';
import { type Measure, type Measured, measureFile } from './measure-file.js';

/** Measures files, one after the other. What it says does not depend on where it runs. */
export interface Measurer {
  /** The bytes are given away: the arrays are empty afterwards. The next may be asked for when this one is measured. */
  readonly measure: (file: Measure) => Promise<Measured>;
  /** Stops it, in the middle of its work. */
  readonly close: () => Promise<void>;
}

/** What its thread has of JavaScript's objects that die young, at most: its bytes lie elsewhere. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** Opens a measurer; with a thread of its own its caller has both hands free meanwhile. */
export function openMeasurer({ apart }: { readonly apart: boolean }, signal: AbortSignal | undefined): Measurer {
  if (!apart) {
    return {
      measure: async (file) => {
        const measured = measureFile(file);
        discard(file.target, ...(file.bases ?? []));
        return measured;
      },
      close: async () => {},
    };
  }
  const worker = new Worker(new URL('./measure-thread.js', import.meta.url), { resourceLimits });
  // Told to whoever waits; without a listener it would end the program.
  worker.on('error', () => {});
  return {
    measure: ({ target, bases, whole }) => {
      const asked: Measure = { target: exact(target), bases: bases?.map(exact), whole };
      const buffers = new Set([asked.target, ...(asked.bases ?? [])].map(({ buffer }) => buffer));
      return threadAnswer(worker, {
        ask: () => worker.postMessage(asked, [...buffers]),
        take: (answer: Measured) => ({ answer }),
        ended: 'the thread that measures files ended',
        signal,
      });
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
