/** Codes a segment of the new image: numbers, and bytes of its own; copies.ts has the rest. */
import { openCopies, resetCopies } from './copies';
import { lastBits, spent } from './layout';
import { modelled, openModel, resetModel, setContexts } from './model';
import { openMoves, resetMoves } from './moves';
import { closeStream, encode, makeRoom, openStream } from './range';
import { openUnits, resetUnits } from './units';

const onNumbers: usize = spent;
const onLiterals: usize = spent + 8;

let old: usize = 0;
let fresh: usize = 0;
/** What bytes that were sent took, in 1/16 bit. */
let ofSent: usize = 0;
let out: usize = 0;

let lastNumber: i32 = 0;
let lastSource: i32 = 0;
let begin: i32 = 0;

/** Where the images lie, with 16 bytes around each, and where streams may be written: behind all else. */
export function openImages(oldAt: usize, freshAt: usize, sentAt: usize, copiedAt: usize, outAt: usize): void {
  old = oldAt;
  fresh = freshAt;
  ofSent = sentAt;
  openCopies(freshAt, copiedAt);
  out = outAt;
}

/** Sizes of the tables and where they may lie, and how the old image is read. */
export function openCoding(
  contexts: u32,
  counterBits: u32,
  exactBits: u32,
  coarseBits: u32,
  at: usize,
  format: u32,
  codeBase: i32,
  rangeCount: u32,
): void {
  openModel(contexts, counterBits, at);
  openMoves(exactBits, coarseBits, at + ((<usize>contexts) << (counterBits + 1)));
  openUnits(old, format, codeBase, rangeCount);
  memory.fill(spent, 0, 8 * 12);
}

/** All as at the beginning of a segment, which begins at `start`. */
export function openSegment(start: i32): void {
  resetModel();
  resetMoves();
  resetUnits();
  openStream(out);
  resetCopies();
  memory.fill(lastBits, 0, 8);
  lastNumber = 0;
  lastSource = 0;
  begin = start;
}

/** Ends it, and returns the length of what it was packed to. */
export function closeSegment(): usize {
  return closeStream();
}

function spend(on: usize, bits: f64): void {
  store<f64>(on, load<f64>(on) + bits);
}

/** A number below 2^32 - 1 of a kind: 0 gap, 1 length, 2 move, 3 back. */
export function number(which: i32, value: u32): void {
  makeRoom(64);
  const plus = value + 1;
  const bits = 31 - <i32>clz(plus);
  const last = <i32>load<u8>(lastBits + <usize>which);
  setContexts(16 + which, 0, last, lastNumber, (last << 8) | lastNumber, lastSource, (lastSource << 8) | last);
  let cost: f64 = 0;
  let node: u32 = 1;
  for (let i = 4; i >= 0; i--) {
    const bit = (bits >> i) & 1;
    cost += modelled(bit, node, 40 + which, 32);
    node = (node << 1) | bit;
  }
  let prefix: u32 = 1;
  for (let i = bits - 1; i >= 0; i--) {
    const bit = (plus >> i) & 1;
    if (bits - i <= 3) {
      cost += modelled(bit, (bits << 5) + prefix + 64, 45 + which, 32);
      prefix = (prefix << 1) | bit;
    } else {
      encode(bit, 32_768);
      cost += 1;
    }
  }
  store<u8>(lastBits + <usize>which, bits);
  lastNumber = bits;
  spend(onNumbers, cost);
}

/** Where the next copy comes from; `hasGap`: the bytes before it are sent. */
export function source(which: i32, hasGap: bool): void {
  makeRoom(8);
  const none: i32 = hasGap ? 0 : 1;
  setContexts(8, 0, none, lastNumber, (lastSource << 1) | none, lastSource, 0);
  let node: u32 = 1;
  for (let i = 2; i >= 0; i--) {
    const bit = (which >> i) & 1;
    spend(onNumbers, modelled(bit, node, 50, 32));
    node = (node << 1) | bit;
  }
  lastSource = which;
}

/** The copy has the displacement of an earlier one: its move is not sent. */
export function knownMove(which: i32): void {
  lastNumber = 32 + which;
}

function byteBefore(at: i32, back: i32): i32 {
  return at - back < begin ? 0 : <i32>load<u8>(fresh + <usize>(at - back));
}

/** The bytes [from, to) of the new image as they are. */
export function literals(from: i32, to: i32): void {
  makeRoom(8 * <usize>(to - from));
  for (let at = from; at < to; at++) {
    const b1 = byteBefore(at, 1);
    const b2 = byteBefore(at, 2);
    const b3 = byteBefore(at, 3);
    const b4 = byteBefore(at, 4);
    const q = at & 3;
    setContexts(1, (b1 << 2) | q, (b2 << 8) | b1, (b4 << 2) | q, q, (b3 << 16) | (b2 << 8) | b1, (b4 << 8) | b3);
    const byte = <u32>load<u8>(fresh + <usize>at);
    let node: u32 = 1;
    let cost: f64 = 0;
    for (let i = 7; i >= 0; i--) {
      const bit = (byte >> i) & 1;
      cost += modelled(bit, node, 7 - i + 8 * (q >> 1), b1 >> 5);
      node = (node << 1) | bit;
    }
    spend(onLiterals, cost);
    store<u8>(ofSent + <usize>at, <u8>min<f64>(254, 16 * cost));
  }
}
