import { FormatError } from '../format-error.js';

/** Unpacked bytes while they come: room is taken as it is needed, and never beyond the limit. */
export interface Output {
  readonly size: () => number;
  /** Appends bytes. Throws FormatError beyond the limit. */
  add(part: Uint8Array): void;
  /** Appends `length` bytes that stand `distance` bytes back; the match may run into what it writes. */
  match(distance: number, length: number): void;
  /** Everything so far, in a buffer of its own. */
  result(): Uint8Array<ArrayBuffer>;
}

/** No bytes yet; at most `limit` may come. */
export function boundedOutput(limit: number): Output {
  let out = new Uint8Array(0);
  let size = 0;
  const room = (more: number): void => {
    if (more > limit - size) throw tooMuch(limit);
    if (size + more <= out.length) return;
    const larger = new Uint8Array(Math.min(limit, Math.max(4096, size + more, out.length * 2)));
    larger.set(out.subarray(0, size));
    out = larger;
  };
  return {
    size: () => size,
    add: (part) => {
      room(part.length);
      out.set(part, size);
      size += part.length;
    },
    match: (distance, length) => {
      room(length);
      const end = size + length;
      if (distance >= length) out.copyWithin(size, size - distance, end - distance);
      else for (let at = size; at < end; at++) out[at] = out[at - distance] ?? 0;
      size = end;
    },
    result: () => out.slice(0, size),
  };
}

/** More comes out than the caller allows. */
export function tooMuch(limit: number): FormatError {
  return new FormatError(`it unpacks to more than ${limit} bytes`);
}
