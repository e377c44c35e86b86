/**
 * Runs a reader over many inputs in a thread of its own. The thread is ended when one input keeps it for longer than any
 * work of its budget can: a loop without an end is a fault with a number, not a run that is kept for ever. The time is a
 * watchdog's, no measure.
 */
import type { Buffer } from 'node:buffer';
import { Worker } from 'node:worker_threads';
import { fuzzReader, inputsOf } from './readers.js';

/** What the thread is given. */
export interface FuzzOrder {
  readonly name: string;
  readonly seed: number;
  /** The first run, and how many. */
  readonly from: number;
  readonly runs: number;
  /** One 32-bit number: the run that is being read. */
  readonly current: SharedArrayBuffer;
}

/** What came of it. */
export interface FuzzEnd {
  /** The run with the fault, or the first that was not asked for. */
  readonly run: number;
  readonly fault: string | undefined;
  /** The most memory that the process was seen to have. Bytes. */
  readonly largest: number;
}

const patience = 60_000;
const lookEvery = 1_000;
/** The heap of the thread; a reader whose lists grow with a number in the file runs into it. MiB. */
const heap = 512;

function isEnd(value: unknown): value is FuzzEnd {
  return typeof value === 'object' && value !== null && 'run' in value && 'largest' in value;
}

/** Reads the inputs from `from` on. Never rejects for what a reader does. */
export async function fuzz(name: string, seed: number, runs: number, from = 0): Promise<FuzzEnd> {
  const current = new SharedArrayBuffer(4);
  const present = new Int32Array(current);
  const order: FuzzOrder = { name, seed, from, runs, current };
  const worker = new Worker(new URL('./fuzz-thread.js', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: heap },
  });
  const failed = (fault: string): FuzzEnd => ({ run: Atomics.load(present, 0), fault, largest: 0 });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<FuzzEnd>((resolve) => {
      let [last, since] = [-1, Date.now()];
      timer = setInterval(() => {
        const run = Atomics.load(present, 0);
        if (run !== last) [last, since] = [run, Date.now()];
        else if (Date.now() - since > patience) resolve(failed(`no end after ${patience / 1000} s`));
      }, lookEvery);
      worker.once('message', (value: unknown) => resolve(isEnd(value) ? value : failed('the thread gave no answer')));
      worker.once('error', (error) =>
        resolve(failed(error instanceof Error ? (error.stack ?? error.message) : String(error))),
      );
      worker.once('exit', () => resolve(failed('the thread ended without an answer')));
    });
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}

/** The input of a run, to be kept as a case. */
export function inputOfRun(name: string, seed: number, run: number): Buffer {
  return inputsOf(fuzzReader(name), seed)(run);
}
