import { output } from './layout';

let held: u64 = 0;
let count: u32 = 0;
let length: usize = 0;

/** Starts anew. */
export function resetBits(): void {
  held = 0;
  count = 0;
  length = 0;
}

/** Appends the `width` (at most 16) low bits of `value`, the lowest first. */
export function put(value: u32, width: u32): void {
  held |= (<u64>value) << (<u64>count);
  count += width;
  if (count >= 32) {
    store<u32>(output + length, <u32>held);
    length += 4;
    held >>= 32;
    count -= 32;
  }
}

/** Fills the last byte with zero bits, and writes all that is held. */
export function align(): void {
  while (count > 0) {
    store<u8>(output + length++, <u8>held);
    held >>= 8;
    count = count > 8 ? count - 8 : 0;
  }
}

/** Appends whole bytes, after align(). */
export function putBytes(from: usize, size: usize): void {
  memory.copy(output + length, from, size);
  length += size;
}

/** The bytes written since the last call; they lie at `output`. */
export function takeBytes(): u32 {
  const taken = <u32>length;
  length = 0;
  return taken;
}
