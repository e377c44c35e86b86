import { Worker } from 'node:worker_threads';
import { ProofError } from '../../model/errors.js';
import type { EncodedFile, EncodeFileOptions, EncodeFileRequest } from '../encode-file.js';
import { engineModule } from '../stretches/engine.js';
import type { EncodeMessage, EndMessage, ThreadMessage } from './messages.js';

/** One file for one thread. */
export interface ThreadTask {
  /** Errors carry it. */
  readonly label: string;
  /** Its bytes are transferred: the arrays are empty afterwards. */
  readonly request: EncodeFileRequest;
  readonly options: EncodeFileOptions;
  /** Stops the thread for good, in the middle of its work. */
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number) => void;
}

/** A worker thread that encodes one file at a time. It does not keep the program alive while it has nothing to do. */
export class EncodeThread {
  readonly #worker = new Worker(new URL('./encode-thread.js', import.meta.url), { workerData: engineModule() });
  #alive = true;

  constructor() {
    this.#worker.unref();
    this.#worker.on('exit', () => {
      this.#alive = false;
    });
    // Told to whoever waits by encode(); without a listener it would end the program.
    this.#worker.on('error', () => {
      this.#alive = false;
    });
  }

  /** False once the thread has ended, for whatever reason: it takes no more tasks. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /** Encodes one file; the next may be given when this one is done. Rejects with ProofError, the signal's reason, or an Error that names the task. */
  encode(task: ThreadTask): Promise<EncodedFile> {
    const worker = this.#worker;
    const { request, options, signal, label } = task;
    return new Promise<EncodedFile>((resolve, reject) => {
      const done = (): void => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        worker.off('exit', onExit);
        signal.removeEventListener('abort', onAbort);
        worker.unref();
      };
      const fail = (reason: unknown): void => {
        done();
        reject(reason);
      };
      const onMessage = (message: ThreadMessage): void => {
        switch (message.kind) {
          case 'progress':
            task.onProgress(message.doneBytes);
            return;
          case 'encoded':
            done();
            resolve(message.result);
            return;
          case 'unproved':
            fail(new ProofError(message.faults.map((fault) => ({ ...fault, place: { file: label } }))));
            return;
          case 'failed':
            fail(new Error(`encoding ${label} failed: ${message.error.message}`, { cause: message.error }));
            return;
          default:
            message satisfies never;
        }
      };
      const onError = (error: unknown): void => {
        const text = error instanceof Error ? error.message : String(error);
        fail(new Error(`the thread that encoded ${label} broke down: ${text}`, { cause: error }));
      };
      const onExit = (code: number): void => fail(new Error(`the thread that encoded ${label} ended (${code})`));
      const onAbort = (): void => {
        fail(signal.reason);
        void this.stop();
      };
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.on('exit', onExit);
      signal.addEventListener('abort', onAbort);
      worker.ref();
      const buffers = new Set([request.target.buffer, ...request.bases.map((base) => base.buffer)]);
      worker.postMessage({ kind: 'encode', request, options } satisfies EncodeMessage, [...buffers]);
    });
  }

  /** Lets an idle thread end by itself. */
  async end(): Promise<void> {
    if (!this.#alive) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#alive = false;
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'end' } satisfies EndMessage);
    await ended;
  }

  /** Stops the thread in the middle of its work. */
  async stop(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }
}
