import { chooseAmongEqual, equalFrom, foundAt, foundLength, mayReach, search } from './match';
import { reach } from './memory';

/**
 * Chooses the stretches by cost: of all ways to make the target out of a few diagonals at a time and bytes of its own, the
 * one that a model of the coded sizes finds cheapest. The model is learned from a first walk.
 *
 * All costs are in 1/32 bit. Whatever way is changed to at a place, it is changed to from the cheapest way to that place, so
 * a way is known by what it is on now and since when.
 */

const slotLimit: u32 = 8;
/** A diagonal that was no better than turning to it for so many bytes is let go. */
const patience: i32 = 12;
const slotSize: usize = 32;
const ringSize: u32 = 256;
const far: i32 = 1 << 24;

let source: usize = 0;
let sourceLength: i32 = 0;
let target: usize = 0;
let targetLength: i32 = 0;
let controls: usize = 0;
let controlCount: u32 = 0;
let history: usize = 0;
let historyCount: u32 = 0;

/**
 * Of i32: cost of a byte to copy, by value (256); of a difference, by value and by the count of equal bytes before it, in
 * four classes (4 x 256); of a difference that repeats the one 4 or 8 bytes before; of a turn; of its distance, per bit; of
 * copying at all.
 */
let model: usize = 0;
/** Room for the slots and the last minimal costs. */
let slots: usize = 0;
let ring: usize = 0;

let position: i32 = 0;
let nextSearch: i32 = 0;
let copyCost: i32 = 0;
let copySince: i32 = 0;
let candidates: u32 = 0;
/** Where the tables do not tell of a match as long as this, none is looked for. */
let shortest: u32 = 8;
let slotCount: u32 = 0;
/** What the cheapest way is on: its slot's diagonal, or that of before if it copies. */
let bestDiagonal: i32 = 0;
/** How many diagonals were considered since the cheapest way was last on another. */
let misses: i32 = 0;

/** Of a slot: diagonal, cost, since when, equal bytes before, cost of turning to it. */
function slot(k: u32): usize {
  return slots + <usize>k * slotSize;
}

/** Sets out at the beginning of the target. `room` has 4 KiB, `learned` the costs; triples go to `out`, notes to `notes`, and on. */
export function beginTrellis(
  from: usize,
  fromLength: i32,
  to: usize,
  toLength: i32,
  room: usize,
  learned: usize,
  notes: usize,
  candidateCount: u32,
  shortestMatch: u32,
): void {
  source = from;
  sourceLength = fromLength;
  target = to;
  targetLength = toLength;
  slots = room;
  ring = room + slotSize * <usize>slotLimit;
  model = learned;
  history = notes;
  historyCount = 0;
  candidates = candidateCount;
  shortest = shortestMatch;
  position = 0;
  nextSearch = 0;
  copyCost = 0;
  copySince = 0;
  bestDiagonal = 0;
  misses = 0;
  slotCount = 1;
  memory.fill(room, 0, slotSize);
  store<i32>(room, 16, 12);
}

function learnedCost(index: u32): i32 {
  return load<i32>(model + ((<usize>index) << 2));
}

const nearIndex: u32 = 5 * 256;
const turnIndex: u32 = nearIndex + 1;
const distanceIndex: u32 = nearIndex + 2;
const copyIndex: u32 = nearIndex + 3;
const copyTable: u32 = 2048;

function turnCost(diagonal: i32): i32 {
  const delta = diagonal - bestDiagonal;
  const size = <u32>(delta < 0 ? -delta : delta);
  return learnedCost(turnIndex) + learnedCost(distanceIndex) * <i32>(32 - clz(size));
}

function setTurnCosts(): void {
  for (let k: u32 = 0; k < slotCount; k++) store<i32>(slot(k), turnCost(load<i32>(slot(k))), 16);
}

/** Cost of making the byte at `at` on a diagonal after `run` equal bytes. */
function addCost(diagonal: i32, at: i32, run: i32): i32 {
  const from = at + diagonal;
  if (<u32>from >= <u32>sourceLength) return far;
  const d = load<u8>(target + <usize>at) - load<u8>(source + <usize>from);
  const kind = run === 0 ? 0 : run < 4 ? 1 : run < 16 ? 2 : 3;
  const cost = learnedCost(256 + (kind << 8) + <u32>d);
  if (d === 0) return cost;
  const near = learnedCost(nearIndex);
  return near < cost && isNearDifference(source + <usize>from, target + <usize>at, from, at, d) ? near : cost;
}

/** Whether a difference repeats the one 4 or 8 bytes before. */
function isNearDifference(there: usize, text: usize, from: i32, at: i32, d: u32): bool {
  if (from < 4 || at < 4) return false;
  if (((<u32>load<u8>(text - 4) - <u32>load<u8>(there - 4)) & 255) === d) return true;
  return from >= 8 && at >= 8 && ((<u32>load<u8>(text - 8) - <u32>load<u8>(there - 8)) & 255) === d;
}

function note(at: i32, diagonal: i32, since: i32, copies: bool): void {
  const to = history + <usize>historyCount * 16;
  if ((historyCount & 0xfff) === 0) reach(to + 16 * 0x1000);
  store<i32>(to, at);
  store<i32>(to, diagonal, 4);
  store<i32>(to, since, 8);
  store<i32>(to, i32(copies), 12);
  historyCount++;
}

/** Gives a diagonal a slot, as of the best way that turned to it within the last bytes. */
function consider(diagonal: i32, at: i32): void {
  let worst: u32 = 0;
  let worstCost = i32.MIN_VALUE;
  for (let k: u32 = 0; k < slotCount; k++) {
    if (load<i32>(slot(k)) === diagonal) return;
    const cost = load<i32>(slot(k), 4);
    if (cost > worstCost) {
      worstCost = cost;
      worst = k;
    }
  }
  if (slotCount < slotLimit) worst = slotCount++;
  const turn = turnCost(diagonal);
  const first = max(at - 96, max(0, -diagonal));
  let cost = far;
  let since = at;
  let run = 0;
  for (let i = first; i < at; i++) {
    const enter = load<i32>(ring + ((<usize>i & (ringSize - 1)) << 2)) + turn;
    if (enter < cost) {
      cost = enter;
      since = i;
      run = 16;
    }
    cost += addCost(diagonal, i, run);
    run = load<u8>(target + <usize>i) === load<u8>(source + <usize>(i + diagonal)) ? run + 1 : 0;
  }
  store<i32>(slot(worst), diagonal);
  store<i32>(slot(worst), cost, 4);
  store<i32>(slot(worst), since, 8);
  store<i32>(slot(worst), run, 12);
  store<i32>(slot(worst), turn, 16);
  store<i32>(slot(worst), 0, 20);
}

/** Goes on to the target position `until` or a little further; returns where it stands. */
export function weigh(until: u32): u32 {
  let lastDiagonal = 0;
  let lastSince = -1;
  let lastCopies = false;
  if (historyCount > 0) {
    const to = history + <usize>(historyCount - 1) * 16;
    lastDiagonal = load<i32>(to, 4);
    lastSince = load<i32>(to, 8);
    lastCopies = load<i32>(to, 12) !== 0;
  }
  while (position < targetLength && <u32>position < until) {
    const at = position;
    let least = copyCost;
    let best: u32 = slotCount;
    for (let k: u32 = 0; k < slotCount; k++) {
      const cost = load<i32>(slot(k), 4);
      if (cost < least) {
        least = cost;
        best = k;
      }
    }
    const copies = best === slotCount;
    const since = copies ? copySince : load<i32>(slot(best), 8);
    if (!copies) {
      const diagonal = load<i32>(slot(best));
      if (diagonal !== bestDiagonal) {
        bestDiagonal = diagonal;
        misses = 0;
        setTurnCosts();
      }
    }
    if (since !== lastSince || copies !== lastCopies || (!copies && bestDiagonal !== lastDiagonal)) {
      lastSince = since;
      lastCopies = copies;
      lastDiagonal = bestDiagonal;
      note(at, bestDiagonal, since, copies);
    }
    let equal = 0;
    if (!copies) {
      const from = at + bestDiagonal;
      if (from >= 0 && from < sourceLength) {
        equal = <i32>equalFrom(from, at);
        if (equal >= 64) {
          // No other way can gain on this one here: all others may as well set out from its end.
          position = at + equal;
          for (let i = max(at, position - <i32>ringSize); i <= position; i++) {
            store<i32>(ring + ((<usize>i & (ringSize - 1)) << 2), 0);
          }
          copyCost = far;
          memory.copy(slots, slot(best), slotSize);
          store<i32>(slots, 0, 4);
          store<i32>(slots, 16, 12);
          slotCount = 1;
          if (nextSearch < position) nextSearch = position;
          continue;
        }
      }
    }
    // A match that is worth a turn is found where the cheapest way meets a byte that differs.
    if (equal === 0 && at >= nextSearch && mayReach(at, shortest)) {
      search(at, true);
      if (foundLength >= 8) {
        chooseAmongEqual(at, candidates, at + bestDiagonal);
        consider(<i32>foundAt - at, at);
        // Matches that overlap this one seldom tell more; without end in texts of few letters, they are the bulk of the work.
        const length = <i32>foundLength;
        nextSearch = at + (length >= 32 ? length - 24 : max(1, length / 2 - 3)) + min(misses >> 5, 8);
        misses++;
      }
    }
    // Costs count from the cheapest way, so they stay small.
    store<i32>(ring + ((<usize>at & (ringSize - 1)) << 2), least);
    if (copyCost > least + learnedCost(copyIndex)) {
      copyCost = least + learnedCost(copyIndex);
      copySince = at;
    }
    const byte = <u32>load<u8>(target + <usize>at);
    const before: u32 = at > 0 ? load<u8>(target + <usize>(at - 1)) : 0;
    copyCost += learnedCost(copyTable + (before << 8) + byte);
    // addCost() written out: this is where the time goes.
    const nearCost = learnedCost(nearIndex);
    const rows = model + 1024;
    const text = target + <usize>at;
    const length = <u32>sourceLength;
    let kept: u32 = 0;
    for (let k: u32 = 0; k < slotCount; k++) {
      const s = slot(kept);
      if (kept !== k) memory.copy(s, slot(k), slotSize);
      let cost = load<i32>(s, 4);
      const enter = least + load<i32>(s, 16);
      let run = load<i32>(s, 12);
      if (cost > enter) {
        cost = enter;
        store<i32>(s, at, 8);
        run = 16;
        const idle = load<i32>(s, 20) + 1;
        if (idle > patience && k !== best) continue;
        store<i32>(s, idle, 20);
      } else {
        store<i32>(s, 0, 20);
      }
      const from = at + load<i32>(s);
      if (<u32>from >= length) {
        cost = far;
        run = 0;
      } else {
        const there = source + <usize>from;
        const kind = <u32>(i32(run > 0) + i32(run > 3) + i32(run > 15));
        const d = (byte - <u32>load<u8>(there)) & 255;
        let added = load<i32>(rows + ((<usize>((kind << 8) + d)) << 2));
        if (d === 0) {
          run++;
        } else {
          run = 0;
          if (nearCost < added && isNearDifference(there, text, from, at, d)) added = nearCost;
        }
        cost = min(cost + added, far);
      }
      store<i32>(s, cost, 4);
      store<i32>(s, run, 12);
      kept++;
    }
    slotCount = kept;
    position++;
    if (least > 1 << 20) {
      for (let k: u32 = 0; k < slotCount; k++) store<i32>(slot(k), load<i32>(slot(k), 4) - least, 4);
      copyCost -= least;
      for (let i: u32 = 0; i < ringSize; i++) {
        const cell = ring + ((<usize>i) << 2);
        store<i32>(cell, load<i32>(cell) - least);
      }
    }
  }
  return position;
}

/** Goes back along the cheapest way; writes its triples behind the notes and returns where. */
export function trace(): usize {
  let least = copyCost;
  let since = copySince;
  let diagonal = 0;
  let copies = true;
  for (let k: u32 = 0; k < slotCount; k++) {
    const cost = load<i32>(slot(k), 4);
    if (cost < least) {
      least = cost;
      since = load<i32>(slot(k), 8);
      diagonal = load<i32>(slot(k));
      copies = false;
    }
  }
  // Pieces of (start, diagonal, whether it copies), the last one first.
  const pieces = history + <usize>historyCount * 16;
  let end = pieces;
  let noted = historyCount;
  for (;;) {
    reach(end + 12);
    store<i32>(end, since);
    store<i32>(end, diagonal, 4);
    store<i32>(end, i32(copies), 8);
    end += 12;
    if (since <= 0) break;
    const at = since;
    do noted--;
    while (load<i32>(history + <usize>noted * 16) > at);
    const found = history + <usize>noted * 16;
    diagonal = load<i32>(found, 4);
    since = load<i32>(found, 8);
    copies = load<i32>(found, 12) !== 0;
    noted++;
    if (since >= at) unreachable();
  }
  controls = end;
  controlCount = 0;
  let add = 0;
  let copy = 0;
  let from = 0;
  for (let piece = end - 12; piece >= pieces; piece -= 12) {
    const start = load<i32>(piece);
    const stop = piece === pieces ? targetLength : load<i32>(piece - 12);
    if (load<i32>(piece, 8) !== 0) {
      copy += stop - start;
      continue;
    }
    const next = start + load<i32>(piece, 4);
    if (copy > 0 || next !== from) {
      emit(add, copy, next - from);
      add = 0;
      copy = 0;
    }
    add += stop - start;
    from = next + stop - start;
  }
  emit(add, copy, 0);
  return controls;
}

/** How many triples there are. */
export function traceLength(): u32 {
  return controlCount;
}

function emit(add: i32, copy: i32, seek: i32): void {
  const at = controls + <usize>controlCount * 12;
  reach(at + 12);
  store<i32>(at, add);
  store<i32>(at, copy, 4);
  store<i32>(at, seek, 8);
  controlCount++;
}
