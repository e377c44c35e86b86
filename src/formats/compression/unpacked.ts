/** What a compressed stream holds, and where it ends in its input. */
export interface Unpacked {
  readonly bytes: Uint8Array;
  /** The first byte behind the stream. */
  readonly end: number;
}
