import { put } from './bits';
import {
  depths,
  distanceBases,
  distanceCodes,
  distanceTree,
  fixedDistances,
  fixedLiterals,
  heap,
  lengthBases,
  lengthCodes,
  lengthCounts,
  lengthTree,
  literalTree,
  nextCodes,
} from './layout';

/**
 * Huffman trees in just the way of classic zlib: among equally good trees there are many, and each gives other bytes.
 */

const heapSize: u32 = 573;
const literals: u32 = 286;
const distances: u32 = 30;
const lengths: u32 = 19;
export const endOfBlock: u32 = 256;

/** Bits of the block at hand with trees of its own, and with the fixed ones. */
export let ownBits: i32 = 0;
export let fixedBits: i32 = 0;
let heapLength: u32 = 0;
let heapTop: u32 = 0;

function frequency(tree: usize, n: u32): u32 {
  return load<u16>(tree + ((<usize>n) << 2));
}
function setFrequency(tree: usize, n: u32, value: u32): void {
  store<u16>(tree + ((<usize>n) << 2), <u16>value);
}
/** The parent of a node while the tree is built, then the length of its code. */
function lengthOf(tree: usize, n: u32): u32 {
  return load<u16>(tree + ((<usize>n) << 2), 2);
}
function setLength(tree: usize, n: u32, value: u32): void {
  store<u16>(tree + ((<usize>n) << 2), <u16>value, 2);
}
function heapAt(i: u32): u32 {
  return load<u16>(heap + ((<usize>i) << 1));
}
function setHeap(i: u32, value: u32): void {
  store<u16>(heap + ((<usize>i) << 1), <u16>value);
}

/** Extra bits of a length code, of a distance code, of a code of code lengths. */
export function lengthExtra(code: u32): u32 {
  return code < 8 || code === 28 ? 0 : (code >> 2) - 1;
}
export function distanceExtra(code: u32): u32 {
  return code < 4 ? 0 : (code >> 1) - 1;
}
function repeatExtra(code: u32): u32 {
  return code < 16 ? 0 : code === 16 ? 2 : code === 17 ? 3 : 7;
}

function extraOf(tree: usize, n: u32): u32 {
  if (tree === literalTree) return n > endOfBlock ? lengthExtra(n - endOfBlock - 1) : 0;
  return tree === distanceTree ? distanceExtra(n) : repeatExtra(n);
}

function fixedOf(tree: usize): usize {
  return tree === literalTree ? fixedLiterals : tree === distanceTree ? fixedDistances : 0;
}

function reversed(value: u32, width: u32): u32 {
  let from = value;
  let to: u32 = 0;
  for (let i: u32 = 0; i < width; i++) {
    to = (to << 1) | (from & 1);
    from >>= 1;
  }
  return to;
}

/** Makes what is the same for all blocks: the fixed trees and the tables from lengths and distances to codes. */
export function makeFixedTables(): void {
  let length: u32 = 0;
  for (let code: u32 = 0; code < 28; code++) {
    store<u16>(lengthBases + ((<usize>code) << 1), <u16>length);
    for (let n: u32 = 0; n < (<u32>1) << lengthExtra(code); n++) store<u8>(lengthCodes + length++, <u8>code);
  }
  store<u8>(lengthCodes + 255, 28);
  store<u16>(lengthBases + 56, 255);
  let distance: u32 = 0;
  for (let code: u32 = 0; code < 30; code++) {
    store<u16>(distanceBases + ((<usize>code) << 1), <u16>distance);
    const until = distance + ((<u32>1) << distanceExtra(code));
    for (; distance < until; distance++) {
      if (distance < 256) store<u8>(distanceCodes + distance, <u8>code);
      else store<u8>(distanceCodes + 256 + (distance >> 7), <u8>code);
    }
  }
  for (let n: u32 = 0; n < 288; n++) setLength(fixedLiterals, n, n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8);
  memory.fill(lengthCounts, 0, 32);
  store<u16>(lengthCounts + 14, 24);
  store<u16>(lengthCounts + 16, 152);
  store<u16>(lengthCounts + 18, 112);
  makeCodes(fixedLiterals, 287);
  for (let n: u32 = 0; n < 30; n++) {
    setLength(fixedDistances, n, 5);
    setFrequency(fixedDistances, n, reversed(n, 5));
  }
}

/** The distance's code; `distance` is less 1. */
export function distanceCode(distance: u32): u32 {
  return load<u8>(distanceCodes + (distance < 256 ? distance : <usize>256 + (distance >> 7)));
}

/** Forgets all frequencies. */
export function resetTrees(): void {
  for (let n: u32 = 0; n < literals; n++) setFrequency(literalTree, n, 0);
  for (let n: u32 = 0; n < distances; n++) setFrequency(distanceTree, n, 0);
  for (let n: u32 = 0; n < lengths; n++) setFrequency(lengthTree, n, 0);
  setFrequency(literalTree, endOfBlock, 1);
  ownBits = 0;
  fixedBits = 0;
}

/** One more of a symbol. */
export function countSymbol(tree: usize, n: u32): void {
  setFrequency(tree, n, frequency(tree, n) + 1);
}

function isSmaller(tree: usize, n: u32, m: u32): bool {
  const a = frequency(tree, n);
  const b = frequency(tree, m);
  return a < b || (a === b && load<u16>(depths + ((<usize>n) << 1)) <= load<u16>(depths + ((<usize>m) << 1)));
}

function sink(tree: usize, from: u32): void {
  let k = from;
  const value = heapAt(k);
  for (let j = k << 1; j <= heapLength; j <<= 1) {
    if (j < heapLength && isSmaller(tree, heapAt(j + 1), heapAt(j))) j++;
    if (isSmaller(tree, value, heapAt(j))) break;
    setHeap(k, heapAt(j));
    k = j;
  }
  setHeap(k, value);
}

function makeLengths(tree: usize, highest: i32, longest: u32): void {
  const fixed = fixedOf(tree);
  memory.fill(lengthCounts, 0, 32);
  setLength(tree, heapAt(heapTop), 0);
  let overflow = 0;
  let h: u32 = heapTop + 1;
  for (; h < heapSize; h++) {
    const n = heapAt(h);
    let bits = lengthOf(tree, lengthOf(tree, n)) + 1;
    if (bits > longest) {
      bits = longest;
      overflow++;
    }
    setLength(tree, n, bits);
    if (<i32>n > highest) continue;
    const cell = lengthCounts + ((<usize>bits) << 1);
    store<u16>(cell, load<u16>(cell) + 1);
    const extra = extraOf(tree, n);
    const times = frequency(tree, n);
    ownBits += <i32>(times * (bits + extra));
    if (fixed !== 0) fixedBits += <i32>(times * (lengthOf(fixed, n) + extra));
  }
  if (overflow === 0) return;
  const last = lengthCounts + ((<usize>longest) << 1);
  do {
    let bits = longest - 1;
    while (load<u16>(lengthCounts + ((<usize>bits) << 1)) === 0) bits--;
    const cell = lengthCounts + ((<usize>bits) << 1);
    store<u16>(cell, load<u16>(cell) - 1);
    store<u16>(cell + 2, load<u16>(cell + 2) + 2);
    store<u16>(last, load<u16>(last) - 1);
    overflow -= 2;
  } while (overflow > 0);
  for (let bits = longest; bits !== 0; bits--) {
    for (let n: u32 = load<u16>(lengthCounts + ((<usize>bits) << 1)); n !== 0; ) {
      const m = heapAt(--h);
      if (<i32>m > highest) continue;
      const before = lengthOf(tree, m);
      if (before !== bits) {
        ownBits += (<i32>bits - <i32>before) * <i32>frequency(tree, m);
        setLength(tree, m, bits);
      }
      n--;
    }
  }
}

function makeCodes(tree: usize, highest: i32): void {
  let code: u32 = 0;
  for (let bits: usize = 1; bits <= 15; bits++) {
    code = (code + load<u16>(lengthCounts + ((bits - 1) << 1))) << 1;
    store<u16>(nextCodes + (bits << 1), <u16>code);
  }
  for (let n = 0; n <= highest; n++) {
    const length = lengthOf(tree, n);
    if (length === 0) continue;
    const cell = nextCodes + ((<usize>length) << 1);
    const next = <u32>load<u16>(cell);
    store<u16>(cell, <u16>(next + 1));
    setFrequency(tree, n, reversed(next, length));
  }
}

/** Builds one tree from its frequencies; returns the highest symbol in it. */
function build(tree: usize, size: u32, longest: u32): u32 {
  const fixed = fixedOf(tree);
  let highest = -1;
  heapLength = 0;
  heapTop = heapSize;
  for (let n: u32 = 0; n < size; n++) {
    if (frequency(tree, n) === 0) {
      setLength(tree, n, 0);
      continue;
    }
    highest = <i32>n;
    setHeap(++heapLength, n);
    store<u16>(depths + ((<usize>n) << 1), 0);
  }
  // The format wants two codes at least.
  while (heapLength < 2) {
    const node: u32 = highest < 2 ? <u32>++highest : 0;
    setHeap(++heapLength, node);
    setFrequency(tree, node, 1);
    store<u16>(depths + ((<usize>node) << 1), 0);
    ownBits--;
    if (fixed !== 0) fixedBits -= <i32>lengthOf(fixed, node);
  }
  for (let n = heapLength >> 1; n >= 1; n--) sink(tree, n);
  let node = size;
  do {
    const n = heapAt(1);
    setHeap(1, heapAt(heapLength--));
    sink(tree, 1);
    const m = heapAt(1);
    setHeap(--heapTop, n);
    setHeap(--heapTop, m);
    setFrequency(tree, node, frequency(tree, n) + frequency(tree, m));
    const deeper = max(load<u16>(depths + ((<usize>n) << 1)), load<u16>(depths + ((<usize>m) << 1)));
    store<u16>(depths + ((<usize>node) << 1), deeper + 1);
    setLength(tree, n, node);
    setLength(tree, m, node);
    setHeap(1, node++);
    sink(tree, 1);
  } while (heapLength >= 2);
  setHeap(--heapTop, heapAt(1));
  makeLengths(tree, highest, longest);
  makeCodes(tree, highest);
  return <u32>highest;
}

/** Goes through the code lengths of a tree, runs shortened: counts the codes for them, or writes them. */
function goThroughLengths(tree: usize, highest: u32, writes: bool): void {
  let before: u32 = u32.MAX_VALUE;
  let next = lengthOf(tree, 0);
  let count: u32 = 0;
  let most: u32 = next === 0 ? 138 : 7;
  let least: u32 = next === 0 ? 3 : 4;
  for (let n: u32 = 0; n <= highest; n++) {
    const length = next;
    next = n === highest ? 0xffff : lengthOf(tree, n + 1);
    if (++count < most && length === next) continue;
    if (count < least) {
      for (; count !== 0; count--) takeLength(length, writes);
    } else if (length !== 0) {
      if (length !== before) {
        takeLength(length, writes);
        count--;
      }
      takeLength(16, writes);
      if (writes) put(count - 3, 2);
    } else if (count <= 10) {
      takeLength(17, writes);
      if (writes) put(count - 3, 3);
    } else {
      takeLength(18, writes);
      if (writes) put(count - 11, 7);
    }
    count = 0;
    before = length;
    most = next === 0 ? 138 : length === next ? 6 : 7;
    least = next === 0 || length === next ? 3 : 4;
  }
}

function takeLength(length: u32, writes: bool): void {
  if (writes) putCode(lengthTree, length);
  else countSymbol(lengthTree, length);
}

/** Writes the code of a symbol. */
export function putCode(tree: usize, n: u32): void {
  put(frequency(tree, n), lengthOf(tree, n));
}

let highestLiteral: u32 = 0;
let highestDistance: u32 = 0;
let lengthCodeCount: u32 = 0;

/** Builds the trees of the block at hand, and sets ownBits and fixedBits. */
export function buildTrees(): void {
  highestLiteral = build(literalTree, literals, 15);
  highestDistance = build(distanceTree, distances, 15);
  goThroughLengths(literalTree, highestLiteral, false);
  goThroughLengths(distanceTree, highestDistance, false);
  build(lengthTree, lengths, 7);
  lengthCodeCount = 19;
  while (lengthCodeCount > 4 && lengthOf(lengthTree, inOrder(lengthCodeCount - 1)) === 0) lengthCodeCount--;
  ownBits += <i32>(3 * lengthCodeCount + 14);
}

/** Codes of code lengths, the most useful first: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15. */
function inOrder(i: u32): u32 {
  if (i < 3) return 16 + i;
  if (i === 3) return 0;
  return (i & 1) === 0 ? 8 + ((i - 4) >> 1) : 7 - ((i - 5) >> 1);
}

/** Writes the trees of the block. */
export function writeTrees(): void {
  put(highestLiteral - 256, 5);
  put(highestDistance, 5);
  put(lengthCodeCount - 4, 4);
  for (let i: u32 = 0; i < lengthCodeCount; i++) put(lengthOf(lengthTree, inOrder(i)), 3);
  goThroughLengths(literalTree, highestLiteral, true);
  goThroughLengths(distanceTree, highestDistance, true);
}
