/** Bytes that are appended one after another. */
export interface ByteList {
  readonly u8: (value: number) => void;
  readonly u16: (value: number) => void;
  readonly u32: (value: number) => void;
  /** 7 bits in each byte, the lowest first. */
  readonly varint: (value: number) => void;
  readonly all: (bytes: Uint8Array) => void;
  readonly size: () => number;
  readonly bytes: () => Uint8Array;
}

/** An empty list. */
export function openByteList(): ByteList {
  let held = new Uint8Array(1024);
  let size = 0;
  const room = (more: number): void => {
    if (size + more <= held.length) return;
    const larger = new Uint8Array(Math.max(size + more, 2 * held.length));
    larger.set(held.subarray(0, size));
    held = larger;
  };
  const u8 = (value: number): void => {
    room(1);
    held[size++] = value;
  };
  const u16 = (value: number): void => {
    u8(value & 255);
    u8(value >>> 8);
  };
  return {
    u8,
    u16,
    u32: (value) => {
      u16(value & 0xffff);
      u16(value >>> 16);
    },
    varint: (value) => {
      let left = value;
      for (; left >= 128; left >>>= 7) u8((left & 127) | 128);
      u8(left);
    },
    all: (bytes) => {
      room(bytes.length);
      held.set(bytes, size);
      size += bytes.length;
    },
    size: () => size,
    bytes: () => held.subarray(0, size),
  };
}
