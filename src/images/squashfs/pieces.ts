/** Bytes that grow at their end. */

import { Buffer } from 'node:buffer';

/** Packs bytes as a zlib stream. The same bytes give the same stream. */
export type Pack = (bytes: Uint8Array) => Uint8Array;

/** Parts of the image, one after the other. */
export interface Pieces {
  readonly size: () => number;
  add(bytes: Uint8Array): void;
  joined(): Buffer<ArrayBuffer>;
}

/** No bytes yet. */
export function noPieces(): Pieces {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    size: () => size,
    add: (bytes) => {
      parts.push(bytes);
      size += bytes.length;
    },
    joined: () => Buffer.concat(parts),
  };
}

/** Bytes of a metadata block before it is packed. */
const blockBytes = 8192;
const notPacked = 0x8000;

/** A place in a table: its block, from the start of the table, and the offset in the unpacked block. */
export interface Place {
  readonly block: number;
  readonly offset: number;
}

/** A table of metadata blocks while it is written. */
export interface Table {
  /** Where the next bytes will be. */
  place(): Place;
  add(bytes: Uint8Array): void;
  /** Everything, packed. Nothing can be added after it. */
  finish(): Buffer<ArrayBuffer>;
  /** Where each block begins, from the start of the table; known when it is finished. */
  readonly starts: readonly number[];
}

/** An empty table. */
export function newTable(pack: Pack): Table {
  const packed = noPieces();
  const starts: number[] = [];
  let open = Buffer.alloc(0);
  const flush = (bytes: Uint8Array): void => {
    starts.push(packed.size());
    const small = pack(bytes);
    const stored = small.length < bytes.length ? small : bytes;
    const head = Buffer.alloc(2);
    head.writeUInt16LE(stored === bytes ? stored.length | notPacked : stored.length);
    packed.add(head);
    packed.add(stored);
  };
  return {
    starts,
    place: () => ({ block: packed.size(), offset: open.length }),
    add: (bytes) => {
      open = Buffer.concat([open, bytes]);
      for (; open.length >= blockBytes; open = open.subarray(blockBytes)) flush(open.subarray(0, blockBytes));
    },
    finish: () => {
      if (open.length > 0) flush(open);
      open = Buffer.alloc(0);
      return packed.joined();
    },
  };
}
