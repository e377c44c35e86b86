/** Finds the packed parts of an image that can be taken apart. */
import { type LzmaStream, lzmaHeaderAt, lzmaHeaderBytes, parseLzmaAlone } from './lzma/parse-lzma.js';
import { isXz, parseXz } from './lzma/parse-xz.js';
import { type DeflateStream, parseDeflate, type TextBudget } from './parse-deflate.js';
import { type Lz4Blocks, type Lz4Stream, parseLz4 } from './parse-lz4.js';

/** What can be taken apart: raw deflate, as in gzip, zlib and zip, blocks of lz4, LZMA-alone, and the blocks of xz. */
export type RepackCodec = 'deflate' | 'lz4' | 'lzma' | 'xz';

/** A stream in an image. */
export type FoundStream =
  | { readonly codec: 'deflate'; readonly at: number; readonly stream: DeflateStream }
  | { readonly codec: 'lz4'; readonly at: number; readonly stream: Lz4Stream }
  | { readonly codec: 'lzma'; readonly at: number; readonly stream: LzmaStream }
  | { readonly codec: 'xz'; readonly at: number; readonly stream: LzmaStream };

/** What is shorter packed gains too little. */
const shortest = 1024;
/** Beyond these budgets nothing is found any more. */
const mostTries = 65_536;
const mostText = 2 ** 28;
const mostParts = 4096;

const firstBytes = new Uint8Array(256);
for (const byte of [0x1f, 0x78, 0x50, 0x04, 0x02]) firstBytes[byte] = 1;

/** Where packed bytes begin behind what stands there, and how they are read. */
interface Start {
  readonly skip: number;
  readonly lz4: Lz4Blocks | undefined;
}

/** The streams in the order of their places; they do not overlap. */
export function findStreams(image: Uint8Array, codecs: readonly RepackCodec[]): readonly FoundStream[] {
  const found: FoundStream[] = [];
  let tries = 0;
  const budget: TextBudget = { left: mostText };
  for (
    let at = 0;
    at + shortest <= image.length && tries < mostTries && budget.left > 0 && found.length < mostParts;
  ) {
    if (isLzmaKind(image, at, codecs)) {
      tries++;
      const streams = lzmaStreamsAt(image, at, budget).filter(
        ({ stream }) => stream.length >= shortest && stream.text.length > 0,
      );
      const last = streams.at(-1);
      if (last !== undefined) {
        found.push(...streams.slice(0, mostParts - found.length));
        at = last.at + last.stream.length;
        continue;
      }
    }
    const start = firstBytes[image[at] ?? 0] === 1 ? startAt(image, at) : undefined;
    if (start === undefined || !codecs.includes(start.lz4 === undefined ? 'deflate' : 'lz4')) {
      at++;
      continue;
    }
    tries++;
    const from = at + start.skip;
    const each = streamAt(image, from, start, budget);
    if (each === undefined || each.stream.length < shortest || each.stream.text.length === 0) {
      at++;
      continue;
    }
    found.push(each);
    at = from + each.stream.length;
  }
  return found;
}

function isLzmaKind(image: Uint8Array, at: number, codecs: readonly RepackCodec[]): boolean {
  return codecs.includes('xz') && isXz(image, at)
    ? true
    : codecs.includes('lzma') && lzmaHeaderAt(image, at) !== undefined;
}

function lzmaStreamsAt(
  image: Uint8Array,
  at: number,
  budget: TextBudget,
): readonly Extract<FoundStream, { readonly stream: LzmaStream }>[] {
  const bytes = image.subarray(at);
  if (isXz(image, at))
    return parseXz(bytes, budget).map((block) => ({ codec: 'xz', at: at + block.at, stream: block.stream }));
  const stream = parseLzmaAlone(bytes, budget);
  return stream === undefined ? [] : [{ codec: 'lzma', at: at + lzmaHeaderBytes, stream }];
}

function streamAt(image: Uint8Array, at: number, { lz4 }: Start, budget: TextBudget): FoundStream | undefined {
  if (lz4 === undefined) {
    const stream = parseDeflate(image.subarray(at), budget);
    return stream === undefined ? undefined : { codec: 'deflate', at, stream };
  }
  const stream = parseLz4(image.subarray(at), lz4, budget.left);
  budget.left -= stream?.text.length ?? lz4.blockSize;
  return stream === undefined ? undefined : { codec: 'lz4', at, stream };
}

function startAt(image: Uint8Array, at: number): Start | undefined {
  const byte = (offset: number): number => image[at + offset] ?? 0;
  const word = byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
  if ((word & 0xffffff) === 0x088b1f) return gzip(image, at);
  if (word === 0x04034b50) return zip(image, at);
  if (word === 0x184d2204) return lz4Frame(image, at);
  if (word === 0x184c2102) return { skip: 4, lz4: { legacy: true, blockSize: 8 * 1024 * 1024, linked: false } };
  // A zlib stream with a window of 32 KiB and without a dictionary.
  const isZlib = byte(0) === 0x78 && (0x7800 + byte(1)) % 31 === 0 && (byte(1) & 0x20) === 0;
  return isZlib ? { skip: 2, lz4: undefined } : undefined;
}

function gzip(image: Uint8Array, at: number): Start | undefined {
  const flags = image[at + 3] ?? 0;
  let to = at + 10;
  if ((flags & 0xe0) !== 0) return undefined;
  if ((flags & 4) !== 0) to += 2 + (image[to] ?? 0) + 256 * (image[to + 1] ?? 0);
  for (const bit of [8, 16]) {
    if ((flags & bit) === 0) continue;
    const end = image.indexOf(0, to);
    if (end < 0) return undefined;
    to = end + 1;
  }
  if ((flags & 2) !== 0) to += 2;
  return { skip: to - at, lz4: undefined };
}

/** A member of a zip archive that is deflated. */
function zip(image: Uint8Array, at: number): Start | undefined {
  const u16 = (offset: number): number => (image[at + offset] ?? 0) + 256 * (image[at + offset + 1] ?? 0);
  return u16(8) === 8 && (u16(6) & 1) === 0 ? { skip: 30 + u16(26) + u16(28), lz4: undefined } : undefined;
}

/** A frame of version 1 without check sums of its blocks and without a dictionary. */
function lz4Frame(image: Uint8Array, at: number): Start | undefined {
  const [flags = 0, descriptor = 0] = image.subarray(at + 4, at + 6);
  const size = (descriptor >> 4) & 7;
  if (flags >> 6 !== 1 || (flags & 0x13) !== 0 || size < 4) return undefined;
  const linked = (flags & 0x20) === 0;
  return { skip: (flags & 8) !== 0 ? 15 : 7, lz4: { legacy: false, blockSize: 1 << (8 + 2 * size), linked } };
}
