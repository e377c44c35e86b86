/** Makes a patch: chooses covers and a reading, codes the segments, and keeps the smallest. */
import { crc32 } from 'node:zlib';
import { plainReading, type Reading } from './code.js';
import { type PackedSegment, type TableSizes, writePatch } from './container.js';
import { type Cover, type CoverCost, searchCovers } from './covers.js';
import { type Loops, openLoops } from './loops.js';
import { coversOfSpan, type Order, spansOf } from './place.js';
import { readingsOf } from './reading.js';
import { type ContentBits, openSegmentCoder } from './segment.js';
import { openSelfSearch, type SelfPrices } from './self-covers.js';

/** How a patch is to be. */
export interface EncodePlan {
  readonly tables: TableSizes;
  readonly segmentSize: number;
  readonly inPlace: boolean;
  /** For an update in place: segments from the last to the first, or both ways tried. */
  readonly downwards: boolean | 'try';
  readonly counter: number;
  readonly product: string;
  readonly writeUnit: number;
  readonly flashBlock: number;
  readonly digests: boolean;
  readonly signatureLength: number;
  readonly sign?: ((signed: Uint8Array) => Uint8Array) | undefined;
}

/** A patch, and what it came of. */
export interface EncodedPatch {
  readonly patch: Uint8Array;
  readonly reading: Reading;
  readonly downwards: boolean;
  readonly covers: number;
  /** What the bits of all segments are for, and how many bytes they take together. */
  readonly content: ContentBits;
  readonly payload: number;
}

interface Draft {
  readonly segments: readonly PackedSegment[];
  readonly size: number;
  readonly reading: Reading;
  readonly downwards: boolean;
  readonly covers: readonly Cover[];
  readonly cost: CoverCost;
  readonly content: ContentBits;
  /** Bytes that are sent as they are. */
  readonly literals: number;
}

/** What a byte that is sent as it is takes, in bits, before there is a draft to learn it from; and how many bytes teach it. */
const expectedLiteralBits = 5;
const enoughLiterals = 512;

/** The least length of a piece that is copied from the new image, and a shorter one that is tried. */
const usualPiece = 8;
const shortPiece = 6;

/** How learned costs are bent for the choices of covers that are tried after the first one. */
const trials = [
  { difference: 2, copy: 1, turn: 1 },
  { difference: 1.4, copy: 0.95, turn: 1 },
];

/** What may be tried. */
export interface EncodeOptions {
  /** Whether the old image may be read as code and for pointers; true unless said otherwise. */
  readonly codeAware?: boolean | undefined;
  /** Told again and again how many bytes have been gone through, and how many will have been at most. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** Beyond so many bytes the second choice takes more time than it is worth. */
const largeImage = 2 ** 25;

/** The smallest patch found; the same input and plan give the same bytes. */
export function encodeDelta(
  old: Uint8Array,
  fresh: Uint8Array,
  plan: EncodePlan,
  { codeAware = true, onProgress }: EncodeOptions = {},
): EncodedPatch {
  const ways = plan.inPlace && plan.downwards === 'try' ? [false, true] : [plan.downwards === true];
  const tries = fresh.length > largeImage ? trials.slice(0, 1) : trials;
  let gone = 0;
  // Each reading has its drafts, and covers are chosen once more for each trial.
  const most = old.length + fresh.length * (1 + (codeAware ? 2 : 1) * (ways.length + 2 * tries.length + 1) + 1);
  const go = (bytes: number): void => {
    gone += bytes;
    onProgress?.(gone, most);
  };
  const search = searchCovers(old, fresh, go);
  const first = search.first();
  const loops = openLoops(old, fresh, plan.tables);
  const [reading = plainReading] = codeAware ? readingsOf(loops, old, fresh, first) : [];
  let literalBits = expectedLiteralBits;
  const draft = (covers: readonly Cover[], how: Reading, downwards: boolean, least = usualPiece): Draft => {
    const coded = codeAll(
      loops,
      old,
      fresh,
      covers,
      how,
      { ...plan, downwards },
      plan.tables,
      { least, literalBits },
      go,
    );
    if (coded.literals >= enoughLiterals) literalBits = Math.max(1, coded.content.literals / coded.literals);
    return coded;
  };
  const bestOf = (how: Reading): Draft => {
    let best = ways.map((downwards) => draft(first, how, downwards)).reduce(smaller);
    for (const bias of tries) {
      const covers = search.next(best.covers, best.cost, bias);
      best = smaller(best, draft(covers, how, best.downwards));
    }
    // Which is better depends on how well the bytes that are sent can be foretold.
    best = smaller(best, draft(best.covers, how, best.downwards, shortPiece));
    return best;
  };
  let best = bestOf(reading);
  if (reading !== plainReading) {
    const plain = draft(best.covers, plainReading, best.downwards);
    best = smaller(best, plain);
    // Where the reading gains little, covers chosen without it may do better: it never makes a patch larger.
    if (plain.size < 1.04 * best.size) best = smaller(best, bestOf(plainReading));
  }
  const patch = writePatch(
    { ...plan, ...best.reading, old, fresh, downwards: best.downwards, segments: best.segments },
    plan.sign,
  );
  return {
    patch,
    reading: best.reading,
    downwards: best.downwards,
    covers: best.covers.length,
    content: best.content,
    payload: payloadOf(best.segments),
  };
}

function smaller(a: Draft, b: Draft): Draft {
  return b.size < a.size ? b : a;
}

function codeAll(
  loops: Loops,
  old: Uint8Array,
  fresh: Uint8Array,
  covers: readonly Cover[],
  reading: Reading,
  order: Order,
  tables: TableSizes,
  prices: SelfPrices,
  onDone: (bytes: number) => void,
): Draft {
  const coder = openSegmentCoder(loops, { tables, reading, order });
  const selfSearch = openSelfSearch(loops, order, prices);
  let literals = 0;
  const spans = spansOf(fresh.length, order.segmentSize);
  const made = (order.downwards ? spans.toReversed() : spans).map((span): PackedSegment => {
    const bytes = fresh.subarray(span.start, span.end);
    const newCrc = crc32(bytes);
    const filled = selfSearch.fill(span, coversOfSpan(covers, span, order, fresh.length));
    const same = span.end <= old.length && Buffer.compare(bytes, old.subarray(span.start, span.end)) === 0;
    if (!same) literals += bytes.length - filled.reduce((sum, { length }) => sum + length, 0);
    const packed = same ? undefined : coder.encode(span, filled);
    onDone(bytes.length);
    return { packed, newCrc };
  });
  const segments = order.downwards ? made.toReversed() : made;
  const size = payloadOf(segments) + 12 * reading.ranges.length;
  const [cost, content] = [coder.cost(), coder.content()];
  return { segments, size, reading, downwards: order.downwards, covers, cost, content, literals };
}

function payloadOf(segments: readonly PackedSegment[]): number {
  return segments.reduce((sum, { packed }) => sum + (packed?.length ?? 0), 0);
}
