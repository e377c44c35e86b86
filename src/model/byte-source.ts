/** A run of bytes that is read by position, so that an image of any size costs only what is being looked at. */
export interface ByteSource {
  /** As the user named it, for messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `position`; fewer than `length` where the source ends. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Some bytes in memory as a source; for tests and for images inside other containers. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (position, length) => Promise.resolve(Uint8Array.from(bytes.subarray(position, position + length))),
    close: () => Promise.resolve(),
  };
}
