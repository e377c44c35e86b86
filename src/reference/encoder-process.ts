/** One process that runs bsdiff-node, seen from dfota: it makes one patch after the other. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type DiffMessage, isProcessMessage, type ProcessMessage } from './messages.js';

/** The process ended, said nothing for too long, or something that it must not say; the message says which. */
export class EncoderBroken extends Error {}

/** Starts and ends with the engine; a process that failed is not used again. */
export class EncoderProcess {
  readonly #child: ChildProcess;
  readonly #silence: number;
  #alive = true;

  /** `silence`: milliseconds without a word after which the process is taken for hung. */
  constructor(entry: string, silence: number) {
    this.#silence = silence;
    this.#child = fork(fileURLToPath(new URL('./reference-process.js', import.meta.url)), [entry], {
      execArgv: [],
      // What compiled code prints is nothing that the user asked for.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('exit', () => {
      this.#alive = false;
    });
    this.#child.on('error', () => {
      this.#alive = false;
    });
  }

  /** False once it has ended: it takes no more work. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /** The first answer: whether the package could be loaded. Throws EncoderBroken, or the signal's reason. */
  start(signal: AbortSignal | undefined): Promise<ProcessMessage> {
    return this.#answer(signal, () => {});
  }

  /** Makes a patch. Throws EncoderBroken, or the signal's reason; then the process has been ended. */
  diff(files: DiffMessage, signal: AbortSignal | undefined): Promise<ProcessMessage> {
    return this.#answer(signal, () => this.#child.send(files));
  }

  /** Ends the process in the middle of its work, and waits until it has. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  #answer(signal: AbortSignal | undefined, ask: () => void): Promise<ProcessMessage> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (reason: unknown): void => {
        done();
        // Not before it has ended: what it writes is taken away afterwards.
        this.stop().then(
          () => reject(reason),
          () => reject(reason),
        );
      };
      const seconds = this.#silence / 1e3;
      const onSilence = (): void => fail(new EncoderBroken(`it has said nothing for ${seconds} seconds`));
      const onMessage = (message: unknown): void => {
        if (!isProcessMessage(message)) fail(new EncoderBroken('it has sent something that is no answer'));
        else if (message.kind === 'progress') timer.refresh();
        else {
          done();
          resolve(message);
        }
      };
      const onExit = (code: number | null, ended: string | null): void =>
        fail(new EncoderBroken(`its process has ended (${ended ?? `exit code ${code}`})`));
      const onError = (error: Error): void => fail(new EncoderBroken(error.message));
      const onAbort = (): void => fail(signal?.reason);
      const timer = setTimeout(onSilence, this.#silence);
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.on('error', onError);
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted === true) onAbort();
      else if (!this.#alive) onExit(child.exitCode, child.signalCode);
      else ask();
    });
  }
}
