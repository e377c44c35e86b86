import { FormatError } from '../format-error.js';

/** What is wrong with a bzip2 stream; stable. */
export type Bzip2Fault =
  /** Not a bzip2 stream, or one that announces an impossible block size. */
  | 'bzip2-header'
  /** The input ends inside of a stream. Some real devices loop for ever on it. */
  | 'bzip2-truncated'
  /** A stream ends, properly, before the bytes that are needed. */
  | 'bzip2-short'
  | 'bzip2-data'
  | 'bzip2-crc'
  /** The long obsolete randomised block, which nothing writes any more. */
  | 'bzip2-randomised'
  /** Bytes are left over behind the last one that is used. */
  | 'leftover-bytes'
  /** More bytes come out than the caller allows. */
  | 'too-large';

/** A bzip2 stream that cannot be unpacked. */
export class Bzip2Error extends FormatError {
  readonly code: Bzip2Fault;
  constructor(code: Bzip2Fault, message: string) {
    super(message);
    this.code = code;
  }
}
