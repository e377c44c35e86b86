/** An encoder of patches from outside: what it is called, and what it makes. */

/** What making one patch took. */
export interface MadePatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Seconds of the encoder itself, without the writing and reading of files. */
  readonly wallSeconds: number;
  readonly processorSeconds: number;
}

/** Makes BSDIFF40 patches in place of our encoder. What it makes is proved like any other patch before it is used. */
export interface PatchMaker {
  /** Name and version: they decide about the bytes, so they are part of cache keys and records. */
  readonly name: string;
  /** Bytes of memory that a patch between files of these sizes takes, about. */
  readonly memory: (source: number, target: number) => number;
  /** A patch that makes the target of the source. `label` names the file in faults. Throws InputError, or the signal's reason. */
  readonly make: (
    source: Uint8Array,
    target: Uint8Array,
    label: string,
    signal: AbortSignal | undefined,
  ) => Promise<MadePatch>;
}
