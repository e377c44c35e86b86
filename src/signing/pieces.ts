/** A package that is to be written, as runs of the old file and new bytes. */
import type { ByteSource } from '../model/byte-source.js';
import { chunksOf } from './entry-content.js';
import type { LayoutEntry } from './package-layout.js';

/** Bytes of the old file by position, or new bytes. */
export type Piece = { readonly from: number; readonly length: number } | Uint8Array;

/** All bytes of the pieces, in order. */
export async function* bytesOf(source: ByteSource, pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* chunksOf(source, piece.from, piece.length);
  }
}

/** Entries that stay, without what stood between them of others: the runs of the file, and the directory's records with the new offsets. */
export interface Kept {
  readonly pieces: readonly Piece[];
  /** Bytes of all pieces. */
  readonly length: number;
  readonly records: readonly Buffer<ArrayBuffer>[];
}

/** Leaves out entries, in one go over the file's order. */
export function keepEntries(entries: readonly LayoutEntry[], keep: (entry: LayoutEntry) => boolean): Kept {
  const pieces: { from: number; length: number }[] = [];
  const offsets = new Map<LayoutEntry, number>();
  let length = 0;
  for (const entry of [...entries].sort((a, b) => a.localOffset - b.localOffset)) {
    if (!keep(entry)) continue;
    const [last, size] = [pieces.at(-1), entry.end - entry.localOffset];
    if (last !== undefined && last.from + last.length === entry.localOffset) last.length += size;
    else pieces.push({ from: entry.localOffset, length: size });
    offsets.set(entry, length);
    length += size;
  }
  const records = entries.filter(keep).map((entry) => {
    const record = Buffer.from(entry.record);
    record.writeUInt32LE(offsets.get(entry) ?? 0, 42);
    return record;
  });
  return { pieces, length, records };
}
