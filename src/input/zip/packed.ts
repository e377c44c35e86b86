/** Entries of a zip as a thread reads them: plain data, and nothing but what is needed to unpack and check them. */
import { readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { discard } from '../../model/discard.js';
import { newBytes, pieceFor } from '../../model/large-bytes.js';
import type { PackedRecord } from '../../model/packed-place.js';

/** The record without its names, which another thread does not need. */
export function packedRecord({ method, crc32: sum, size, compressedSize, dataStart }: PackedRecord): PackedRecord {
  return { method, crc32: sum, size, compressedSize, dataStart };
}

/** The bytes of an entry, which lie `from` bytes before in `packed`; `undefined` where they are not what the zip claims. */
function unpack(packed: Uint8Array, from: number, record: PackedRecord): Uint8Array | undefined {
  const { size, compressedSize, dataStart, method } = record;
  const stored = packed.subarray(dataStart - from, dataStart - from + compressedSize);
  if (stored.length !== compressedSize) return undefined;
  // zlib refuses a limit of 0.
  const options = { maxOutputLength: Math.max(1, size), chunkSize: pieceFor(size) };
  const bytes = method === 'stored' ? stored : inflateRawSync(stored, options);
  return bytes.length === size && crc32(bytes) === record.crc32 ? bytes : undefined;
}

/** Kept for the next entries: the memory of a thread is not to grow and shrink with each. */
let room = new Uint8Array(0);

/**
 * Reads entries that lie close together in the open file `fd`, in their order, and gives what `make` makes of each one's bytes,
 * which are valid until the next. `undefined` for those that are not what the zip claims: whoever asked reads them again, and says why.
 */
export function readPacked<Made>(
  fd: number,
  records: readonly PackedRecord[],
  make: (bytes: Uint8Array, index: number) => Made,
): (Made | undefined)[] {
  const from = Math.min(...records.map(({ dataStart }) => dataStart));
  const length = Math.max(...records.map(({ dataStart, compressedSize }) => dataStart + compressedSize)) - from;
  if (room.length < length) room = newBytes(length);
  let have = 0;
  while (have < length) {
    const count = readSync(fd, room, have, length - have, from + have);
    if (count === 0) break;
    have += count;
  }
  const packed = room.subarray(0, have);
  return records.map((record, index) => {
    try {
      const bytes = unpack(packed, from, record);
      const made = bytes === undefined ? undefined : make(bytes, index);
      if (bytes !== undefined && bytes.buffer !== room.buffer) discard(bytes);
      return made;
    } catch {
      return undefined;
    }
  });
}

/** Cuts entries, in the order of the file, into batches that are worth a thread's while and bounded in memory. */
export function batchesOf<Item>(items: readonly Item[], recordOf: (item: Item) => PackedRecord): readonly Item[][] {
  const batches: Item[][] = [];
  let start = 0;
  let unpacked = 0;
  for (const item of items) {
    const { dataStart, compressedSize, size } = recordOf(item);
    const last = batches.at(-1);
    unpacked += size;
    if (last !== undefined && dataStart + compressedSize - start <= batchBytes && unpacked <= 4 * batchBytes) {
      last.push(item);
      continue;
    }
    batches.push([item]);
    start = dataStart;
    unpacked = size;
  }
  return batches;
}

/** Compressed bytes of a batch at most, of more than one entry. */
const batchBytes = 2 * 2 ** 20;
