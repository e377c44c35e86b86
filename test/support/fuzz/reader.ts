import type { Random } from '../random.js';

/** A reader under fuzz. */
export interface FuzzReader {
  /** Reads all that it can. It may throw what `throws` names and nothing else. */
  readonly read: (bytes: Uint8Array) => unknown;
  /** The kinds of error that say what is wrong with the input. */
  readonly throws: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
  /** Sound inputs; the reader throws nothing for them. */
  readonly samples: () => readonly Uint8Array[];
  /** Words of the format, one unit a byte, which damage puts in. */
  readonly words?: readonly string[];
  /** Makes an input from nothing, where damage to samples would not get past a checksum. */
  readonly make?: (random: Random) => Uint8Array;
  /** Makes the checksums of damaged bytes right again. */
  readonly mend?: (bytes: Buffer) => Buffer;
}
