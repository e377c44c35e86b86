import type { Content } from '../../model/build.js';
import type { Fault } from '../../model/errors.js';
import type { EncodedFile, EncodeFileOptions, EncodeFileRequest, UnprovedFile } from '../encode-file.js';
import type { MateLink } from '../mate/messages.js';

/** What the pool asks of a thread. The bytes are transferred, not copied. */
export interface EncodeMessage {
  readonly kind: 'encode';
  readonly request: EncodeFileRequest;
  readonly options: EncodeFileOptions;
  /** Whether the proofs are left for another thread, which has memory for them. */
  readonly proofApart: boolean;
  /** Who takes over parts of the work, where there is somebody. */
  readonly mate?: MateLink | undefined;
}

/** The proofs of what another thread has encoded. */
export interface FinishMessage extends UnprovedFile {
  readonly kind: 'finish';
  readonly request: EncodeFileRequest;
  readonly options: EncodeFileOptions;
}

/** A result of a cache that others may have written to, to be proved before it is used. */
export interface ProveMessage {
  readonly kind: 'prove';
  readonly file: EncodedFile;
  /** What the patch is applied to; nothing for a whole file. */
  readonly base: Uint8Array<ArrayBuffer> | undefined;
  readonly target: Content;
}

/** The thread is to end when it has nothing more to do. */
export interface EndMessage {
  readonly kind: 'end';
}

/** What a thread answers: progress any number of times, then one of the others. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly doneBytes: number }
  | { readonly kind: 'encoded'; readonly result: EncodedFile }
  | ({ readonly kind: 'unproved-yet'; readonly request: EncodeFileRequest } & UnprovedFile)
  | { readonly kind: 'proved'; readonly holds: boolean }
  | { readonly kind: 'unproved'; readonly faults: readonly Fault[] }
  | { readonly kind: 'failed'; readonly error: Error };
