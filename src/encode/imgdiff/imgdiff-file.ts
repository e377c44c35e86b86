import { newBytes } from '../../model/large-bytes.js';
import type { DeflateSettings } from './deflate-search.js';

/** A chunk of an IMGDIFF2 with what belongs to it. Positions and lengths in bytes. */
export type ImgdiffPiece =
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'normal';
      readonly sourceStart: number;
      readonly sourceLength: number;
      /** BSDIFF40 between the source range and the chunk. */
      readonly patch: Uint8Array;
    }
  | {
      readonly kind: 'deflate';
      /** Raw deflate data in the source, without a container's header. */
      readonly sourceStart: number;
      readonly sourceLength: number;
      readonly sourceExpanded: number;
      readonly targetExpanded: number;
      readonly settings: DeflateSettings;
      /** BSDIFF40 between the expanded bytes. */
      readonly patch: Uint8Array;
    };

const deflateMethod = 8;
const rawWindowBits = -15;
const defaultStrategy = 0;

/** What the device is to give zlib so that it makes a stream with these settings. */
export function deflateParameters({ level, memLevel }: DeflateSettings) {
  return { level, method: deflateMethod, windowBits: rawWindowBits, memLevel, strategy: defaultStrategy };
}

/** Lays the chunks out as an IMGDIFF2 file: all headers, with the raw bytes among them, then all patches, in order. */
export function writeImgdiff(pieces: readonly ImgdiffPiece[]): Uint8Array<ArrayBuffer> {
  let headerSize = 12;
  let patchSize = 0;
  for (const piece of pieces) {
    headerSize += piece.kind === 'raw' ? 8 + piece.bytes.length : piece.kind === 'normal' ? 28 : 64;
    if (piece.kind !== 'raw') patchSize += piece.patch.length;
  }
  const file = newBytes(headerSize + patchSize);
  const view = new DataView(file.buffer);
  let at = 0;
  let patchAt = headerSize;
  const int32 = (value: number): void => {
    view.setInt32(at, value, true);
    at += 4;
  };
  const u64 = (value: number): void => {
    view.setBigUint64(at, BigInt(value), true);
    at += 8;
  };
  file.set(new TextEncoder().encode('IMGDIFF2'));
  at = 8;
  int32(pieces.length);
  for (const piece of pieces) {
    if (piece.kind === 'raw') {
      int32(3);
      int32(piece.bytes.length);
      file.set(piece.bytes, at);
      at += piece.bytes.length;
      continue;
    }
    int32(piece.kind === 'normal' ? 0 : 2);
    u64(piece.sourceStart);
    u64(piece.sourceLength);
    u64(patchAt);
    if (piece.kind === 'deflate') {
      u64(piece.sourceExpanded);
      u64(piece.targetExpanded);
      const { level, method, windowBits, memLevel, strategy } = deflateParameters(piece.settings);
      for (const parameter of [level, method, windowBits, memLevel, strategy]) int32(parameter);
    }
    file.set(piece.patch, patchAt);
    patchAt += piece.patch.length;
  }
  return file;
}
