import { Bzip2Error, type Bzip2Fault } from '../formats/compression/bzip2-error.js';

/**
 * What is wrong with a patch. Stable, so that whoever applies patches can tell how a device would take it:
 * on `bzip2-truncated` real devices loop for ever, on the others they give up.
 */
export type PatchFaultCode =
  /** The first eight bytes name no known format. */
  | 'not-a-patch'
  /** The patch ends before a header, a block or a chunk that it announces. */
  | 'truncated'
  /** A count, length or offset is negative or beyond what can be addressed. */
  | 'negative-count'
  | 'count-out-of-range'
  /** Bytes outside of the source are read, and the caller wants that refused. */
  | 'outside-source'
  /** The updater would read memory that is not its own. */
  | 'outside-memory'
  /** The instructions make more bytes than the patch promises. */
  | 'size-mismatch'
  /** Thousands of instructions that make no byte. */
  | 'no-progress'
  /** What a bzip2 stream can have wrong: see there. */
  | Bzip2Fault
  /** IMGDIFF2: a chunk of a type that devices do not know. */
  | 'chunk-type'
  /** IMGDIFF2: a chunk reaches beyond the source. */
  | 'chunk-range'
  /** IMGDIFF2: the source range is not a deflate stream of the stated size. */
  | 'inflate'
  /** IMGDIFF2: deflate parameters that zlib refuses. */
  | 'deflate-parameters';

/** A patch that cannot be applied. The patch is at fault, or the file it is applied to; never the program. */
export class PatchFormatError extends Error {
  override readonly name = 'PatchFormatError';
  readonly code: PatchFaultCode;
  /** What was made before that and is written by updaters: the whole chunks of an IMGDIFF2. */
  readonly written: Uint8Array<ArrayBuffer>;
  constructor(
    code: PatchFaultCode,
    message: string,
    options?: ErrorOptions & { readonly written?: Uint8Array<ArrayBuffer> | undefined },
  ) {
    super(message, options);
    this.code = code;
    this.written = options?.written ?? new Uint8Array();
  }
}

/** Runs a step that reads bzip2 streams of a patch; what is wrong with them is wrong with the patch. */
export function readingBzip2<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Bzip2Error)) throw error;
    throw new PatchFormatError(error.code, error.message, { cause: error });
  }
}
