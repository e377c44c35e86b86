/** Puts entries on pages, one after the other, where the original generator puts them. */

import { Buffer } from 'node:buffer';
import type { NvsVersion } from '../../model/nvs.js';
import { checkSum, dataHeader, entryBytes, entryOf, typeNumbers } from './entry.js';
import type { NvsContent } from './values.js';

/** Bytes of a page. */
export const pageBytes = 4096;

const entriesOfPage = 126;
const firstEntry = 64;
const states = { active: 0xfffffffe, full: 0xfffffffc } as const;
const versions = { 1: 0xff, 2: 0xfe } as const;
const noChunk = 0xff;

/** A namespace, or a value in the namespace of this number. */
export type NvsEntry =
  | { readonly kind: 'namespace'; readonly name: string; readonly number: number }
  | { readonly kind: 'value'; readonly namespace: number; readonly key: string; readonly content: NvsContent };

/** The pages that are written, in their order; the last one is active. `undefined` when they are more than the limit. */
export function layPages(
  entries: Iterable<NvsEntry>,
  version: NvsVersion,
  mostPages: number,
): readonly Uint8Array[] | undefined {
  const pages: Buffer[] = [];
  let page = open();
  let used = 0;
  for (const entry of entries) {
    put(entry);
    if (pages.length > mostPages) return undefined;
  }
  return pages;

  function open(): Buffer {
    pages.at(-1)?.writeUInt32LE(states.full, 0);
    const fresh = Buffer.alloc(pageBytes, 0xff);
    fresh.writeUInt32LE(states.active, 0);
    fresh.writeUInt32LE(pages.length, 4);
    fresh.writeUInt8(versions[version], 8);
    fresh.writeUInt32LE(checkSum(fresh.subarray(4, 28)), 28);
    pages.push(fresh);
    return fresh;
  }

  function turn(): void {
    page = open();
    used = 0;
  }

  function write(bytes: Uint8Array): void {
    page.set(bytes, firstEntry + used * entryBytes);
    const end = used + Math.ceil(bytes.length / entryBytes);
    // Two bits for an entry: 11 is free, 10 is written.
    for (; used < end; used++) page[32 + (used >> 2)] = (page[32 + (used >> 2)] ?? 0) & ~(1 << (2 * (used & 3)));
  }

  function put(entry: NvsEntry): void {
    if (entry.kind === 'namespace') {
      putSmall({ namespace: 0, type: typeNumbers.u8, key: entry.name, data: Uint8Array.of(entry.number) });
      return;
    }
    const { namespace, key, content } = entry;
    const { type, bytes } = content;
    const fields = { namespace, type: typeNumbers[type], key, data: bytes };
    if (type === 'blob' && version === 2) putChunks(namespace, key, bytes);
    else if (type === 'blob' || type === 'string') putWhole(fields);
    else putSmall(fields);
  }

  function putSmall(fields: { namespace: number; type: number; key: string; data: Uint8Array }): void {
    if (used >= entriesOfPage) turn();
    write(entryOf({ ...fields, span: 1, chunk: noChunk }));
  }

  /** The original leaves the last entry of a page free rather than to end a string there; one that needs a whole page it cannot write. */
  function putWhole({ data, ...fields }: { namespace: number; type: number; key: string; data: Uint8Array }): void {
    const span = 1 + Math.ceil(data.length / entryBytes);
    if (used > 0 && used + span >= entriesOfPage) turn();
    write(entryOf({ ...fields, span, chunk: noChunk, data: dataHeader(data) }));
    write(data);
  }

  function putChunks(namespace: number, key: string, bytes: Uint8Array): void {
    if (used >= entriesOfPage) turn();
    let done = 0;
    let chunks = 0;
    do {
      const room = (entriesOfPage - used - 1) * entryBytes;
      const part = bytes.subarray(done, done + room);
      const span = 1 + Math.ceil(part.length / entryBytes);
      write(entryOf({ namespace, type: typeNumbers['blob chunk'], span, chunk: chunks, key, data: dataHeader(part) }));
      write(part);
      done += part.length;
      chunks += 1;
      if (used >= entriesOfPage) turn();
    } while (done < bytes.length);
    const index = Buffer.alloc(8, 0xff);
    index.writeUInt32LE(bytes.length, 0);
    index.set([chunks, 0], 4);
    write(entryOf({ namespace, type: typeNumbers['blob index'], span: 1, chunk: noChunk, key, data: index }));
  }
}

/** How large a partition must be for so many pages: from three pages on one more is kept free for the device. */
export function partitionBytes(pages: number): number {
  return (pages <= 2 ? pages : pages + 1) * pageBytes;
}

/** The pages that may be written of a partition of this size. */
export function writablePages(size: number): number {
  return size / pageBytes - (size < 3 * pageBytes ? 0 : 1);
}

/** The image: pages that are written, then free ones. A partition that is only read ends with its last written page, as the original writes it. */
export function imageOf(pages: readonly Uint8Array[], size: number): Uint8Array {
  const image = Buffer.alloc(size < 3 * pageBytes ? pages.length * pageBytes : size, 0xff);
  pages.forEach((page, at) => {
    image.set(page, at * pageBytes);
  });
  return image;
}
