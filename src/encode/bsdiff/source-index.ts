import type { Engine } from '../stretches/engine.js';

/** Where the source and what it is searched by lie in the engine's memory. */
export interface SourceIndex {
  readonly source: number;
  readonly suffixes: number;
  readonly starts: number;
  readonly startBits: number;
  readonly grams: number;
  readonly gramBits: number;
  /** 2: only suffixes at even positions are sorted, for half of the time and the memory. A match at an odd one is found by what follows its first byte. */
  readonly stride: 1 | 2;
}

/**
 * What is indexed of a long source before all of it. V8 runs a function with quick code first and replaces it by good code
 * from one call to the next, never within a call: a source of 10 MB would be sorted by the quick code from end to end.
 */
const rehearsals = [2 ** 16, 2 ** 18];
const worthRehearsing = 2 ** 21;

/** Sorts the suffixes of the source, which lies in the memory already, and makes the tables that matches are found by. */
export function indexSource(engine: Engine, at: SourceIndex, length: number): void {
  for (const part of length < worthRehearsing ? [length] : [...rehearsals, length]) {
    if (at.stride === 1) engine.call('sortSuffixes', at.source, at.suffixes, part, at.starts);
    else engine.call('sortEvenSuffixes', at.source, at.suffixes, Math.ceil(part / 2), at.starts);
    const bits = part === length ? 32 : 16;
    const [startBits, gramBits] = [Math.min(at.startBits, bits), Math.min(at.gramBits, bits)];
    const sorted = [at.suffixes, at.starts, startBits] as const;
    engine.call('prepare', at.source, part, ...sorted, at.grams, gramBits, at.stride - 1);
  }
}
