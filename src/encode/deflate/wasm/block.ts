import { align, put, putBytes } from './bits';
import {
  distanceBases,
  distanceTree,
  fixedDistances,
  fixedLiterals,
  lengthBases,
  lengthCodes,
  literalTree,
  symbols,
} from './layout';
import {
  buildTrees,
  countSymbol,
  distanceCode,
  distanceExtra,
  endOfBlock,
  fixedBits,
  lengthExtra,
  ownBits,
  putCode,
  resetTrees,
  writeTrees,
} from './trees';

/** A block: its symbols are gathered, then written in the shortest of three forms. */

let symbolCount: u32 = 0;
let symbolLimit: u32 = 0;

/** Starts a stream whose blocks hold so many symbols less 1. */
export function openBlocks(limit: u32): void {
  symbolLimit = limit - 1;
  symbolCount = 0;
  resetTrees();
}

function addSymbol(symbol: u32): void {
  store<u32>(symbols + ((<usize>symbolCount) << 2), symbol);
  symbolCount++;
}

/** Adds a byte; returns whether the block is full. */
export function addByte(byte: u32): bool {
  addSymbol(byte << 16);
  countSymbol(literalTree, byte);
  return symbolCount === symbolLimit;
}

/** Adds a match; returns whether the block is full. */
export function addMatch(distance: u32, length: u32): bool {
  addSymbol(((length - 3) << 16) | distance);
  countSymbol(literalTree, <u32>load<u8>(lengthCodes + (length - 3)) + 257);
  countSymbol(distanceTree, distanceCode(distance - 1));
  return symbolCount === symbolLimit;
}

function writeSymbols(literalCodes: usize, distances: usize): void {
  for (let i: u32 = 0; i < symbolCount; i++) {
    const symbol = load<u32>(symbols + ((<usize>i) << 2));
    const distance = symbol & 0xffff;
    const value = symbol >> 16;
    if (distance === 0) {
      putCode(literalCodes, value);
      continue;
    }
    const code = <u32>load<u8>(lengthCodes + value);
    putCode(literalCodes, code + 257);
    put(value - <u32>load<u16>(lengthBases + ((<usize>code) << 1)), lengthExtra(code));
    const far = distanceCode(distance - 1);
    putCode(distances, far);
    put(distance - 1 - <u32>load<u16>(distanceBases + ((<usize>far) << 1)), distanceExtra(far));
  }
  putCode(literalCodes, endOfBlock);
}

/** Writes the block, which stands for the `size` bytes at `from`; 0 where they are no longer at hand and cannot be stored. */
export function writeBlock(from: usize, size: u32, isLast: bool): void {
  buildTrees();
  const fixedBytes: u32 = <u32>(fixedBits + 10) >> 3;
  const bytes: u32 = min<u32>(fixedBytes, <u32>(ownBits + 10) >> 3);
  if (size + 4 <= bytes && from !== 0) {
    put(u32(isLast), 3);
    align();
    put(size & 0xffff, 16);
    put(~size & 0xffff, 16);
    align();
    putBytes(from, size);
  } else if (fixedBytes === bytes) {
    put(2 + u32(isLast), 3);
    writeSymbols(fixedLiterals, fixedDistances);
  } else {
    put(4 + u32(isLast), 3);
    writeTrees();
    writeSymbols(literalTree, distanceTree);
  }
  symbolCount = 0;
  resetTrees();
  if (isLast) align();
}
