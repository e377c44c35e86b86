/** Writes a deflate stream from its text and its decisions: docs/formats/image-repack.md, section 5. */
import { codedDistance, codedLength, endOfBlock, fixedDistances, fixedLiterals } from './deflate-alphabet.js';
import { codesOf, lengthOrder, type Run, runOf, usualLengths, usualRunsOf } from './huffman.js';
import type { MatchedPlace } from './part.js';
import { refuseDecisions } from './refuse.js';
import { TokenPredictor } from './token-predictor.js';
import { DecisionReader, TokenSource } from './token-stream.js';

/** What the record of a block says. */
interface BlockRecord {
  readonly type: number;
  readonly final: boolean;
  readonly count: number;
  readonly lengths: { readonly literals: readonly number[]; readonly distances: readonly number[] } | undefined;
  readonly runs: readonly number[] | undefined;
  readonly ofLengths: { readonly count: number; readonly differences: readonly number[] } | undefined;
}

function readRecord(reader: DecisionReader): BlockRecord {
  const kind = reader.u8();
  const type = kind & 3;
  if (kind > 63 || type === 3 || (type !== 2 && kind > 7)) refuseDecisions(`a block of kind ${kind}`);
  const count = reader.u32();
  const several = (many: number): readonly number[] => Array.from({ length: many }, () => reader.u8());
  let lengths: BlockRecord['lengths'];
  if ((kind & 8) !== 0) {
    const [literals, distances] = [reader.u8(), reader.u8()];
    if (literals > 29 || distances > 29) refuseDecisions('a code has too many symbols');
    lengths = { literals: several(257 + literals), distances: several(1 + distances) };
  }
  const runs = (kind & 16) === 0 ? undefined : several(reader.u16());
  let ofLengths: BlockRecord['ofLengths'];
  if ((kind & 32) !== 0) {
    const left = reader.u8();
    if (left > 15) refuseDecisions('the code of the lengths has too many symbols');
    ofLengths = { count: 4 + left, differences: several(19) };
  }
  return { type, final: (kind & 4) !== 0, count, lengths, runs, ofLengths };
}

/** Appends bits to a stream of a length that is known. */
class BitSink {
  readonly bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  get full(): boolean {
    return this.#at === this.bytes.length;
  }

  put(value: number, count: number): void {
    this.#held |= value << this.#count;
    this.#count += count;
    for (; this.#count >= 8; this.#count -= 8) {
      this.#byte(this.#held & 255);
      this.#held >>>= 8;
    }
  }

  align(): void {
    if (this.#count > 0) this.put(0, 8 - this.#count);
  }

  copy(bytes: Uint8Array): void {
    for (const byte of bytes) this.#byte(byte);
  }

  #byte(value: number): void {
    if (this.full) refuseDecisions('it becomes longer than it was');
    this.bytes[this.#at++] = value;
  }
}

/** The tokens of one block, and how often their symbols occur. */
interface BlockTokens {
  readonly lengths: Uint16Array;
  readonly distances: Uint16Array;
  readonly ofLiterals: number[];
  readonly ofDistances: number[];
  readonly end: number;
}

/** The part whose text and decisions these are. Throws a DeltaError with code 26. */
export function packDeflate(text: Uint8Array, decisions: Uint8Array, part: MatchedPlace): Uint8Array {
  const reader = new DecisionReader(decisions);
  const records: BlockRecord[] = [];
  for (let final = false; !final; ) {
    const record = readRecord(reader);
    final = record.final;
    records.push(record);
  }
  const predictor = new TokenPredictor(text, part);
  const source = new TokenSource(text, predictor, reader);
  const out = new BitSink(part.packedLength);
  let at = 0;
  for (const record of records) {
    out.put((record.final ? 1 : 0) | (record.type << 1), 3);
    if (record.type === 0) {
      const end = at + record.count;
      if (record.count > 65_535 || end > text.length) refuseDecisions('a stored block passes the end of its text');
      out.align();
      out.copy(Uint8Array.of(record.count & 255, record.count >> 8, ~record.count & 255, (~record.count >> 8) & 255));
      out.copy(text.subarray(at, end));
      predictor.pass(at, end);
      at = end;
      continue;
    }
    const tokens = takeTokens(source, text, at, record.count);
    if (record.type === 1) writeTokens(out, text, at, tokens, fixedLiterals, fixedDistances);
    else writeDynamic(out, text, at, tokens, record);
    at = tokens.end;
  }
  out.align();
  if (at !== text.length) refuseDecisions('its blocks end before its text');
  if (!out.full) refuseDecisions('it becomes shorter than it was');
  source.finish();
  return out.bytes;
}

function takeTokens(source: TokenSource, text: Uint8Array, from: number, count: number): BlockTokens {
  if (count > text.length - from) refuseDecisions('a block has more tokens than text');
  const [lengths, distances] = [new Uint16Array(count), new Uint16Array(count)];
  const [ofLiterals, ofDistances] = [new Array<number>(286).fill(0), new Array<number>(30).fill(0)];
  const more = (counts: number[], symbol: number): void => {
    counts[symbol] = (counts[symbol] ?? 0) + 1;
  };
  let at = from;
  for (let index = 0; index < count; index++) {
    const before = at;
    at = source.next(at, 0, text.length);
    lengths[index] = source.length;
    distances[index] = source.distance;
    if (source.distance === 0) {
      more(ofLiterals, text[before] ?? 0);
    } else {
      more(ofLiterals, codedLength(source.length).symbol);
      more(ofDistances, codedDistance(source.distance).symbol);
    }
  }
  more(ofLiterals, endOfBlock);
  return { lengths, distances, ofLiterals, ofDistances, end: at };
}

function writeTokens(
  out: BitSink,
  text: Uint8Array,
  from: number,
  tokens: BlockTokens,
  literals: readonly number[],
  distances: readonly number[],
): void {
  const [literalCodes, distanceCodes] = [codesOf(literals), codesOf(distances)];
  if (literalCodes === undefined || distanceCodes === undefined) refuseDecisions('lengths are no code');
  const put = (codes: readonly number[], lengths: readonly number[], symbol: number): void => {
    const length = lengths[symbol] ?? 0;
    if (length === 0) refuseDecisions('a symbol has no code');
    out.put(codes[symbol] ?? 0, length);
  };
  let at = from;
  for (const [index, distance] of tokens.distances.entries()) {
    if (distance === 0) {
      put(literalCodes, literals, text[at++] ?? 0);
      continue;
    }
    const length = tokens.lengths[index] ?? 0;
    const [coded, far] = [codedLength(length), codedDistance(distance)];
    put(literalCodes, literals, coded.symbol);
    out.put(coded.extra, coded.extraBits);
    put(distanceCodes, distances, far.symbol);
    out.put(far.extra, far.extraBits);
    at += length;
  }
  put(literalCodes, literals, endOfBlock);
}

/** Lengths from what is usual and the differences to it. */
function withDifferences(usual: readonly number[], differences: readonly number[], mask: number): readonly number[] {
  return differences.map((difference, symbol) => ((usual[symbol] ?? 0) + difference) & mask);
}

function writeDynamic(out: BitSink, text: Uint8Array, from: number, tokens: BlockTokens, record: BlockRecord): void {
  let [literals, distances] = [usualLengths(tokens.ofLiterals, 15), usualLengths(tokens.ofDistances, 15)];
  if (record.lengths !== undefined) {
    literals = withDifferences(literals, record.lengths.literals, 15);
    distances = withDifferences(distances, record.lengths.distances, 15);
  }
  const both = [...literals, ...distances];
  const runs = runsOf(both, record.runs ?? [...usualRunsOf(literals), ...usualRunsOf(distances)]);
  const counts = new Array<number>(19).fill(0);
  for (const { symbol } of runs) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const usual = usualLengths(counts, 7);
  const ofLengths =
    record.ofLengths === undefined
      ? Array.from({ length: 19 }, (_, symbol) => usual[symbol] ?? 0)
      : withDifferences(usual, record.ofLengths.differences, 7);
  const last = lengthOrder.findLastIndex((symbol) => (ofLengths[symbol] ?? 0) > 0);
  const count = record.ofLengths?.count ?? Math.max(4, last + 1);
  if (last >= count) refuseDecisions('a length of the code of lengths is left off');
  const codes = codesOf(ofLengths) ?? refuseDecisions('the lengths of the code of lengths are no code');
  out.put(literals.length - 257, 5);
  out.put(distances.length - 1, 5);
  out.put(count - 4, 4);
  for (const symbol of lengthOrder.slice(0, count)) out.put(ofLengths[symbol] ?? 0, 3);
  for (const { symbol, extra, extraBits } of runs) {
    const length = ofLengths[symbol] ?? 0;
    if (length === 0) refuseDecisions('a run has no code');
    out.put(codes[symbol] ?? 0, length);
    out.put(extra, extraBits);
  }
  writeTokens(out, text, from, tokens, literals, distances);
}

/** The runs by their numbers. Each must stand for the lengths that are there, and all together for all of them. */
function runsOf(lengths: readonly number[], numbers: readonly number[]): readonly Run[] {
  let at = 0;
  const runs = numbers.map((number) => {
    if (number > 140 || at >= lengths.length) refuseDecisions('its runs pass the end of the lengths');
    const run = runOf(number, lengths[at] ?? 0);
    const repeated = run.symbol === 16 && number > 0 ? lengths[at - 1] : number > 0 ? 0 : lengths[at];
    if (at + run.times > lengths.length || repeated === undefined) refuseDecisions('a run repeats nothing');
    for (let i = 0; i < run.times; i++) if (lengths[at + i] !== repeated) refuseDecisions('a run is none');
    at += run.times;
    return run;
  });
  if (at !== lengths.length) refuseDecisions('its runs end before the lengths');
  return runs;
}
