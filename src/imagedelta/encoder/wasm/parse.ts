/**
 * Chooses what each byte of a segment is made by: sent as it is, copied from the new image, or from the old one where covers lead. Of
 * all ways the one that costs least is taken, by prices learned from an earlier choice. All costs are in 1/32 bit.
 *
 * A window of places is gone through from low to high. For each place the cheapest way to it is known, with the op that ends there;
 * a second way is on the present cover of the old image, which it may leave at any place.
 */
import { equalBytes, reach } from './memory';
import { bucketOf, fresh, isDownwards, note, size, ways } from './self';

/** What is known of a place: cost, length, from and kind of the op that ends there; then as of it: where the next copy is expected to come from, and the last three displacements. */
const recordSize: usize = 32;
const windowSize: i32 = 16_384;
const isLiteral: i32 = 0;
const isSelf: i32 = 1;
const isOld: i32 = 2;
const far: i32 = 1 << 30;
const nearlyAsGood: i32 = 64;

/** Pieces of the new image of so many bytes are taken at once. */
const longPiece: i32 = 256;
/** Of pieces up to so many bytes each beginning is tried too. */
const shortPiece: i32 = 48;
/** The least length of a piece, and how many places are tried that begin with the same bytes. */
const leastPiece: i32 = 4;
const tries: i32 = 8;

let old: usize = 0;
let records: usize = 0;
let lanes: usize = 0;
let prices: usize = 0;
let heads: usize = 0;
let headBits: u32 = 0;
let chain: usize = 0;
let chainMask: i32 = 0;

/** What pieces, and copies with a displacement that is new or known, are made cheaper by: once tried, their prices are known better. */
const lessForPiece: i32 = 96;
const lessForMove: i32 = 64;
const lessForKnown: i32 = 32;

/** The present window: its first place, the place that is looked at, and the last one that has a record. */
let base: i32 = 0;
let at: i32 = 0;
let known: i32 = 0;
let end: i32 = 0;
let behind: f64 = 0;

/** Covers that stay as they are, three numbers each, and where the next one begins. */
let fixed: usize = 0;
let fixedEnd: usize = 0;
let stop: i32 = 0;

/**
 * Ways that are on a cover, two of them: what it costs, since when, from where, equal bytes before, differences of the last word, how
 * often each of them was that of the word before; the present cover and the end of all, and whether their bytes have been measured.
 */
const laneSize: usize = 64;
const first: usize = 0;
const second: usize = laneSize;

/** What bytes took when they were sent, and when they were part of a copy, in 1/16 bit. */
let ofSent: usize = 0;
/** By old byte the difference that it had last, and how often that was so before. */
let ofOld: usize = 0;
let ofCopied: usize = 0;
const unknown: u32 = 255;

/** Where chosen covers are written: at, length, from, kind. */
let chosen: usize = 0;
let chosenCount: i32 = 0;

/** Room for parse(): see its layout in loops.ts. */
export function openParse(
  oldAt: usize,
  recordsAt: usize,
  lanesAt: usize,
  sentAt: usize,
  copiedAt: usize,
  pricesAt: usize,
  headsAt: usize,
  bits: u32,
  chainAt: usize,
  chainBits: u32,
): void {
  old = oldAt;
  records = recordsAt;
  lanes = lanesAt;
  ofOld = lanesAt + 2 * laneSize;
  memory.fill(ofOld, 0, 512);
  ofSent = sentAt;
  ofCopied = copiedAt;
  prices = pricesAt;
  heads = headsAt;
  headBits = bits;
  chain = chainAt;
  chainMask = (1 << chainBits) - 1;
  memory.fill(heads, 255, (<usize>4) << bits);
  memory.fill(chain, 255, (<usize>4) << chainBits);
}

function recordOf(place: i32): usize {
  return records + <usize>(place - base) * recordSize;
}

function headOf(place: i32): usize {
  return heads + 4 * <usize>((load<u32>(fresh + <usize>place) * 0x9e3779b1) >>> (32 - headBits));
}

function noteAll(from: i32, to: i32): void {
  note(from, to);
  const last = min(to, size - leastPiece + 1);
  for (let place = from; place < last; place++) {
    const head = headOf(place);
    store<i32>(chain + 4 * <usize>(place & chainMask), load<i32>(head));
    store<i32>(head, place);
  }
}

/** Begins a segment. Three lists of covers lie one behind another at `lists`: measured ones, others, and those that stay. What is chosen is written behind them. */
export function beginParse(
  from: i32,
  to: i32,
  behindAt: f64,
  lists: usize,
  measured: i32,
  others: i32,
  stays: i32,
): void {
  at = from;
  end = to;
  behind = behindAt;
  const next = lists + 12 * <usize>measured;
  fixed = next + 12 * <usize>others;
  fixedEnd = fixed + 12 * <usize>stays;
  openLane(lanes + first, lists, next);
  openLane(lanes + second, next, fixed);
  chosen = (fixedEnd + 15) & ~15;
  chosenCount = 0;
  base = from;
  store<i32>(records, 0);
  store<i32>(records, 0, 8);
  store<i32>(records, isLiteral, 12);
  store<i32>(records, from, 16);
  store<i32>(records, 0, 20);
  store<i32>(records, 0, 24);
  store<i32>(records, 0, 28);
  known = at;
  findStop();
}

function openLane(lane: usize, from: usize, to: usize): void {
  store<i32>(lane, far);
  store<u32>(lane, from, 24);
  store<u32>(lane, to, 28);
  store<i32>(lane, 16, 12);
  store<u64>(lane, 0, 16);
}

function findStop(): void {
  while (fixed < fixedEnd && load<i32>(fixed) + load<i32>(fixed, 4) <= at) fixed += 12;
  stop = fixed < fixedEnd ? max(at, load<i32>(fixed)) : end;
}

/** The way to `to` by an op of a kind from the place at hand; v: what is known as of it. */
function offer(to: i32, cost: i32, length: i32, from: i32, kind: i32, v: v128): void {
  while (known < to) {
    known++;
    store<i32>(recordOf(known), far);
  }
  const record = recordOf(to);
  if (cost >= load<i32>(record)) return;
  store<i32>(record, cost);
  store<i32>(record, length, 4);
  store<i32>(record, from, 8);
  store<i32>(record, kind, 12);
  v128.store(record, v, 16);
}

function emit(place: i32, length: i32, from: i32, kind: i32): void {
  if (chosenCount > 0) {
    const last = chosen + 16 * <usize>(chosenCount - 1);
    const before = load<i32>(last, 4);
    if (load<i32>(last, 12) === kind && load<i32>(last) + before === place && load<i32>(last, 8) + before === from) {
      store<i32>(last, before + length, 4);
      return;
    }
  }
  const to = chosen + 16 * <usize>chosenCount;
  reach(to + 4096);
  store<i32>(to, place);
  store<i32>(to, length, 4);
  store<i32>(to, from, 8);
  store<i32>(to, kind, 12);
  chosenCount++;
}

/** Takes the cheapest way to the place at hand, and begins a new window there. */
function settle(): void {
  // Turned round: each record on the way is told the one behind it.
  let behindIt = -1;
  for (let place = at; ; ) {
    const record = recordOf(place);
    const length = load<i32>(record, 4);
    store<i32>(record, behindIt);
    if (place === base) break;
    behindIt = place;
    place -= length;
  }
  for (let place = base; place !== at; ) {
    const next = load<i32>(recordOf(place));
    const record = recordOf(next);
    const kind = load<i32>(record, 12);
    if (kind !== isLiteral) emit(place, next - place, load<i32>(record, 8), kind);
    place = next;
  }
  const state = v128.load(recordOf(at), 16);
  const from = load<i32>(recordOf(at), 8);
  const kind = load<i32>(recordOf(at), 12);
  base = at;
  known = at;
  store<i32>(records, 0);
  store<i32>(records, from, 8);
  store<i32>(records, kind, 12);
  v128.store(records, state, 16);
  leaveLanes();
}

function leaveLanes(): void {
  store<i32>(lanes + first, far);
  store<i32>(lanes + second, far);
}

/** What is known as of a copy from the old image that ends at `from`. */
function moved(record: usize, from: i32, by: i32): v128 {
  const by0 = load<i32>(record, 20);
  const by1 = load<i32>(record, 24);
  const by2 = load<i32>(record, 28);
  let v = i32x4.splat(from);
  v = i32x4.replace_lane(v, 1, by);
  v = i32x4.replace_lane(v, 2, by0 === by ? by1 : by0);
  return i32x4.replace_lane(v, 3, by0 === by || by1 === by ? by2 : by1);
}

/** Where prices of numbers begin: of gaps, lengths, moves, distances back; then of sources. */
const ofNumbers: usize = 4 * (2048 + 65_536);
const ofSources: usize = ofNumbers + 4 * 128;
const gaps: usize = 0;
const lengths: usize = 1;
const moves: usize = 2;
const backs: usize = 3;

function numberPrice(kind: usize, value: u32): i32 {
  return load<i32>(prices + ofNumbers + 128 * kind + 4 * <usize>(31 - clz(value + 1)));
}

/** What it costs to begin a copy from a source, without its place and its length. */
function sourcePrice(record: usize, source: usize): i32 {
  const gap = load<i32>(record, 12) === isLiteral ? load<i32>(record, 8) : 0;
  return numberPrice(gaps, gap) + load<i32>(prices + ofSources + 4 * source + (gap > 0 ? 32 : 0));
}

/** What it costs to begin a copy of the old image, without its length. */
function turnPrice(record: usize, from: i32, by: i32): i32 {
  if (by === load<i32>(record, 20)) return sourcePrice(record, 1) - lessForKnown;
  if (by === load<i32>(record, 24)) return sourcePrice(record, 2) - lessForKnown;
  if (by === load<i32>(record, 28)) return sourcePrice(record, 3) - lessForKnown;
  const distance = from - load<i32>(record, 16);
  return sourcePrice(record, 0) - lessForMove + numberPrice(moves, distance >= 0 ? 2 * distance : -2 * distance - 1);
}

/** What a byte costs that was foretold so often before, one price in each byte. */
const repeated: u64 = ((<u64>0x05070a10) << 32) | 0x183060a0;

function repeatedPrice(times: u32): i32 {
  return <i32>((repeated >> (8 * times)) & 255);
}

/** What the byte at the place at hand costs as part of a copy. */
function differencePrice(lane: usize, from: i32): i32 {
  const d = (<i32>load<u8>(fresh + <usize>at) - <i32>load<u8>(old + <usize>from)) & 255;
  const run = load<i32>(lane, 12);
  const phase = <u32>(8 * (from & 3));
  const differences = load<u32>(lane, 16);
  const counts = load<u32>(lane, 20);
  const last = (differences >> phase) & 255;
  const repeats = (counts >> phase) & 255;
  // Of a number, the byte before may have carried into this one.
  const plain = (d - load<i32>(lane, 32)) & 255;
  const same = <i32>last === plain || <i32>last === d;
  store<i32>(lane, i32(<i32>load<u8>(old + <usize>from) + d > 255), 32);
  store<u32>(lane, (differences & ~((<u32>255) << phase)) | ((<u32>plain) << phase), 16);
  store<u32>(lane, (counts & ~((<u32>255) << phase)) | ((same ? min<u32>(repeats + 1, 7) : 0) << phase), 20);
  store<i32>(lane, d === 0 ? run + 1 : 0, 12);
  const o = ofOld + 2 * <usize>load<u8>(old + <usize>from);
  const timesOfOld = <u32>load<u8>(o) === <u32>d ? <u32>load<u8>(o, 1) : 255;
  store<u8>(o, <u8>d);
  store<u8>(o, timesOfOld === 255 ? 0 : <u8>min<u32>(timesOfOld + 1, 7), 1);
  const price = load<i32>(prices + 4 * <usize>(256 + ((i32(run > 0) + i32(run > 3) + i32(run > 15)) << 8) + d));
  const likely = timesOfOld === 255 ? price : min(price, repeatedPrice(timesOfOld));
  return same ? min(likely, repeatedPrice(repeats)) : likely;
}

/** Passes covers that end at or before the place at hand, and returns where the present one copies it from; -1 where there is none. */
function fromOf(lane: usize): i32 {
  let hint = <usize>load<u32>(lane, 24);
  const hints = <usize>load<u32>(lane, 28);
  if (hint < hints && load<i32>(hint) + load<i32>(hint, 4) <= at) {
    do hint += 12;
    while (hint < hints && load<i32>(hint) + load<i32>(hint, 4) <= at);
    store<u32>(lane, <u32>hint, 24);
    store<i32>(lane, far);
  }
  return hint < hints && load<i32>(hint) <= at ? load<i32>(hint, 8) + (at - load<i32>(hint)) : -1;
}

function goOnCover(lane: usize, from: i32, isMeasured: bool, record: usize, cost: i32): void {
  const enter = cost + turnPrice(record, from, at - from);
  if (enter < load<i32>(lane)) {
    store<i32>(lane, enter);
    store<i32>(lane, at, 4);
    store<i32>(lane, from, 8);
  }
  const estimate = differencePrice(lane, from);
  const measure = isMeasured ? <u32>load<u8>(ofCopied + <usize>at) : unknown;
  const goes = load<i32>(lane) + (measure === unknown ? estimate : 2 * <i32>measure);
  store<i32>(lane, goes);
  const since = load<i32>(lane, 4);
  const begin = load<i32>(lane, 8);
  const price = goes + numberPrice(lengths, at - since);
  offer(at + 1, price, at + 1 - since, begin, isOld, moved(recordOf(since), from + 1, since - begin));
}

/** Goes on on both covers. Returns whether one of them is as good as what is cheapest and goes on so: nothing else is worth a look. */
function goOnCovers(record: usize, cost: i32): bool {
  const before = load<i32>(lanes + first);
  const one = fromOf(lanes + first);
  const other = fromOf(lanes + second);
  if (one >= 0) goOnCover(lanes + first, one, true, record, cost);
  if (other >= 0 && other !== one) goOnCover(lanes + second, other, false, record, cost);
  else store<i32>(lanes + second, far);
  return one >= 0 && before <= cost + nearlyAsGood && end - at > 8 && areEqual(one);
}

/** Whether the next 8 bytes are those of the old image at `from`. */
function areEqual(from: i32): bool {
  return load<u64>(old + <usize>from) === load<u64>(fresh + <usize>at);
}

let bestLength: i32 = 0;
let bestFrom: i32 = 0;
let pieceLimit: i32 = 0;
let pieceStart: i32 = 0;
let aheadMore: i32 = 0;

function tryPiece(from: i32, cost: i32, v: v128): void {
  const most = isDownwards && <f64>from >= behind ? min(pieceLimit, size - from) : pieceLimit;
  if (most <= bestLength) return;
  if (load<u8>(fresh + <usize>(from + bestLength)) !== load<u8>(fresh + <usize>(at + bestLength))) return;
  const length = <i32>equalBytes(fresh + <usize>from, fresh + <usize>at, most);
  if (length <= bestLength || length < leastPiece) return;
  const distance = from < at ? at - from : <i32>(<f64>from - behind) + 1;
  const price = cost + pieceStart + numberPrice(backs, distance - 1) + (from < at ? 0 : aheadMore);
  // Longer ones were tried with what lies nearer.
  const last = min(length, longPiece - 1);
  for (let l = max(bestLength + 1, leastPiece); l <= min(last, shortPiece); l++) {
    offer(at + l, price + numberPrice(lengths, l - 1), l, from, isSelf, v);
  }
  if (last > shortPiece) offer(at + last, price + numberPrice(lengths, last - 1), last, from, isSelf, v);
  bestLength = length;
  bestFrom = from;
}

function tryPieces(record: usize, cost: i32, v: v128): void {
  bestLength = 0;
  pieceStart = sourcePrice(record, 4) - lessForPiece;
  if (isDownwards) aheadMore = sourcePrice(record, 5) - lessForPiece - pieceStart;
  pieceLimit = stop - at;
  if (pieceLimit < leastPiece) return;
  let from = load<i32>(headOf(at));
  for (let i = 0; i < tries && from >= 0; i++) {
    tryPiece(from, cost, v);
    if (bestLength >= longPiece) return;
    from = load<i32>(chain + 4 * <usize>(from & chainMask));
  }
  if (pieceLimit < 8) return;
  const bucket = bucketOf(at);
  for (let i: usize = 0; i < ways; i++) {
    const place = load<i32>(bucket + 4 * i);
    if (place >= 0) tryPiece(place, cost, v);
  }
}

/** Goes on for at least `most` places; whether the segment is complete. */
export function parseSome(most: i32): bool {
  const until = end - at > most ? at + most : end;
  while (at < until) {
    if (at >= stop) {
      settle();
      const from = load<i32>(fixed, 8) + (at - load<i32>(fixed));
      const length = load<i32>(fixed, 4) - (at - load<i32>(fixed));
      emit(at, length, from, isOld);
      v128.store(records, moved(records, from + length, at - from), 16);
      store<i32>(records, isOld, 12);
      noteAll(at, at + length);
      at += length;
      base = at;
      known = at;
      findStop();
      continue;
    }
    if (at - base >= windowSize - longPiece - 1) settle();
    const record = recordOf(at);
    const cost = load<i32>(record);
    const v = v128.load(record, 16);
    const before: u32 = at > 0 ? load<u8>(fresh + <usize>at - 1) : 0;
    const byte = <u32>load<u8>(fresh + <usize>at);
    const sent = load<i32>(record, 12) === isLiteral ? load<i32>(record, 8) + 1 : 1;
    const measure = <u32>load<u8>(ofSent + <usize>at);
    const estimate = load<i32>(prices + 4 * <usize>(2048 + (before << 8) + byte));
    offer(at + 1, cost + (measure === unknown ? estimate : 2 * <i32>measure), 1, sent, isLiteral, v);
    if (goOnCovers(record, cost)) bestLength = 0;
    else tryPieces(record, cost, v);
    if (bestLength >= longPiece) {
      settle();
      emit(at, bestLength, bestFrom, isSelf);
      store<i32>(records, isSelf, 12);
      noteAll(at, at + bestLength);
      at += bestLength;
      base = at;
      known = at;
      continue;
    }
    noteAll(at, at + 1);
    at++;
  }
  if (at < end) return false;
  settle();
  return true;
}

export function chosenAt(): usize {
  return chosen;
}
export function chosenLength(): i32 {
  return chosenCount;
}
