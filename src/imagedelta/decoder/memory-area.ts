/** Flash that is memory: bits only fall until their block is erased. */
import { DeltaError } from './fault.js';
import type { WritableArea } from './storage.js';

/** Erases bytes. Answers true, as flash does. */
export function clear(bytes: Uint8Array, from: number, to: number): boolean {
  bytes.fill(0xff, from, to);
  return true;
}

/** An area of these bytes. */
export function areaOf(bytes: Uint8Array): WritableArea {
  return {
    read: (at, length) => bytes.subarray(at, at + length),
    write: (at, from) => {
      if (at + from.length > bytes.length) throw new DeltaError('storage', `${at} lies outside of the flash`);
      for (let i = 0; i < from.length; i++) bytes[at + i] = (bytes[at + i] ?? 0) & (from[i] ?? 0);
      return true;
    },
  };
}
