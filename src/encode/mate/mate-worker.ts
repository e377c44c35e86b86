import { MessageChannel, Worker } from 'node:worker_threads';
import { engineModule } from '../stretches/engine.js';
import { answersAt, goneAt, type MateLink, stateBytes } from './messages.js';

/** A thread that helps another one; started and stopped with the other's work. */
export interface MateWorker {
  /** For the thread that is helped, to be transferred to it. */
  readonly link: MateLink;
  readonly stop: () => Promise<void>;
}

/** What it has of JavaScript's objects that die young, at most. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** Starts one. Should it end for whatever reason, whoever waits for it is told. */
export function startMate(): MateWorker {
  const { port1, port2 } = new MessageChannel();
  const state = new SharedArrayBuffer(stateBytes);
  const worker = new Worker(new URL('./mate-thread.js', import.meta.url), {
    workerData: { module: engineModule(), link: { port: port2, state } },
    transferList: [port2],
    resourceLimits,
  });
  worker.unref();
  // Without a listener it would end the program: what it left undone is done by the other.
  worker.on('error', () => {});
  worker.on('exit', () => {
    const shared = new Int32Array(state);
    Atomics.store(shared, goneAt, 1);
    Atomics.notify(shared, answersAt);
  });
  return {
    link: { port: port1, state },
    stop: async () => {
      await worker.terminate();
    },
  };
}
