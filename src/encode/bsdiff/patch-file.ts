import { join } from './bzip2.js';

/** The three blocks of a BSDIFF40, compressed. */
export interface Parts {
  readonly control: Uint8Array;
  readonly diff: Uint8Array;
  readonly extra: Uint8Array;
}

const headerSize = 32;

/** Bytes of the patch that has these blocks. */
export function patchSize(parts: Parts): number {
  return headerSize + parts.control.length + parts.diff.length + parts.extra.length;
}

/** The control block before compression. */
export function controlBlock(numbers: Int32Array): Uint8Array {
  const control = new Uint8Array(numbers.length * 8);
  numbers.forEach((value, i) => {
    putNumber(control, i * 8, value);
  });
  return control;
}

/** The patch: its header, then the blocks. */
export function assemble({ control, diff, extra }: Parts, size: number): Uint8Array {
  const header = new Uint8Array(headerSize);
  header.set([0x42, 0x53, 0x44, 0x49, 0x46, 0x46, 0x34, 0x30]);
  putNumber(header, 8, control.length);
  putNumber(header, 16, diff.length);
  putNumber(header, 24, size);
  return join([header, control, diff, extra]);
}

/** Sign and magnitude, little endian. */
function putNumber(to: Uint8Array, at: number, value: number): void {
  const view = new DataView(to.buffer, to.byteOffset + at, 8);
  const size = Math.abs(value);
  view.setUint32(0, size % 2 ** 32, true);
  view.setUint32(4, Math.floor(size / 2 ** 32) + (value < 0 ? 0x80000000 : 0), true);
}
