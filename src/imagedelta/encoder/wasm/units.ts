/** Reads the old image as code: what a unit's addresses point at, and what becomes of them. */
import { newPages, oldPages, owners, pairs, ranges } from './layout';
import { find, learnMove } from './moves';

const aarch64Code: u32 = 1;
const thumbCode: u32 = 2;
const armCode: u32 = 3;

const plain: i32 = 0;
const branch: i32 = 1;
const page: i32 = 2;
const low: i32 = 3;
const pointer: i32 = 4;
const local: i32 = 5;

const nobody: u8 = 255;

let old: usize = 0;
let format: u32 = 0;
let base: i32 = 0;
let rangeCount: u32 = 0;

/** The unit that was read last. */
export let kind: i32 = 0;
export let length: i32 = 0;
export let word: i32 = 0;
export let predicted: i32 = 0;
let target: i32 = 0;
let slot: usize = 0;

/** The present copy: its place in the old image, its length, and its new place minus the old one. */
let from: i32 = 0;
let size: i32 = 0;
let by: i32 = 0;

/** Reads the old image at `at` as code of a format; ranges of addresses lie in memory already. */
export function openUnits(at: usize, code: u32, codeBase: i32, count: u32): void {
  old = at;
  format = code;
  base = codeBase;
  rangeCount = count;
}

export function resetUnits(): void {
  memory.fill(owners, nobody, 8);
}

export function beginCopy(place: i32, bytes: i32, moved: i32): void {
  from = place;
  size = bytes;
  by = moved;
}

function wordAt(at: i32): i32 {
  return load<i32>(old + <usize>at);
}

function found(): i32 {
  return <u32>(target - from) < <u32>size ? by : find(target, by);
}

function readPointer(): void {
  for (let k: u32 = 0; k < rangeCount; k++) {
    const range = ranges + 12 * <usize>k;
    const inside = <u32>word - load<u32>(range);
    if (<u32>word >= load<u32>(range) && inside < load<u32>(range + 8)) {
      target = <i32>(inside + load<u32>(range + 4));
      kind = pointer;
      predicted = word + found();
      return;
    }
  }
}

function lowShift(w: i32): i32 {
  if ((w & 0x3b000000) !== 0x39000000) return 0;
  const bits = <i32>(<u32>w >>> 30);
  return (w & 0x04800000) === 0x04800000 && bits === 0 ? 4 : bits;
}

/** What an ADD or a load or store adds to a page; -1 for any other word. */
function lowPart(w: i32): i32 {
  if ((w & <i32>0xffc00000) === <i32>0x91000000) return (w >> 10) & 4095;
  if ((w & 0x3b000000) !== 0x39000000) return -1;
  return ((w >> 10) & 4095) << lowShift(w);
}

function isPaired(register: i32, at: i32): bool {
  const begin = load<i32>(pairs + 4 * <usize>(register & 7));
  return <i32>load<u8>(owners + <usize>(register & 7)) === register && at >= begin && at - begin <= 64;
}

function pagesOf(w: i32): i32 {
  return (((w << 8) >> 13) << 2) | ((w >> 29) & 3);
}

function readAarch64(at: i32): void {
  const w = word;
  const here = at + by;
  if ((w & 0x7c000000) === 0x14000000) {
    kind = branch;
    target = at + ((w << 6) >> 4);
    predicted = (w & <i32>0xfc000000) | (((target + found() - here) >> 2) & 0x3ffffff);
  } else if ((w & <i32>0x9f000000) === <i32>0x90000000) {
    kind = page;
    const register = w & 31;
    slot = <usize>(register & 7);
    const first = ((at + base) & ~4095) + (pagesOf(w) << 12) - base;
    target = first;
    const end = min(at + 16, from + size - 4);
    for (let next = at + 4; next <= end; next += 4) {
      const follows = wordAt(next);
      if (((follows >> 5) & 31) !== register) continue;
      const part = lowPart(follows);
      if (part < 0) continue;
      target = first + part;
      break;
    }
    const moved = (((target + found() + base) & ~4095) - ((here + base) & ~4095)) >> 12;
    predicted = (w & <i32>0x9f00001f) | ((moved & 3) << 29) | (((moved >> 2) & 0x7ffff) << 5);
    store<i32>(oldPages + 4 * slot, first);
    store<i32>(pairs + 4 * slot, at);
    store<u8>(owners + slot, register);
  } else if (lowPart(w) >= 0 && isPaired((w >> 5) & 31, at)) {
    kind = low;
    slot = <usize>((w >> 5) & 7);
    target = load<i32>(oldPages + 4 * slot) + lowPart(w);
    const part = (target + found() + base) & 4095;
    predicted = (w & ~0x3ffc00) | ((part >> lowShift(w)) << 10);
  } else if (
    (w & <i32>0xff000010) === 0x54000000 ||
    (w & 0x7e000000) === 0x34000000 ||
    (w & 0x3b000000) === 0x18000000
  ) {
    kind = local;
    target = at + (((w << 8) >> 13) << 2);
    predicted = (w & ~0xffffe0) | ((((target + found() - here) >> 2) & 0x7ffff) << 5);
  } else if ((w & 0x7e000000) === 0x36000000) {
    kind = local;
    target = at + (((w << 13) >> 18) << 2);
    predicted = (w & ~0x7ffe0) | ((((target + found() - here) >> 2) & 0x3fff) << 5);
  } else readPointer();
}

function isThumbBranch(w: i32): bool {
  return (w & 0xf800) === 0xf000 && (w & <i32>0x90000000) === <i32>0x90000000;
}

function thumbOffset(w: i32): i32 {
  const sign = (w >> 10) & 1;
  const i1 = ((w >> 29) & 1) ^ sign ^ 1;
  const i2 = ((w >> 27) & 1) ^ sign ^ 1;
  return ((sign << 31) >> 7) | (i1 << 23) | (i2 << 22) | ((w & 0x3ff) << 12) | (((w >> 16) & 0x7ff) << 1);
}

function readThumb(at: i32): void {
  const w = word;
  if (!isThumbBranch(w)) {
    readPointer();
    return;
  }
  kind = branch;
  target = at + 4 + thumbOffset(w);
  const offset = target + found() - (at + by) - 4;
  const sign = (offset >> 24) & 1;
  const j1 = ((offset >> 23) & 1) ^ sign ^ 1;
  const j2 = ((offset >> 22) & 1) ^ sign ^ 1;
  predicted =
    (w & <i32>0xd000f800) |
    (sign << 10) |
    ((offset >> 12) & 0x3ff) |
    (j1 << 29) |
    (j2 << 27) |
    (((offset >> 1) & 0x7ff) << 16);
}

function thumbLength(at: i32, room: i32): i32 {
  if ((at & 1) === 1) return 1;
  if (room >= 4 && isThumbBranch(wordAt(at))) return 4;
  if ((at & 2) === 2) return min(room, 2);
  return room >= 6 && isThumbBranch(wordAt(at + 2)) ? 2 : min(room, 4);
}

function readArm(at: i32): void {
  const w = word;
  if ((w & 0x0e000000) !== 0x0a000000 || <u32>w >>> 28 === 15) {
    readPointer();
    return;
  }
  kind = branch;
  target = at + 8 + ((w << 8) >> 6);
  predicted = (w & <i32>0xff000000) | (((target + found() - (at + by) - 8) >> 2) & 0xffffff);
}

/** Reads the unit at `at` in the old image, within the copy. */
export function readUnit(at: i32): void {
  const room = from + size - at;
  length = format === thumbCode ? thumbLength(at, room) : min(room, 4 - (at & 3));
  kind = plain;
  word = wordAt(at);
  if (length < 4) {
    word &= (1 << (8 * length)) - 1;
    predicted = word;
    return;
  }
  predicted = word;
  if (format === aarch64Code) readAarch64(at);
  else if (format === thumbCode) readThumb(at);
  else if (format === armCode) readArm(at);
  else readPointer();
}

/** Tells what became of the unit that was read last. */
export function learnUnit(at: i32, fresh: i32): void {
  const here = at + by;
  let now = 0;
  if (kind === branch) {
    if (format === aarch64Code) {
      if ((fresh & 0x7c000000) !== 0x14000000) return;
      now = here + ((fresh << 6) >> 4);
    } else if (format === thumbCode) {
      if (!isThumbBranch(fresh)) return;
      now = here + 4 + thumbOffset(fresh);
    } else {
      if ((fresh & 0x0e000000) !== 0x0a000000) return;
      now = here + 8 + ((fresh << 8) >> 6);
    }
  } else if (kind === page) {
    if (((fresh ^ word) & <i32>0x9f00001f) !== 0) {
      store<u8>(owners + slot, nobody);
      return;
    }
    store<i32>(newPages + 4 * slot, ((here + base) & ~4095) + (pagesOf(fresh) << 12) - base);
    return;
  } else if (kind === low) {
    if (((fresh ^ word) & <i32>0xffc003e0) !== 0) return;
    now = load<i32>(newPages + 4 * slot) + lowPart(fresh);
  } else if (kind === pointer) now = target + (fresh - word);
  else return;
  const moved = now - target;
  if (moved >= -0x800000 && moved < 0x800000) learnMove(target, moved);
}
