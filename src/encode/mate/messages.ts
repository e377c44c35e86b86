import type { MessagePort } from 'node:worker_threads';
import type { Bzip2Window, PackedWindow } from '../bsdiff/bzip2-window.js';
import type { Deflated, DeflatedStream } from './deflated.js';

/** What a thread asks of its mate. */
export type MateTask =
  | { readonly kind: 'window'; readonly window: Bzip2Window }
  | { readonly kind: 'deflate'; readonly stream: DeflatedStream };

/** A task, numbered. */
export interface MateQuestion {
  readonly number: number;
  readonly task: MateTask;
}

/** What came of it; `failed`: nothing. */
export type MateAnswer =
  | { readonly kind: 'window'; readonly number: number; readonly packed: PackedWindow }
  | { readonly kind: 'deflate'; readonly number: number; readonly deflated: Deflated }
  | { readonly kind: 'failed'; readonly number: number };

/** How a thread, which waits for its mate without going back to its event loop, is connected with it. */
export interface MateLink {
  readonly port: MessagePort;
  /** Two numbers of 32 bits that both see: see {@link answersAt} and {@link goneAt}. */
  readonly state: SharedArrayBuffer;
}

/** How many answers were given. */
export const answersAt = 0;
/** Not 0 when the mate has ended, and answers no more. */
export const goneAt = 1;
export const stateBytes = 8;
