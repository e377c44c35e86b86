/**
 * Runs readers in a thread of their own, which is ended when it takes far longer than its work can: a loop that does not
 * move on then fails the test, with the seed of the run, instead of keeping it for ever. The time is a watchdog's, no measure.
 */
import { Worker } from 'node:worker_threads';
import type { ReaderName } from './readers.js';

const patience = 60_000;

/** What a reader made of some bytes: nothing to complain of, or what it threw that it may not throw. */
type Answer = { readonly fault: string | undefined };

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'fault' in value;
}

/** A thread that reads; close it. */
export interface Watched {
  /** Rejects when the reader throws anything but its own kind of error, and when it does not end. */
  read(reader: ReaderName, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Starts the thread with the first read; a new one follows one that had to be ended. */
export function watched(): Watched {
  let worker: Worker | undefined;
  const end = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    await old?.terminate();
  };
  return {
    read: async (reader, bytes) => {
      worker ??= new Worker(new URL('./watched-thread.js', import.meta.url));
      const thread = worker;
      const answer = await new Promise<unknown>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`${reader} does not end (waited ${patience / 1000} s)`));
        }, patience);
        thread.removeAllListeners();
        thread.on('message', (value) => {
          clearTimeout(timer);
          resolve(value);
        });
        thread.on('error', (error) => {
          clearTimeout(timer);
          reject(error);
        });
        thread.postMessage({ reader, bytes: Uint8Array.from(bytes) });
      }).catch(async (error: unknown) => {
        await end();
        throw error;
      });
      if (!isAnswer(answer)) throw new Error('the thread gave no answer');
      if (answer.fault !== undefined) throw new Error(`${reader}: ${answer.fault}`);
    },
    close: end,
  };
}
