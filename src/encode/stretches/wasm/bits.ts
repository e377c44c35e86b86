import { output } from './layout';

let held: u64 = 0;
let count: u32 = 0;
let length: u32 = 0;

/** Starts anew. */
export function resetBits(): void {
  held = 0;
  count = 0;
  length = 0;
}

/** Appends the `width` (at most 32) low bits of `value`, the highest first. */
export function put(width: u32, value: u32): void {
  held = (held << (<u64>width)) | <u64>value;
  count += width;
  while (count >= 8) {
    count -= 8;
    store<u8>(output + length++, <u8>(held >> <u64>count));
  }
}

/** The bits written since the start. */
export function bitLength(): u32 {
  return length * 8 + count;
}

/** Fills the last byte with zero bits. */
export function align(): void {
  if (count > 0) put(8 - count, 0);
}

/** The whole bytes written since the last call; they lie at `output`. */
export function takeBytes(): u32 {
  const taken = length;
  length = 0;
  return taken;
}
