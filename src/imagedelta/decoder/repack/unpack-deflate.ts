/** Text and decisions of a deflate stream of the old image: docs/formats/image-repack.md, section 5. */
import { codedDistance, codedLength, endOfBlock } from './deflate-alphabet.js';
import { lengthOrder, runOf, usualLengths, usualRunsOf } from './huffman.js';
import type { MatchedPlace } from './part.js';
import { type Codes, readBlocks, UnpackedStream } from './read-deflate.js';
import { TokenPredictor } from './token-predictor.js';
import { ExceptionSink } from './token-stream.js';

/** Text and decisions of a part. Throws a DeltaError with code 24. */
export function unpackDeflate(
  packed: Uint8Array,
  part: MatchedPlace,
): { readonly text: Uint8Array; readonly decisions: Uint8Array } {
  const into = new UnpackedStream(part.textLength);
  const blocks = readBlocks(packed, into);
  const { text } = into;
  if (part.decisionsLength === 0) return { text, decisions: new Uint8Array(0) };
  const records: number[] = [];
  const exceptions: number[] = [];
  const predictor = new TokenPredictor(text, part);
  const sink = new ExceptionSink(predictor, exceptions, text.length);
  let at = 0;
  let index = 0;
  for (const { type, final, count, codes } of blocks) {
    const kind = type | (final ? 4 : 0);
    if (type === 0) {
      predictor.pass(at, at + count);
      at += count;
      record(records, kind, count);
      continue;
    }
    const [literals, distances] = [new Array<number>(286).fill(0), new Array<number>(30).fill(0)];
    const more = (counts: number[], symbol: number): void => {
      counts[symbol] = (counts[symbol] ?? 0) + 1;
    };
    more(literals, endOfBlock);
    for (const end = index + count; index < end; index++) {
      const [length = 0, distance = 0] = [into.lengths[index], into.distances[index]];
      more(literals, distance === 0 ? (text[at] ?? 0) : codedLength(length).symbol);
      if (distance > 0) more(distances, codedDistance(distance).symbol);
      sink.add(at, length, distance);
      at += distance === 0 ? 1 : length;
    }
    if (codes === undefined) record(records, kind, count);
    else recordCodes(records, kind, count, codes, [usualLengths(literals, 15), usualLengths(distances, 15)]);
  }
  return { text, decisions: Uint8Array.from([...records, ...exceptions]) };
}

function record(out: number[], kind: number, count: number): void {
  out.push(kind, count & 255, (count >> 8) & 255, (count >> 16) & 255, count >>> 24);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function recordCodes(
  out: number[],
  kind: number,
  count: number,
  codes: Codes,
  [literals, distances]: readonly [readonly number[], readonly number[]],
): void {
  const lengthsDiffer = !same(codes.literals, literals) || !same(codes.distances, distances);
  const runsDiffer = !same(codes.runs, [...usualRunsOf(codes.literals), ...usualRunsOf(codes.distances)]);
  const lengths = [...codes.literals, ...codes.distances];
  const counts = new Array<number>(19).fill(0);
  let at = 0;
  for (const number of codes.runs) {
    const { symbol, times } = runOf(number, lengths[at] ?? 0);
    counts[symbol] = (counts[symbol] ?? 0) + 1;
    at += times;
  }
  const usual = usualLengths(counts, 7);
  const last = lengthOrder.findLastIndex((symbol) => (codes.ofLengths[symbol] ?? 0) > 0);
  const codeDiffers =
    codes.ofLengths.some((length, symbol) => length !== (usual[symbol] ?? 0)) || codes.count !== Math.max(4, last + 1);
  record(out, kind | (lengthsDiffer ? 8 : 0) | (runsDiffer ? 16 : 0) | (codeDiffers ? 32 : 0), count);
  if (lengthsDiffer) {
    out.push(codes.literals.length - 257, codes.distances.length - 1);
    out.push(...codes.literals.map((length, symbol) => (length - (literals[symbol] ?? 0)) & 15));
    out.push(...codes.distances.map((length, symbol) => (length - (distances[symbol] ?? 0)) & 15));
  }
  if (runsDiffer) out.push(codes.runs.length & 255, codes.runs.length >> 8, ...codes.runs);
  if (codeDiffers)
    out.push(codes.count - 4, ...codes.ofLengths.map((length, symbol) => (length - (usual[symbol] ?? 0)) & 7));
}
