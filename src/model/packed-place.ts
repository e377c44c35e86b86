/** Where the bytes of a zip's entry lie, and what the zip claims of them: plain data, for a thread that reads them itself. */
export interface PackedRecord {
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where the (compressed) bytes start in the file. */
  readonly dataStart: number;
}

/** An entry of a zip that is open as `fd`. */
export interface PackedPlace {
  readonly fd: number;
  readonly record: PackedRecord;
}
