import type { Engine } from '../stretches/engine.js';

/** Where the source and what it is searched by lie in the engine's memory. */
export interface SourceIndex {
  readonly source: number;
  readonly suffixes: number;
  readonly starts: number;
  readonly startBits: number;
  readonly grams: number;
  readonly gramBits: number;
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
    engine.call('sortSuffixes', at.source, at.suffixes, part, at.starts);
    const bits = part === length ? 32 : 16;
    const [startBits, gramBits] = [Math.min(at.startBits, bits), Math.min(at.gramBits, bits)];
    engine.call('prepare', at.source, part, at.suffixes, at.starts, startBits, at.grams, gramBits);
  }
}
