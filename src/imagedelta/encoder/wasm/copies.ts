/** Codes copies from the old image, unit by unit, with corrections. */
import { kindFlags, lastDifference, lastNonzero, spent } from './layout';
import { modelled, setContexts } from './model';
import { pass } from './moves';
import { makeRoom } from './range';
import { beginCopy, kind, learnUnit, length, predicted, readUnit, word } from './units';

const onCopies: usize = spent + 16;
const onKinds: usize = spent + 24;

let fresh: usize = 0;
/** What bytes of copies took, in 1/16 bit. */
let ofCopied: usize = 0;

/** What becomes of units is remembered from one copy of a segment to the next. */
let flags: i32 = 0;
let run: i32 = 0;
let differences: i32 = 0;
let lastWord: i32 = 0;

/** The present copy: how far it is, its end, its new place minus the old one, and the page that was passed last. */
let copyAt: i32 = 0;
let copyEnd: i32 = 0;
let copyBy: i32 = 0;
let copyPage: i32 = -1;

/** The new image lies at `at`, with 16 bytes around it. */
export function openCopies(at: usize, copiedAt: usize): void {
  fresh = at;
  ofCopied = copiedAt;
}

/** As at the beginning of a segment. */
export function resetCopies(): void {
  memory.fill(kindFlags, 0, 8);
  memory.fill(lastDifference, 0, 4);
  memory.fill(lastNonzero, 0, 4);
  flags = 0;
  run = 0;
  differences = 0;
  lastWord = 0;
}

function spend(on: usize, bits: f64): void {
  store<f64>(on, load<f64>(on) + bits);
}

/** Codes how a unit of the new image differs from what was foretold. Returns what that costs, in bits. */
function corrections(actual: i32, top: i32): f64 {
  let total: f64 = 0;
  let wrong = 0;
  /** What the byte before carries into this one, were they parts of one number: 0, 1, or 3 for -1; above all else in a context. */
  let carry = 0;
  differences = 0;
  for (let i = 0; i < length; i++) {
    const o = (word >> (8 * i)) & 255;
    const difference = ((actual >> (8 * i)) - (predicted >> (8 * i))) & 255;
    const place = i | (length << 2) | (wrong << 5) | (kind << 9);
    const before = i === 0 ? (lastWord >> 24) & 255 : (word >> (8 * i - 8)) & 255;
    setContexts(
      3,
      carry | (place << 8) | top,
      (place << 8) | <i32>load<u8>(lastDifference + <usize>i),
      carry | (wrong << 12) | (i << 8) | <i32>load<u8>(lastNonzero + <usize>i),
      (i << 16) | (o << 8) | before,
      (differences << 8) | o,
      word * 0x6c8e9cf5 + i,
    );
    const differs: u32 = difference === 0 ? 0 : 1;
    if (i !== length - 1 || wrong !== 0) total += modelled(differs, 0, 24 + i + 4 * (wrong === 0 ? 0 : 1), 24 + kind);
    wrong |= (<i32>differs) << i;
    if (differs === 1) {
      let node: u32 = 1;
      for (let k = 7; k >= 0; k--) {
        const bit = (difference >> k) & 1;
        total += modelled(bit, node, 32 + i + 4 * (k > 3 ? 0 : 1), 24 + kind);
        node = (node << 1) | bit;
      }
      store<u8>(lastNonzero + <usize>i, difference);
      differences = (differences << 8) | difference;
    }
    store<u8>(lastDifference + <usize>i, difference);
    const sum = ((predicted >> (8 * i)) & 255) + ((difference << 24) >> 24);
    carry = (sum & 0x300) << 14;
  }
  return total;
}

function masked(value: i32, bytes: i32): i32 {
  return bytes === 4 ? value : value & ((1 << (8 * bytes)) - 1);
}

function unit(at: i32): void {
  readUnit(at);
  const actual = masked(load<i32>(fresh + <usize>(at + copyBy)), length);
  const top = (word >> (8 * length - 8)) & 255;
  const next = length === 1 ? 0 : (word >> (8 * length - 16)) & 255;
  const flagsOfKind = <i32>load<u8>(kindFlags + <usize>kind);
  const r = min(run, 15);
  const shape = kind | (length << 3) | (predicted !== word ? 64 : 0);
  setContexts(
    2,
    (r << 12) | (flagsOfKind << 8) | shape,
    ((flags & 7) << 16) | (top << 8) | shape,
    flags & 255,
    (top << 8) | next,
    word,
    differences,
  );
  const hit: u32 = actual === predicted ? 1 : 0;
  let total = modelled(hit, 0, 16 + kind, 8 + r);
  flags = (flags << 1) | hit;
  store<u8>(kindFlags + <usize>kind, ((flagsOfKind << 1) | hit) & 15);
  if (hit === 1) {
    if (run < 255) run++;
    store<u32>(lastDifference, length === 4 ? 0 : load<u32>(lastDifference) & ((<u32>-1) << (8 * length)));
  } else {
    run = 0;
    total += corrections(actual, top);
  }
  const each = <u8>min<f64>(254, (16 * total) / <f64>length);
  for (let i = 0; i < length; i++) store<u8>(ofCopied + <usize>(at + copyBy + i), each);
  spend(onCopies, total);
  spend(onKinds + 8 * <usize>kind, total);
  lastWord = word;
  learnUnit(at, actual);
}

/** Begins a copy of `bytes` from `from` in the old image to `from + by` in the new one. */
export function openCopy(from: i32, bytes: i32, by: i32): void {
  beginCopy(from, bytes, by);
  copyAt = from;
  copyEnd = from + bytes;
  copyBy = by;
  copyPage = -1;
}

/** Does at least `most` bytes more of the copy, or all that are left. Returns whether it is complete. */
export function copySome(most: i32): bool {
  makeRoom(10 * <usize>most + 64);
  const until = copyEnd - copyAt > most ? copyAt + most : copyEnd;
  while (copyAt < until) {
    passPage();
    unit(copyAt);
    copyAt += length;
  }
  return copyAt >= copyEnd;
}

function passPage(): void {
  if (copyAt >> 9 === copyPage) return;
  copyPage = copyAt >> 9;
  pass(copyPage, copyBy);
}

/**
 * Reads the copy as it was opened without coding it. Returns the units that were foretold where the old ones would be wrong, less those
 * that were not where they would be right.
 */
export function gainOfCopy(): i32 {
  let gain = 0;
  while (copyAt < copyEnd) {
    passPage();
    readUnit(copyAt);
    const actual = masked(load<i32>(fresh + <usize>(copyAt + copyBy)), length);
    if (predicted !== word) gain += actual === predicted ? 1 : actual === word ? -1 : 0;
    if (length === 4) learnUnit(copyAt, actual);
    copyAt += length;
  }
  return gain;
}
