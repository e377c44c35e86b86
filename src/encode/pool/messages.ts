import type { Fault } from '../../model/errors.js';
import type { EncodedFile, EncodeFileOptions, EncodeFileRequest } from '../encode-file.js';

/** What the pool asks of a thread. The bytes are transferred, not copied. */
export interface EncodeMessage {
  readonly kind: 'encode';
  readonly request: EncodeFileRequest;
  readonly options: EncodeFileOptions;
}

/** The thread is to end when it has nothing more to do. */
export interface EndMessage {
  readonly kind: 'end';
}

/** What a thread answers: progress any number of times, then one of the others. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly doneBytes: number }
  | { readonly kind: 'encoded'; readonly result: EncodedFile }
  | { readonly kind: 'unproved'; readonly faults: readonly Fault[] }
  | { readonly kind: 'failed'; readonly error: Error };
