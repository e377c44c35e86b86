import { takeBytes } from './bits';
import { addByte, addMatch, writeBlock } from './block';
import { base, insert, insertPlain, isNear, matchStart, origin, search, searchPlain, setOrigin, total } from './match';

/** Goes through the input and chooses bytes and matches in the way of classic zlib. */

const lookaheadLeast: u32 = 262;

let position: u32 = 0;
/** zlib would have read up to here. */
let readTo: u32 = 0;
let blockStart: u32 = 0;
let windowSize: u32 = 0;
let lazyLength: u32 = 0;
let isLazy: bool = false;
let isFiltered: bool = false;
let matchLength: u32 = 2;
let hasByte: bool = false;
let isDone: bool = false;

/** Starts at the beginning. */
export function openParse(window: u32, lazy: bool, lazyLimit: u32, filtered: bool): void {
  position = 0;
  readTo = 0;
  blockStart = 0;
  windowSize = window;
  isLazy = lazy;
  lazyLength = lazyLimit;
  isFiltered = filtered;
  matchLength = 2;
  hasByte = false;
  isDone = false;
}

/** How far back the input is still needed. */
export function neededFrom(): u32 {
  return min(origin, position > 32768 ? position - 32768 : 0);
}

/** Moves zlib's window as zlib would: its beginning is the one place that no match may begin at. */
function read(): void {
  do {
    let room = 2 * windowSize - (readTo - origin);
    if (position - origin >= 2 * windowSize - lookaheadLeast) {
      setOrigin(origin + windowSize);
      room += windowSize;
    }
    if (readTo === total) break;
    readTo += min(room, total - readTo);
  } while (readTo - position < lookaheadLeast && readTo < total);
}

function closeBlock(isLast: bool): void {
  writeBlock(blockStart >= origin ? base + blockStart : 0, position - blockStart, isLast);
  blockStart = position;
}

/** Goes on to `until`, or to the end of the stream where that is the end of the input. Returns how many bytes it has written. */
export function parse(until: u32): u32 {
  if (isLazy) parseLazily(until);
  else parseGreedily(until);
  return takeBytes();
}

function parseGreedily(until: u32): void {
  for (;;) {
    if (position >= until && until < total) return;
    if (readTo - position < lookaheadLeast) read();
    if (position >= total) break;
    const before = total - position >= 3 ? insertPlain(position) : 0;
    if (isNear(before, position)) matchLength = searchPlain(position, before, 2);
    let isFull: bool;
    if (matchLength >= 3) {
      isFull = addMatch(position - matchStart, matchLength);
      const end = position + matchLength;
      position++;
      if (matchLength <= lazyLength && total - end >= 3) for (; position < end; position++) insertPlain(position);
      position = end;
      matchLength = 0;
    } else {
      isFull = addByte(load<u8>(base + position));
      position++;
    }
    if (isFull) closeBlock(false);
  }
  finish();
}

function parseLazily(until: u32): void {
  for (;;) {
    if (position >= until && until < total) return;
    if (readTo - position < lookaheadLeast) read();
    if (position >= total) break;
    const before = total - position >= 3 ? insert(position) : 0;
    const previousLength = matchLength;
    const previousStart = matchStart;
    matchLength = 2;
    if (previousLength < lazyLength && isNear(before, position)) {
      matchLength = search(position, before, previousLength);
      if (matchLength <= 5 && (isFiltered || (matchLength === 3 && position - matchStart > 4096))) matchLength = 2;
    }
    if (previousLength >= 3 && matchLength <= previousLength) {
      const isFull = addMatch(position - 1 - previousStart, previousLength);
      const end = position - 1 + previousLength;
      const last = total - 2;
      for (position++; position < end; position++) if (position < last) insert(position);
      hasByte = false;
      matchLength = 2;
      if (isFull) closeBlock(false);
      continue;
    }
    if (hasByte && addByte(load<u8>(base + position - 1))) closeBlock(false);
    hasByte = true;
    position++;
  }
  if (hasByte) {
    addByte(load<u8>(base + position - 1));
    hasByte = false;
  }
  finish();
}

function finish(): void {
  if (!isDone) closeBlock(true);
  isDone = true;
}
