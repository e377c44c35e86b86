/** Binary range coder: bits in, bytes out. */
import { reach } from './memory';

/** Where the bytes go, and how many there are. */
let out: usize = 0;
let length: usize = 0;
let low: u32 = 0;
let range: u32 = 0xffffffff;

/** Begins a stream at `at`, the end of all that is in memory. */
export function openStream(at: usize): void {
  out = at;
  length = 0;
  low = 0;
  range = 0xffffffff;
}

/** Makes room for what the next bits take: none takes more than 12 bits. */
export function makeRoom(bits: usize): void {
  reach(out + length + (bits >> 3) * 12 + 4096);
}

function carry(): void {
  let at = out + length - 1;
  while (load<u8>(at) === 255) store<u8>(at--, 0);
  store<u8>(at, load<u8>(at) + 1);
}

/** Codes a bit that is 1 with a probability of `one` / 65536. */
export function encode(bit: u32, one: u32): void {
  const bound = <u32>((<u64>range * <u64>one) >> 16);
  if (bit !== 0) range = bound;
  else {
    const sum = low + bound;
    if (sum < low) carry();
    low = sum;
    range -= bound;
  }
  while (range < 0x1000000) {
    store<u8>(out + length++, low >>> 24);
    low <<= 8;
    range <<= 8;
  }
}

/** Ends the stream in as few bytes as tell it apart: what follows them reads as zeros. Returns its length. */
export function closeStream(): usize {
  makeRoom(64);
  // The number with the most zeros at its end in [low, low + range).
  let value: u64 = low;
  for (let bits: u64 = 32; bits > 0; bits--) {
    const step = (<u64>1) << bits;
    const rounded = ((<u64>low + step - 1) >> bits) << bits;
    if (rounded < <u64>low + <u64>range) {
      value = rounded;
      break;
    }
  }
  if (value >> 32 !== 0) carry();
  let rest = <u32>value;
  for (let i = 0; i < 4; i++) {
    store<u8>(out + length++, rest >>> 24);
    rest <<= 8;
  }
  while (length > 0 && load<u8>(out + length - 1) === 0) length--;
  return length;
}
