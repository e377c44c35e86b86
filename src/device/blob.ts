/**
 * Bytes that are not at hand: what a file or a partition holds, told by digest and by where the bytes can be had again. Only
 * this is kept in the device's states, so a state costs nothing however large its files are.
 */
import type { Sha1 } from '../model/digest.js';
import { sha1Of } from '../model/digest.js';
import type { BuildPath } from '../model/path.js';

/** Where the bytes of a whole blob come from. */
export type Origin =
  | { readonly from: 'build'; readonly path: BuildPath }
  | { readonly from: 'package'; readonly entry: string }
  | { readonly from: 'patch'; readonly patch: Whole; readonly source: Whole }
  | { readonly from: 'pieces'; readonly pieces: Pieced }
  | { readonly from: 'memory'; readonly bytes: Uint8Array<ArrayBuffer> };

/** Bytes whose SHA-1 is known. */
export interface Whole {
  readonly kind: 'whole';
  readonly size: number;
  readonly sha1: Sha1;
  readonly origin: Origin;
}

/** A stretch of a blob, or of one repeated byte. */
export type Piece =
  | { readonly of: Whole; readonly offset: number; readonly length: number }
  | { readonly fill: number; readonly length: number };

/** Bytes put together from parts of others: half-written files, partitions. */
export interface Pieced {
  readonly kind: 'pieces';
  readonly size: number;
  readonly pieces: readonly Piece[];
}

export type Blob = Whole | Pieced;

/** No bytes. */
export const emptyBlob: Whole = blobOfBytes(new Uint8Array());

/** A small blob held in memory. */
export function blobOfBytes(bytes: Uint8Array<ArrayBuffer>): Whole {
  return { kind: 'whole', size: bytes.length, sha1: sha1Of(bytes), origin: { from: 'memory', bytes } };
}

function piecesOf(blob: Blob): readonly Piece[] {
  if (blob.kind === 'pieces') return blob.pieces;
  return blob.size === 0 ? [] : [{ of: blob, offset: 0, length: blob.size }];
}

/** The pieces in a row; one that is a whole blob becomes that blob again, with its known digest. */
function assemble(pieces: readonly Piece[]): Blob {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    if (piece.length <= 0) continue;
    const last = merged.at(-1);
    if (last === undefined) merged.push(piece);
    else if ('fill' in last && 'fill' in piece && last.fill === piece.fill) {
      merged[merged.length - 1] = { fill: last.fill, length: last.length + piece.length };
    } else if (
      'of' in last &&
      'of' in piece &&
      last.of.sha1 === piece.of.sha1 &&
      last.offset + last.length === piece.offset
    ) {
      merged[merged.length - 1] = { of: last.of, offset: last.offset, length: last.length + piece.length };
    } else merged.push(piece);
  }
  const [only] = merged;
  if (only === undefined) return emptyBlob;
  if (merged.length === 1 && 'of' in only && only.offset === 0 && only.length === only.of.size) return only.of;
  return { kind: 'pieces', size: merged.reduce((sum, piece) => sum + piece.length, 0), pieces: merged };
}

/** One byte, repeated. */
export function fillBlob(fill: number, length: number): Blob {
  return assemble([{ fill, length }]);
}

/** The blobs one after the other. */
export function joinBlobs(...blobs: readonly Blob[]): Blob {
  return assemble(blobs.flatMap(piecesOf));
}

/** The bytes from `start` to before `end`, cut off at the blob's own end. */
export function sliceBlob(blob: Blob, start: number, end: number): Blob {
  if (start <= 0 && end >= blob.size) return blob;
  const cut: Piece[] = [];
  let at = 0;
  for (const piece of piecesOf(blob)) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, piece.length);
    if (from < to) {
      cut.push(
        'of' in piece
          ? { of: piece.of, offset: piece.offset + from, length: to - from }
          : { fill: piece.fill, length: to - from },
      );
    }
    at += piece.length;
  }
  return assemble(cut);
}

/** The blob with some of its bytes replaced; it grows where the new ones reach beyond its end. */
export function overwriteBlob(blob: Blob, offset: number, bytes: Blob): Blob {
  const gap = Math.max(offset - blob.size, 0);
  return joinBlobs(
    sliceBlob(blob, 0, offset),
    fillBlob(0, gap),
    bytes,
    sliceBlob(blob, offset + bytes.size, Math.max(blob.size, offset + bytes.size)),
  );
}

/** A text that is equal for blobs put together alike, and differs for those that hold other bytes. */
export function blobKey(blob: Blob): string {
  if (blob.kind === 'whole') return blob.sha1;
  return blob.pieces
    .map((piece) =>
      'of' in piece ? `${piece.of.sha1}@${piece.offset}+${piece.length}` : `${piece.fill}*${piece.length}`,
    )
    .join(' ');
}

/** Whether both are known, without reading anything, to hold the same bytes. */
export function sameBlob(a: Blob, b: Blob): boolean {
  return a === b || (a.size === b.size && blobKey(a) === blobKey(b));
}
