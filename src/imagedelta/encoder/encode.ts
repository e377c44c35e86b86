/** Makes a patch: chooses covers and a reading, codes the segments, and keeps the smallest. */
import { plainReading, type Reading } from './code.js';
import { type TableSizes, writePatch } from './container.js';
import { type Cover, type CoverCost, searchCovers } from './covers.js';
import { asBefore, type Choose, codeDraft, type Draft, type DraftOf, oldCopies, payloadOf, smaller } from './drafts.js';
import { openLoops } from './loops.js';
import { chooseByPrice } from './parse.js';
import { coversOfSpan, type Order } from './place.js';
import { readingsOf } from './reading.js';
import type { ContentBits } from './segment.js';
import { openSelfSearch } from './self-covers.js';
import { openSteady } from './steady.js';

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

/** Where a reading gains less than this, the choices are made without it too; where a round does, there is no second one. */
const worthAnother = 0.015;
const worthRound = 0.004;
/** In small images all rounds are made. */
const smallImage = 2 ** 17;

/** Beyond so many bytes a second round for each choice takes more time than it is worth, and so does a second choice. */
const largeImage = 2 ** 23;
const veryLargeImage = 2 ** 25;

/** The smallest patch found; the same input and plan give the same bytes. */
export function encodeDelta(
  old: Uint8Array,
  fresh: Uint8Array,
  plan: EncodePlan,
  { codeAware = true, onProgress }: EncodeOptions = {},
): EncodedPatch {
  const ways = plan.inPlace && plan.downwards === 'try' ? [false, true] : [plan.downwards === true];
  const tries = fresh.length > veryLargeImage ? trials.slice(0, 1) : trials;
  const rounds = fresh.length > largeImage ? 1 : 2;
  let gone = 0;
  // Each reading has its drafts, and covers are chosen once more for each trial.
  const most = old.length + fresh.length * (2 + (codeAware ? 2 : 1) * (ways.length + (1 + rounds) * tries.length));
  const go = (bytes: number): void => {
    gone += bytes;
    onProgress?.(gone, most);
  };
  const search = searchCovers(old, fresh, go);
  const found = search.first();
  const steady = openSteady(old, fresh);
  const first = steady.addTo(found);
  const loops = openLoops(old, fresh, plan.tables);
  const [reading = plainReading] = codeAware ? readingsOf(loops, old, fresh, found) : [];
  const images: DraftOf = { loops, old, fresh, tables: plan.tables };
  const orderOf = (downwards: boolean): Order => ({ ...plan, downwards });

  /** The first draft takes covers as they come; each one behind it is chosen by what those before it came to. */
  const bestOf = (how: Reading): Draft => {
    loops.forgetCosts();
    const drafts = ways.map((downwards) =>
      codeDraft(images, how, orderOf(downwards), greedy(images, first, orderOf(downwards)), go),
    );
    let best = drafts.reduce(smaller);
    let last = drafts.at(-1) ?? best;
    const order = orderOf(best.downwards);
    for (const bias of tries) {
      const covers = steady.addTo(search.next(oldCopies(best), costOfOld(best), bias));
      for (let round = 0; round < rounds; round++) {
        last = codeDraft(images, how, order, chooseByPrice(images, last, covers, order), go);
        const before = best.size;
        best = smaller(best, last);
        if (fresh.length > smallImage && before - best.size < worthRound * before) break;
      }
    }
    return best;
  };
  let best = bestOf(reading);
  if (reading !== plainReading) {
    const order = orderOf(best.downwards);
    const plain = codeDraft(images, plainReading, order, asBefore(best.copies, order, fresh.length), go);
    const gain = plain.size - best.size;
    best = smaller(best, plain);
    // Where the reading gains little, covers chosen without it may do better: it never makes a patch larger.
    if (gain < worthAnother * best.size) best = smaller(best, bestOf(plainReading));
  }
  const patch = writePatch(
    { ...plan, ...best.reading, old, fresh, downwards: best.downwards, segments: best.segments },
    plan.sign,
  );
  return {
    patch,
    reading: best.reading,
    downwards: best.downwards,
    covers: oldCopies(best).length,
    content: best.content,
    payload: payloadOf(best.segments),
  };
}

/** Covers as they are, with pieces of the new image in the gaps. */
function greedy({ loops, fresh }: DraftOf, covers: readonly Cover[], order: Order): Choose {
  const search = openSelfSearch(loops, order);
  return (span) => search.fill(span, coversOfSpan(covers, span, order, fresh.length));
}

/** What a draft cost for the search in the old image: to it, pieces of the new one are bytes that are sent. */
function costOfOld(draft: Draft): CoverCost {
  const { numbers, copies, literals } = draft.cost;
  const ofOld = Math.ceil((numbers * (oldCopies(draft).length + 1)) / (draft.copies.length + 1));
  return { numbers: ofOld, copies, literals: literals + numbers - ofOld };
}
