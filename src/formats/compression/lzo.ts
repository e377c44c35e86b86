/** Why LZO data cannot be unpacked. */
export type LzoFault = 'truncated' | 'overrun' | 'distance' | 'size';

/** Unpacks LZO1X data into exactly `size` bytes. A fault is returned, never thrown. */
export function unpackLzo(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> | LzoFault {
  const bytes = unpackLzoWithin(packed, size);
  return typeof bytes !== 'string' && bytes.length !== size ? 'size' : bytes;
}

/**
 * Unpacks LZO1X data into at most `size` bytes.
 *
 * The stream is a row of instructions. Each copies bytes from what has been written (a match) and then 0 to 3 literals,
 * counted by its two low state bits; an instruction below 16 means a run of literals after none of these, and a short match
 * after some. A first byte above 17 stands for literals alone. A match at distance 16384 of the third form ends the stream.
 * Every read and write is checked; a fault is returned, never thrown.
 */
export function unpackLzoWithin(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> | LzoFault {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  /** Literals copied by the last instruction: 0 to 3, or 4 after a run. */
  let state = 0;
  let fault: LzoFault | undefined;

  const next = (): number => {
    const byte = packed[from];
    from += 1;
    if (byte === undefined) fault ??= 'truncated';
    return byte ?? 0;
  };
  const literals = (count: number): void => {
    if (from + count > packed.length) fault ??= 'truncated';
    else if (to + count > size) fault ??= 'overrun';
    else {
      out.set(packed.subarray(from, from + count), to);
      from += count;
      to += count;
    }
  };
  const match = (distance: number, length: number): void => {
    if (distance > to) fault ??= 'distance';
    else if (to + length > size) fault ??= 'overrun';
    else if (distance >= length) {
      out.copyWithin(to, to - distance, to - distance + length);
      to += length;
    } else {
      // The match runs into what it writes: the bytes repeat.
      for (const end = to + length; to < end; to += 1) out[to] = out[to - distance] ?? 0;
    }
  };
  /** A length that did not fit its bits: `base`, 255 for each zero byte, and the byte after them. */
  const longer = (base: number): number => {
    let length = base;
    while (fault === undefined) {
      const byte = next();
      if (byte !== 0) return length + byte;
      length += 255;
    }
    return length;
  };

  const first = packed[0] ?? 0;
  if (first > 17) {
    from = 1;
    const count = first - 17;
    literals(count);
    state = Math.min(count, 4);
  }
  while (fault === undefined) {
    const code = next();
    if (fault !== undefined) break;
    if (code < 16 && state === 0) {
      literals(code === 0 ? longer(18) : code + 3);
      state = 4;
      continue;
    }
    let tail = code & 3;
    if (code < 16) {
      const high = next() << 2;
      if (state === 4) match(high + (code >> 2) + 2049, 3);
      else match(high + (code >> 2) + 1, 2);
    } else if (code < 32) {
      const length = (code & 7) === 0 ? longer(9) : (code & 7) + 2;
      const low = next();
      const word = low | (next() << 8);
      const distance = 16384 + ((code & 8) << 11) + (word >> 2);
      if (distance === 16384 && fault === undefined) return to === size ? out : out.slice(0, to);
      match(distance, length);
      tail = low & 3;
    } else if (code < 64) {
      const length = (code & 31) === 0 ? longer(33) : (code & 31) + 2;
      const low = next();
      match(((low | (next() << 8)) >> 2) + 1, length);
      tail = low & 3;
    } else if (code < 128) match((next() << 3) + ((code >> 2) & 7) + 1, 3 + ((code >> 5) & 1));
    else match((next() << 3) + ((code >> 2) & 7) + 1, 5 + ((code >> 5) & 3));
    if (fault !== undefined) break;
    literals(tail);
    state = tail;
  }
  return fault ?? 'truncated';
}
