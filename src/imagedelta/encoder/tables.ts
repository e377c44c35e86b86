import { decoderReserveBytes } from '../../model/limits.js';
import { memoryOf, type TableSizes } from './container.js';

/** Sizes worth choosing, from the largest on: each is better than those behind it. */
const choices: readonly TableSizes[] = [
  { contexts: 6, counterBits: 15, exactBits: 11, coarseBits: 11 },
  { contexts: 6, counterBits: 14, exactBits: 10, coarseBits: 10 },
  { contexts: 6, counterBits: 13, exactBits: 10, coarseBits: 10 },
  { contexts: 6, counterBits: 12, exactBits: 9, coarseBits: 10 },
  { contexts: 5, counterBits: 12, exactBits: 8, coarseBits: 9 },
  { contexts: 6, counterBits: 11, exactBits: 8, coarseBits: 9 },
  { contexts: 5, counterBits: 11, exactBits: 7, coarseBits: 8 },
  { contexts: 5, counterBits: 10, exactBits: 6, coarseBits: 9 },
  { contexts: 4, counterBits: 10, exactBits: 6, coarseBits: 8 },
  { contexts: 3, counterBits: 10, exactBits: 6, coarseBits: 8 },
  { contexts: 4, counterBits: 9, exactBits: 5, coarseBits: 7 },
  { contexts: 3, counterBits: 9, exactBits: 5, coarseBits: 7 },
  { contexts: 2, counterBits: 9, exactBits: 5, coarseBits: 6 },
  { contexts: 2, counterBits: 8, exactBits: 4, coarseBits: 5 },
];

/** The least memory that any decoder gets by with. */
export const leastMemory = Math.min(...choices.map((sizes) => memoryOf(sizes))) + decoderReserveBytes;

/** The best tables for a decoder with so much memory; `undefined` where none fit. */
export function tablesFor(memory: number): TableSizes | undefined {
  return choices.find((sizes) => memoryOf(sizes) + decoderReserveBytes <= memory);
}
