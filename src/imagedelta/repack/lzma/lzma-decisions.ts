/** What an LZMA packer has decided, as bytes: docs/formats/image-repack.md, sections 10 and 11. */
import { type ByteList, openByteList } from '../bytes-list.js';
import { type OptimalPacker, openOptimalPacker, type PackerSettings } from './optimal-packer.js';
import type { LzmaStream } from './parse-lzma.js';
import { openLearned } from './probabilities.js';
import { tokenKinds } from './token-list.js';

/** Decisions, and how many of them are not as predicted. */
export interface LzmaDecisions {
  readonly bytes: Uint8Array;
  readonly exceptions: number;
  readonly tokens: number;
}

/** How an exception is told; repetitions follow `rep` by their number. */
const told = { literal: 0, shortRep: 1, rep: 2, nearest: 6, match: 7 } as const;

/** Tells exceptions from what the packer decides. */
function openExceptions(out: ByteList): {
  readonly tell: (packer: OptimalPacker | undefined, kind: number, length: number, distance: number) => boolean;
  readonly count: () => number;
} {
  let right = 0;
  let count = 0;
  const tell = (packer: OptimalPacker | undefined, kind: number, length: number, distance: number): boolean => {
    packer?.decide();
    const agreed =
      kind === (packer?.kind() ?? tokenKinds.literal) &&
      length === (packer?.length() ?? 1) &&
      distance === (packer?.distance() ?? 0);
    if (agreed) {
      right++;
      return true;
    }
    count++;
    out.varint(right);
    right = 0;
    if (kind === tokenKinds.literal) out.varint(told.literal);
    else if (kind === tokenKinds.shortRep) out.varint(told.shortRep);
    else if (kind !== tokenKinds.match) {
      out.varint(told.rep + kind - tokenKinds.rep0);
      out.varint(length - 2);
    } else {
      const near = packer?.nearest(length) === distance;
      out.varint(near ? told.nearest : told.match);
      out.varint(length - 2);
      if (!near) out.u32(distance);
    }
    return false;
  };
  return { tell, count: () => count };
}

/** What a decoder would refuse for a text of this length. */
function mostWork(text: number): number {
  return 2 ** 24 + 4096 * text;
}

/** How much of a stream is told: so many bytes of text, as long as there are not so many exceptions. */
export interface Sample {
  readonly bytes?: number | undefined;
  readonly most?: number | undefined;
}

/**
 * The decisions of a stream, told by this packer, or without one each as it is; `undefined` where a decoder would refuse the
 * work, or where there are too many exceptions.
 */
export function lzmaDecisions(
  { container, chunks, tokens, text }: LzmaStream,
  settings: PackerSettings | undefined,
  { bytes = text.length, most = Number.POSITIVE_INFINITY }: Sample = {},
): LzmaDecisions | undefined {
  const out = openByteList();
  if (container === 'xz') {
    for (const { control, properties, size } of chunks) {
      out.u8(control);
      if (properties !== undefined) out.u8(properties.packed);
      out.u16((size - 1) & 0xffff);
      out.u8((size - 1) >> 16);
    }
    out.u8(0);
  }
  const learned = openLearned(text);
  const exceptions = openExceptions(out);
  const end = bytes;
  let packer: OptimalPacker | undefined;
  let work = 0;
  let index = 0;
  for (const { control, properties, size, tokens: last } of chunks) {
    const chunkEnd = learned.place + size;
    if (control >= 0xe0 || control === 1) {
      learned.begin = learned.place;
      work += packer?.work() ?? 0;
      packer = settings === undefined ? undefined : openOptimalPacker(text, learned, end, settings);
    }
    if (properties !== undefined) learned.setProperties(properties.lc, properties.lp, properties.pb);
    if (control >= 0xa0) {
      learned.reset();
      packer?.reset();
    }
    if (control <= 2) {
      packer?.pass();
      learned.place = chunkEnd;
      if (learned.place >= end) break;
      continue;
    }
    for (; index < last; index++) {
      const [kind, length, distance] = [tokens.kind(index), tokens.length(index), tokens.distance(index)];
      if (learned.place + length > end) return { bytes: out.bytes(), exceptions: exceptions.count(), tokens: index };
      const agreed = exceptions.tell(packer, kind, length, distance);
      if (!agreed && exceptions.count() >= most) return undefined;
      if (packer === undefined) learned.learn(kind, length, distance);
      else packer.take(kind, length, distance, agreed);
      if ((index & 255) === 0 && work + (packer?.work() ?? 0) > mostWork(text.length)) return undefined;
    }
  }
  if (work + (packer?.work() ?? 0) > mostWork(text.length)) return undefined;
  return { bytes: out.bytes(), exceptions: exceptions.count(), tokens: index };
}
