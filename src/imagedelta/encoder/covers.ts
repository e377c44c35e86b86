/** Chooses which bytes of the new image are copied from the old one, and from where. */
import { indexSource, type SourceIndex } from '../../encode/bsdiff/source-index.js';
import { type Bias, type Experience, learnCosts, modelLength } from '../../encode/stretches/costs.js';
import { type Engine, engineMemoryLimit, openEngine } from '../../encode/stretches/engine.js';

/** Bytes of the new image that are made of others: old ones, or new ones that lie before. */
export interface Cover {
  readonly at: number;
  readonly length: number;
  readonly from: number;
  /** From the new image, and without a difference. */
  readonly self: boolean;
}

/** A chooser of covers for one pair of images. */
export interface CoverSearch {
  /** The first choice, which knows nothing of costs. */
  readonly first: () => readonly Cover[];
  /** A choice by what the last one cost. */
  readonly next: (covers: readonly Cover[], cost: CoverCost, bias: Bias) => readonly Cover[];
}

/** What a choice of covers came to, in bytes. */
export interface CoverCost {
  readonly numbers: number;
  readonly copies: number;
  readonly literals: number;
}

const countsAt = 1024;
const countsLength = 4 * 256 + 65_536;
const modelAt = countsAt + 4 * countsLength;
const roomAt = modelAt + 4 * modelLength;
const sourceAt = roomAt + 4096;

interface Layout extends SourceIndex {
  readonly target: number;
  readonly triples: number;
}

function layOut(source: number, target: number): Layout {
  const after = (at: number, size: number) => Math.ceil((at + size) / 16) * 16;
  const bits = 31 - Math.clz32(Math.max(1, source));
  const startBits = Math.min(24, Math.max(8, bits - 1));
  const gramBits = Math.max(10, bits + 3);
  const suffixes = after(sourceAt, source + 16);
  const starts = after(suffixes, 4 * source);
  const grams = after(starts, 4 * (2 ** startBits + 1));
  const targetAt = after(grams, 2 ** gramBits / 8);
  const triples = after(targetAt, target + 16);
  return { source: sourceAt, suffixes, stride: 1, starts, startBits, grams, gramBits, target: targetAt, triples };
}

/** Whether the search has room for two images: it keeps both, and four bytes for each byte of the old one. */
export function fitsSearch(oldSize: number, newSize: number): boolean {
  return layOut(oldSize, newSize).triples + 2 ** 24 <= engineMemoryLimit;
}

/** Indexes the old image, to choose covers of the new one. `onDone` is told of the bytes that have been gone through. */
export function searchCovers(source: Uint8Array, target: Uint8Array, onDone: (bytes: number) => void): CoverSearch {
  const at = layOut(source.length, target.length);
  const engine = openEngine(at.triples + 65_536);
  engine.bytes().set(source, at.source);
  indexSource(engine, at, source.length);
  onDone(source.length);
  engine.bytes().fill(0, at.target, at.triples).set(target, at.target);
  engine.call('aim', at.target, target.length);
  return {
    first: () => {
      engine.call('begin', at.source, source.length, at.target, target.length, at.triples, 8, 16);
      advance(engine, 'walk', target.length, onDone);
      return coversOf(engine, at.triples, engine.call('controlLength'));
    },
    next: (covers, cost, bias) => {
      const model = learnCosts(experience(source, target, covers, cost), bias);
      engine.bytes().set(new Uint8Array(model.buffer), modelAt);
      engine.call('beginTrellis', at.source, source.length, at.target, target.length, roomAt, modelAt, at.triples, 16);
      advance(engine, 'weigh', target.length, onDone);
      const triples = engine.call('trace');
      return coversOf(engine, triples, engine.call('traceLength'));
    },
  };
}

function advance(engine: Engine, loop: 'walk' | 'weigh', length: number, onDone: (bytes: number) => void): void {
  for (let done = 0; done < length; ) {
    const before = done;
    done = engine.call(loop, done + 2 ** 18);
    onDone(done - before);
  }
}

/** So many equal covers one behind the other are a pattern, such as a large empty area: what follows of it is left to copies of the new image, which have any length. */
const patternAfter = 16;

function coversOf(engine: Engine, at: number, count: number): readonly Cover[] {
  const numbers = new Int32Array(engine.bytes().slice(at, at + 12 * count).buffer);
  const covers: Cover[] = [];
  let to = 0;
  let from = 0;
  let last: Cover | undefined;
  let repeated = 0;
  for (let i = 0; i < numbers.length; i += 3) {
    const add = numbers[i] ?? 0;
    if (add > 0) {
      const cover = { at: to, length: add, from, self: false };
      const goesOn = last?.from === from && last.length === add && last.at + add === to;
      repeated = goesOn ? repeated + 1 : 0;
      if (repeated <= patternAfter) covers.push(cover);
      last = cover;
    }
    to += add + (numbers[i + 1] ?? 0);
    from += add + (numbers[i + 2] ?? 0);
  }
  return covers;
}

/** What bytes that are sent and bytes of copies have cost, as learnCosts() has it. `covers`: with those of the new image. */
export function pricesOf(
  source: Uint8Array,
  target: Uint8Array,
  covers: readonly Cover[],
  cost: CoverCost,
  bias: Bias,
): Int32Array {
  return learnCosts(experience(source, target, covers, cost), bias);
}

/** The counts that the engine's costs are learned from. */
function experience(source: Uint8Array, target: Uint8Array, covers: readonly Cover[], cost: CoverCost): Experience {
  const counts = new Uint32Array(countsLength);
  const count = (at: number): void => {
    counts[at] = (counts[at] ?? 0) + 1;
  };
  let moveBits = 0;
  let at = 0;
  let last = 0;
  for (const cover of [...covers, { at: target.length, length: 0, from: 0, self: true }]) {
    for (; at < cover.at; at++) count(1024 + 256 * (target[at - 1] ?? 0) + (target[at] ?? 0));
    if (!cover.self) {
      moveBits += 32 - Math.clz32(Math.abs(cover.from - last));
      let run = 16;
      for (let i = 0; i < cover.length; i++) {
        const difference = ((target[at + i] ?? 0) - (source[cover.from + i] ?? 0)) & 255;
        count(256 * (run === 0 ? 0 : run < 4 ? 1 : run < 16 ? 2 : 3) + difference);
        run = difference === 0 ? run + 1 : 0;
      }
      last = cover.from + cover.length;
    }
    at += cover.length;
  }
  return {
    counts,
    triples: covers.length,
    moveBits,
    control: cost.numbers,
    diff: cost.copies,
    extra: cost.literals,
  };
}
