/** What the main thread, which hears signals and owns the terminal, and the thread that runs the program say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { ExitCode } from './exit-codes.js';

/** The programs that can be run. */
export type ProgramName = 'dfota' | 'update_gen';

/** What the thread is started with. */
export interface ThreadStart {
  readonly program: ProgramName;
  readonly words: readonly string[];
  readonly port: MessagePort;
  /** Where messages for people go. */
  readonly logTo: 'stdout' | 'stderr';
  /** Columns of the terminal that shows progress; `undefined` where none does. */
  readonly columns: number | undefined;
  /** Whether each stream wants colours. */
  readonly colours: { readonly stdout: boolean; readonly stderr: boolean };
  /** Whether somebody at a terminal can be asked for a secret. */
  readonly asks: boolean;
  readonly debug: boolean;
}

/** From the main thread. */
export type ToThread =
  | { readonly kind: 'stop'; readonly signal: string }
  | { readonly kind: 'columns'; readonly columns: number | undefined }
  /** Of the question before. */
  | { readonly kind: 'answer'; readonly answer: string | undefined };

/** To the main thread. */
export type FromThread =
  | { readonly kind: 'write'; readonly to: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'temporary'; readonly path: string; readonly underWay: boolean }
  /** A question whose answer is not shown. */
  | { readonly kind: 'ask'; readonly question: string }
  /** That the run is to stop has arrived: it ends as soon as it can, and cleans up. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'done'; readonly code: ExitCode };
