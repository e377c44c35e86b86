/** The expanded image, and the list of its parts: docs/formats/image-repack.md, sections 2 and 3. */
import { openByteList } from './bytes-list.js';
import { type FoundStream, findStreams, type RepackCodec } from './find-streams.js';
import { type DecisionsWanted, tellLzma } from './lzma/tell-lzma.js';
import type { MatcherSettings } from './predictor.js';
import { tellDeflate, tellLz4 } from './settings.js';

/** A part of the list. */
export interface RepackPart {
  readonly codec: RepackCodec;
  readonly offset: number;
  readonly packedLength: number;
  readonly text: Uint8Array;
  readonly decisions: Uint8Array;
  readonly exceptions: number;
  readonly parameters: Uint8Array;
  /** Memory for unpacking and packing it. */
  readonly packBytes: number;
}

/** Whether the decoder gets the same from a part, or the same part from it. */
export type ProvePart = (part: RepackPart) => boolean;

/** An image with its parts unpacked. */
export interface ExpandedImage {
  readonly bytes: Uint8Array;
  readonly parts: readonly RepackPart[];
  /** Parts that were found and are left packed, since the decoder does not bring them back. */
  readonly refused: readonly { readonly codec: RepackCodec; readonly offset: number; readonly packedLength: number }[];
}

const modes = { none: 0, greedy: 1, lazy: 2 } as const;
const windows = { deflate: 32_768, lz4: 65_536 } as const;

function settingsBytes({ mode, hashBits, good, lazy, nice, chain, farthest, tooFar }: MatcherSettings): Uint8Array {
  const out = openByteList();
  out.u8(modes[mode]);
  out.u8(hashBits);
  for (const value of [good, lazy, nice, chain, farthest, tooFar]) out.u16(value);
  return out.bytes();
}

function parametersOf(found: MatchedStream, settings: MatcherSettings): Uint8Array {
  const out = openByteList();
  out.all(settingsBytes(settings));
  if (found.codec === 'lz4') {
    out.u32(found.stream.blockSize);
    out.u8(found.stream.linked ? 1 : 0);
  }
  return out.bytes();
}

/**
 * So many bytes of decisions, or one for 8 of the text, say little of the next image's: of U-Boot packed by zopfli (one for 11) a patch is
 * 0.1 % larger without those of the old image, by lz4 -9 (one for 48) 0.1 % smaller; by lz4 -1 (one for 3.5) 3 % larger.
 */
const fewDecisions = 4096;

type MatchedStream = Extract<FoundStream, { readonly codec: 'deflate' | 'lz4' }>;

/** The part that a stream is; `undefined` where a decoder would refuse the work. */
export function partOf(found: FoundStream, decisions: DecisionsWanted = 'all'): RepackPart | undefined {
  if (found.codec === 'lzma' || found.codec === 'xz') {
    const told = tellLzma(found.stream, decisions);
    return told && { codec: found.codec, offset: found.at, packedLength: found.stream.length, ...told };
  }
  const told = found.codec === 'deflate' ? tellDeflate(found.stream) : tellLz4(found.stream);
  if (told === undefined) return undefined;
  const { settings, exceptions } = told;
  const isFew = told.bytes.length <= Math.max(fewDecisions, found.stream.text.length / 8);
  const leaves = decisions === 'none' || (decisions === 'if many' && isFew);
  const bytes = leaves ? new Uint8Array(0) : told.bytes;
  // Two predictions, one a block ahead; deflate's half-words reach as far as its window.
  const each = (2 ** settings.hashBits + windows[found.codec]) * (found.codec === 'deflate' ? 2 : 4);
  const tables = settings.mode === 'none' ? 0 : 2 * each;
  return {
    codec: found.codec,
    offset: found.at,
    packedLength: found.stream.length,
    text: found.stream.text,
    decisions: bytes,
    exceptions,
    parameters: parametersOf(found, settings),
    packBytes: 8192 + tables,
  };
}

/**
 * Unpacks the parts of an image that `prove` lets through. Decisions that are few are left out unless all are wanted, which is enough
 * for an old image, and for a price.
 */
export function expandImage(
  image: Uint8Array,
  codecs: readonly RepackCodec[],
  prove: ProvePart,
  decisions: DecisionsWanted,
): ExpandedImage {
  const parts: RepackPart[] = [];
  const refused: ExpandedImage['refused'][number][] = [];
  for (const found of findStreams(image, codecs)) {
    const part = partOf(found, decisions);
    if (part !== undefined && prove(part)) parts.push(part);
    else refused.push({ codec: found.codec, offset: found.at, packedLength: found.stream.length });
  }
  return { bytes: layOut(image, parts), parts, refused };
}

function layOut(image: Uint8Array, parts: readonly RepackPart[]): Uint8Array {
  const room = parts.reduce((sum, { text, decisions }) => sum + text.length + decisions.length + 48, image.length + 16);
  const bytes = new Uint8Array(room);
  let size = 0;
  const plain = (from: number, to: number): void => {
    if (from === to) return;
    size += (((from - size) % 16) + 16) % 16;
    bytes.set(image.subarray(from, to), size);
    size += to - from;
  };
  let from = 0;
  for (const { offset, packedLength, text, decisions } of parts) {
    plain(from, offset);
    size = Math.ceil(size / 16) * 16;
    bytes.set(text, size);
    size += text.length;
    bytes.set(decisions, size);
    size += decisions.length;
    from = offset + packedLength;
  }
  plain(from, image.length);
  return bytes.slice(0, size);
}
