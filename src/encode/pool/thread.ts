import { type MessagePort, Worker } from 'node:worker_threads';
import { ProofError } from '../../model/errors.js';
import type { EncodedFile, EncodeFileOptions, EncodeFileRequest, UnprovedFile } from '../encode-file.js';
import type { MateLink } from '../mate/messages.js';
import { engineModule } from '../stretches/engine.js';
import type { EncodeMessage, EndMessage, FinishMessage, ProveMessage, ThreadMessage } from './messages.js';
import { buffersOf } from './transfer.js';

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

/** What was encoded and is still to be proved, and the bytes to prove it with. */
export interface Unproved extends UnprovedFile {
  readonly request: EncodeFileRequest;
}

type Answer = Extract<ThreadMessage, { readonly kind: 'encoded' | 'unproved-yet' | 'proved' }>;

/** What a thread has of JavaScript's objects that die young, at most: its bytes are the engine's and lie elsewhere. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** A worker thread that encodes one file at a time. It does not keep the program alive while it has nothing to do. */
export class EncodeThread {
  readonly #worker = new Worker(new URL('./encode-thread.js', import.meta.url), {
    workerData: engineModule(),
    resourceLimits,
  });
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
  async encode(task: ThreadTask): Promise<EncodedFile> {
    const { request, options } = task;
    const answer = await this.#ask({ kind: 'encode', request, options, proofApart: false }, buffersOf(task), task);
    if (answer.kind === 'encoded') return answer.result;
    throw new Error(`the thread that encoded ${task.label} answered ${answer.kind}`);
  }

  /** The same but for the proofs, for which another thread may have the memory. A mate takes over what it can. */
  async encodeUnproved(task: ThreadTask, mate?: MateLink | undefined): Promise<Unproved> {
    const { request, options } = task;
    const message = { kind: 'encode', request, options, proofApart: true, mate } as const;
    const answer = await this.#ask(message, [...buffersOf(task), ...(mate === undefined ? [] : [mate.port])], task);
    if (answer.kind === 'unproved-yet') return answer;
    throw new Error(`the thread that encoded ${task.label} answered ${answer.kind}`);
  }

  /** The proofs of what another thread has encoded; rejects in the same ways. */
  async finish(unproved: Unproved, task: Omit<ThreadTask, 'request'>): Promise<EncodedFile> {
    const { request, result, toProve, deflated } = unproved;
    const message = { kind: 'finish', request, result, toProve, deflated, options: task.options } as const;
    const answer = await this.#ask(message, buffersOf(message), task);
    if (answer.kind === 'encoded') return answer.result;
    throw new Error(`the thread that proved ${task.label} answered ${answer.kind}`);
  }

  /** Whether a result of a cache does what it says; `base`'s bytes are transferred. Rejects as {@link encode} does. */
  async prove(
    { file, base, target }: Omit<ProveMessage, 'kind'>,
    task: Pick<ThreadTask, 'label' | 'signal'>,
  ): Promise<boolean> {
    const buffers = base === undefined ? [] : [base.buffer];
    const answer = await this.#ask({ kind: 'prove', file, base, target }, buffers, { ...task, onProgress: () => {} });
    return answer.kind === 'proved' && answer.holds;
  }

  #ask(
    message: EncodeMessage | FinishMessage | ProveMessage,
    transferred: readonly (ArrayBuffer | MessagePort)[],
    task: Omit<ThreadTask, 'request' | 'options'>,
  ): Promise<Answer> {
    const worker = this.#worker;
    const { signal, label } = task;
    return new Promise((resolve, reject) => {
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
          case 'unproved-yet':
          case 'proved':
            done();
            resolve(message);
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
      worker.postMessage(message, [...transferred]);
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
