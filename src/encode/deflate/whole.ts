import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { roomFor } from '../../model/large-bytes.js';
import type { BsdiffEffort } from '../bsdiff/bsdiff.js';
import { deflateBest } from './best.js';
import { deflateClassic, deflatedLength } from './classic.js';

/** Names this compressor's output: it changes whenever the same input and effort may give other bytes. */
export const wholeEncoderVersion = 'whole-2';

/** Bytes as a zip entry holds them. */
export interface PackedEntry {
  readonly method: 'stored' | 'deflated';
  /** What lies in the zip: the bytes themselves, or a raw deflate stream. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the bytes before compression. */
  readonly size: number;
  /** Of the bytes before compression, 0 to 2^32 - 1. */
  readonly crc32: number;
}

/**
 * Compresses for the zip; stored where deflate does not make it smaller. The bytes depend on nothing but the input and
 * the effort: never on Node's zlib, which differs from version to version.
 */
export function compressWhole(bytes: Uint8Array<ArrayBuffer>, effort: BsdiffEffort): PackedEntry {
  const entry = { size: bytes.length, crc32: crc32(bytes) };
  const plain = deflateClassic(bytes, { level: effort === 'fast' ? 6 : 9 });
  // Where zlib gains next to nothing, there is next to nothing to gain.
  const better = effort === 'best' && plain.length < bytes.length * 0.99 ? deflateBest(bytes) : plain;
  const deflated = better.length < plain.length ? better : plain;
  return deflated.length < bytes.length
    ? { method: 'deflated', bytes: deflated, ...entry }
    : { method: 'stored', bytes, ...entry };
}

/**
 * About how many bytes {@link compressWhole} would give, found by deflating an eighth in pieces. It may be off by half for a
 * file that changes its nature often: good for telling that a patch is far smaller, and for nothing else.
 */
export function estimateWhole(bytes: Uint8Array): number {
  const piece = 1 << 16;
  const step = piece * 8;
  let taken = 0;
  let made = 0;
  for (let at = 0; at < bytes.length; at += step) {
    const sample = bytes.subarray(at, at + piece);
    taken += sample.length;
    made += Math.min(sample.length, deflatedLength(sample, { level: 6 }));
  }
  return taken === 0 ? 0 : Math.round((made / taken) * bytes.length);
}

/** Node's pools of small Buffers are far shorter than this, in bytes (8 KiB and 64 KiB so far). */
const longerThanPools = 1 << 20;

/**
 * The bytes in a buffer that belongs to nobody else, so that it can be handed to another thread: of just their size, or, where they are long, the beginning
 * of one that was made for them. A short Buffer is always copied: it may fill Node's pool from end to end, and a pool is not transferable.
 */
export function exact(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const mayBePool = Buffer.isBuffer(bytes) && length < longerThanPools;
  const isOwn = byteOffset === 0 && (buffer.byteLength === length || buffer.byteLength === roomFor(length));
  if (mayBePool || !(buffer instanceof ArrayBuffer) || !isOwn) return new Uint8Array(bytes);
  return new Uint8Array(buffer, 0, length);
}
