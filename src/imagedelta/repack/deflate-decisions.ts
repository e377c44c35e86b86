/** What the packer of a deflate stream has decided, as bytes: docs/formats/image-repack.md, section 5. */
import { type ByteList, openByteList } from './bytes-list.js';
import { distanceSymbol, distanceSymbols, endOfBlock, lengthSymbol, literalSymbols } from './deflate-numbers.js';
import { openExceptions } from './exceptions.js';
import type { BlockCodes, DeflateStream } from './parse-deflate.js';
import { deflateRules, type MatcherSettings, openPredictor } from './predictor.js';
import { countRuns, usualCode, usualCount, usualRuns } from './usual-codes.js';

/** Decisions, and how many of them are exceptions; `undefined` where a decoder would refuse the work. */
export interface Decisions {
  readonly bytes: Uint8Array;
  readonly exceptions: number;
}

const kinds = { stored: 0, fixed: 1, dynamic: 2 } as const;

/** What a decoder takes upon itself for a text of so many bytes. */
export function mostWork(text: number): number {
  return 2 ** 24 + 4096 * text;
}

/** The decisions of a stream, told by this matcher. */
export function deflateDecisions(stream: DeflateStream, settings: MatcherSettings): Decisions | undefined {
  const { text, tokens } = stream;
  const out = openByteList();
  const exceptions = openByteList();
  const predictor = openPredictor(text, deflateRules, settings);
  const writer = openExceptions(exceptions, predictor, deflateRules.shortest);
  const limit = mostWork(text.length);
  let at = 0;
  let index = 0;
  for (const { kind, final, count, codes } of stream.blocks) {
    if (kind === 'stored') {
      predictor.skip(at, at + count);
      at += count;
      writeBlock(out, kinds.stored, final, count);
      continue;
    }
    const literals = new Uint32Array(literalSymbols);
    const distances = new Uint32Array(distanceSymbols);
    for (const end = index + count; index < end; index++) {
      const [length = 0, distance = 0] = [tokens.lengths[index], tokens.distances[index]];
      const symbol = distance === 0 ? (text[at] ?? 0) : (lengthSymbol[length] ?? 0);
      literals[symbol] = (literals[symbol] ?? 0) + 1;
      if (distance > 0) {
        const other = distanceSymbol[distance] ?? 0;
        distances[other] = (distances[other] ?? 0) + 1;
      }
      writer.token(at, length, distance);
      at += distance === 0 ? 1 : length;
      if ((index & 4095) === 0 && predictor.work() > limit) return undefined;
    }
    literals[endOfBlock] = 1;
    if (codes === undefined) writeBlock(out, kinds.fixed, final, count);
    else writeDynamic(out, { final, count, codes }, literals, distances);
  }
  if (predictor.work() > limit) return undefined;
  out.all(exceptions.bytes());
  return { bytes: out.bytes(), exceptions: writer.count() };
}

function writeBlock(out: ByteList, kind: number, final: boolean, count: number): void {
  out.u8(kind | (final ? 4 : 0));
  out.u32(count);
}

interface DynamicBlock {
  readonly final: boolean;
  readonly count: number;
  readonly codes: BlockCodes;
}

function writeDynamic(
  out: ByteList,
  { final, count, codes }: DynamicBlock,
  literals: Uint32Array,
  distances: Uint32Array,
): void {
  const [ofLiterals, ofDistances] = [usualCode(literals, 15), usualCode(distances, 15)];
  const otherLengths =
    !equal(codes.literals, ofLiterals.lengths.subarray(0, ofLiterals.highest + 1)) ||
    !equal(codes.distances, ofDistances.lengths.subarray(0, ofDistances.highest + 1));
  const both = Uint8Array.from([...codes.literals, ...codes.distances]);
  const otherRuns = !equal(codes.runs, Uint8Array.from([...usualRuns(codes.literals), ...usualRuns(codes.distances)]));
  const ofLengths = usualCode(countRuns(both, codes.runs), 7).lengths;
  const otherOfLengths = !equal(codes.ofLengths, ofLengths) || codes.ofLengthsCount !== usualCount(codes.ofLengths);
  writeBlock(
    out,
    kinds.dynamic | (otherLengths ? 8 : 0) | (otherRuns ? 16 : 0) | (otherOfLengths ? 32 : 0),
    final,
    count,
  );
  if (otherLengths) {
    out.u8(codes.literals.length - 257);
    out.u8(codes.distances.length - 1);
    for (const [symbol, length] of codes.literals.entries()) out.u8((length - (ofLiterals.lengths[symbol] ?? 0)) & 15);
    for (const [symbol, length] of codes.distances.entries())
      out.u8((length - (ofDistances.lengths[symbol] ?? 0)) & 15);
  }
  if (otherRuns) {
    out.u16(codes.runs.length);
    out.all(codes.runs);
  }
  if (!otherOfLengths) return;
  out.u8(codes.ofLengthsCount - 4);
  for (const [symbol, length] of codes.ofLengths.entries()) out.u8((length - (ofLengths[symbol] ?? 0)) & 7);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
