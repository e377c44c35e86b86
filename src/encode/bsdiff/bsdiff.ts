import { type Bias, learnCosts, modelLength } from '../stretches/costs.js';
import { type Engine, engineMemoryLimit, openEngine } from '../stretches/engine.js';
import { compressBzip2, join } from './bzip2.js';
import { indexSource, type SourceIndex } from './source-index.js';

/** Names this encoder's output: it changes whenever the same input and effort may give other bytes. For cache keys. */
export const bsdiffEncoderVersion = 'bsdiff-6';

/** How hard to look for a smaller patch. */
export type BsdiffEffort = 'fast' | 'normal' | 'best';

/** Options of {@link encodeBsdiff}. */
export interface BsdiffOptions {
  readonly effort: BsdiffEffort;
  /** Told now and then how many bytes of the target are done, never decreasing, at the end all of them. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
}

/** Neither file may be longer than this, in bytes: positions have 31 bits. */
export const bsdiffLimit = 2 ** 31 - 2 ** 16;

/** How the learned costs are bent for the choices that are tried, in turn; each learns from the best one so far. */
const trials: Readonly<Record<BsdiffEffort, readonly Bias[]>> = {
  fast: [],
  normal: [{ difference: 1.3, copy: 0.87, turn: 1.2 }],
  best: [
    { difference: 1.3, copy: 0.87, turn: 1.2 },
    { difference: 1.2, copy: 0.87, turn: 1.1 },
    { difference: 1.1, copy: 0.95, turn: 1.1 },
    { difference: 1.4, copy: 0.8, turn: 1.2 },
  ],
};

/** How hard streams are packed to compare choices; the chosen one is packed at the effort asked for. */
const draft = { fast: 'fast', normal: 'plain', best: 'normal' } as const;

/** Where things lie in the engine's memory. */
interface Layout extends SourceIndex {
  readonly target: number;
  readonly streams: number;
  readonly triples: number;
}

const countsAt = 1024;
const countsLength = 4 * 256 + 65_536;
const modelAt = countsAt + 4 * countsLength;
const roomAt = modelAt + 4 * modelLength;
const sourceAt = roomAt + 4096;

function layOut(source: number, target: number): Layout {
  const after = (at: number, size: number) => Math.ceil((at + size) / 16) * 16;
  const bits = 31 - Math.clz32(Math.max(1, source));
  const startBits = Math.min(24, Math.max(8, bits - 1));
  const gramBits = Math.max(10, bits + 3);
  const suffixes = after(sourceAt, source + 16);
  const starts = after(suffixes, 4 * source);
  const grams = after(starts, 4 * (2 ** startBits + 1));
  const targetAt = after(grams, 2 ** gramBits / 8);
  const streams = after(targetAt, target + 16);
  return {
    source: sourceAt,
    suffixes,
    starts,
    startBits,
    grams,
    gramBits,
    target: targetAt,
    streams,
    triples: after(streams, target),
  };
}

/**
 * The bytes of memory that one encode needs at least, the two files themselves not counted. A little more is taken for the
 * triples of very different files.
 */
export function bsdiffMemory(sourceBytes: number, targetBytes: number): number {
  return layOut(sourceBytes, targetBytes).triples + 65_536;
}

function checkSizes(source: number, target: number): void {
  for (const [name, size] of [
    ['source', source],
    ['target', target],
  ] as const) {
    if (size > bsdiffLimit)
      throw new RangeError(`the ${name} has ${size} bytes; a patch is made for at most ${bsdiffLimit}`);
  }
  const needed = bsdiffMemory(source, target);
  if (needed > engineMemoryLimit) {
    throw new RangeError(
      `a patch from ${source} to ${target} bytes needs ${needed} bytes of memory; the limit is ${engineMemoryLimit}`,
    );
  }
}

/** One choice of stretches, as it came out. */
interface Trial {
  /** Where its triples lie and how many. */
  readonly triples: number;
  readonly count: number;
  readonly parts: Parts;
}

interface Parts {
  readonly control: Uint8Array;
  readonly diff: Uint8Array;
  readonly extra: Uint8Array;
}

function sizeOf(parts: Parts): number {
  return parts.control.length + parts.diff.length + parts.extra.length;
}

/**
 * A BSDIFF40 patch that makes `target` from `source`; the same input and effort always give the same bytes.
 * No count in it is negative and no position lies outside the source. Throws a RangeError when a file is longer than
 * {@link bsdiffLimit} or both together need more memory than 32-bit addresses reach.
 */
export function encodeBsdiff(source: Uint8Array, target: Uint8Array, options: BsdiffOptions): Uint8Array {
  checkSizes(source.length, target.length);
  const biases = trials[options.effort];
  const progress = progressOf(target.length, 2 + 3 * biases.length, options.onProgress);
  const at = layOut(source.length, target.length);
  const engine = openEngine(bsdiffMemory(source.length, target.length));
  engine.bytes().set(source, at.source);
  indexSource(engine, at, source.length);
  progress.next(1);
  engine.bytes().fill(0, at.target, at.triples).set(target, at.target);
  engine.call('aim', at.target, target.length);

  engine.call('begin', at.source, source.length, at.target, target.length, at.triples, 8, 16);
  advance(engine, 'walk', target.length, progress.within);
  progress.next(1);
  const draftEffort = draft[options.effort];
  let best: Trial = trial(at.triples, engine.call('controlLength'));
  for (const bias of biases) {
    const model = learnCosts(experience(best), bias);
    engine.bytes().set(new Uint8Array(model.buffer), modelAt);
    const notes = Math.ceil((best.triples + best.count * 12) / 16) * 16;
    engine.call('beginTrellis', at.source, source.length, at.target, target.length, roomAt, modelAt, notes, 16);
    advance(engine, 'weigh', target.length, progress.within);
    const triples = engine.call('trace');
    const next = trial(triples, engine.call('traceLength'));
    const better = sizeOf(next.parts) < sizeOf(best.parts);
    if (better) best = next;
    progress.next(3);
    if (!better && bias !== biases[0]) break;
  }
  const final = draftEffort === options.effort ? best.parts : encodeStreams(best.triples, best.count, options.effort);
  const patch = assemble(final, target.length);
  progress.end();
  return patch;

  function trial(triples: number, count: number): Trial {
    return { triples, count, parts: encodeStreams(triples, count, draftEffort) };
  }

  function encodeStreams(triples: number, count: number, effort: BsdiffEffort | 'plain'): Parts {
    const adds = engine.call('writeStreams', at.source, at.target, triples, count, at.streams);
    const streams = engine.bytes().subarray(at.streams, at.streams + target.length);
    return {
      control: compressBzip2(controlBlock(triplesOf(engine, triples, count)), { level: 9, effort }),
      diff: compressBzip2(streams.subarray(0, adds), { level: effort === 'plain' ? 1 : 3, effort }),
      extra: compressBzip2(streams.subarray(adds), { level: 9, effort }),
    };
  }

  function experience({ triples, count, parts }: Trial) {
    const adds = engine.call('writeStreams', at.source, at.target, triples, count, at.streams);
    engine.call('countStreams', at.streams, adds, at.streams + adds, target.length - adds, countsAt);
    const counts = new Uint32Array(engine.bytes().slice(countsAt, countsAt + 4 * countsLength).buffer);
    const numbers = triplesOf(engine, triples, count);
    let moveBits = 0;
    for (let i = 2; i < numbers.length; i += 3)
      moveBits += 32 - Math.clz32(Math.abs((numbers[i] ?? 0) - (numbers[i - 1] ?? 0)));
    return {
      counts,
      triples: count,
      moveBits,
      control: parts.control.length,
      diff: parts.diff.length,
      extra: parts.extra.length,
    };
  }
}

/** Runs a loop of the engine over the whole target, a piece at a time: V8 replaces quick code by good code between two calls. */
function advance(engine: Engine, loop: 'walk' | 'weigh', length: number, report: (done: number) => void): void {
  for (let done = 0; done < length; report(done)) done = engine.call(loop, done + 2 ** 18);
}

/** Shares the target's length out among the steps, by their weights. */
function progressOf(length: number, weights: number, report: ((done: number) => void) | undefined) {
  let before = 0;
  let reported = 0;
  const tell = (done: number) => {
    if (report === undefined || done <= reported) return;
    reported = done;
    report(done);
  };
  return {
    within: (done: number) => tell(Math.floor((length * before + done) / (weights + 1))),
    next: (weight: number) => {
      before += weight;
      tell(Math.floor((length * before) / (weights + 1)));
    },
    end: () => tell(length),
  };
}

function triplesOf(engine: Engine, at: number, count: number): Int32Array {
  return new Int32Array(engine.bytes().slice(at, at + 12 * count).buffer);
}

function controlBlock(numbers: Int32Array): Uint8Array {
  const control = new Uint8Array(numbers.length * 8);
  numbers.forEach((value, i) => {
    putNumber(control, i * 8, value);
  });
  return control;
}

function assemble({ control, diff, extra }: Parts, size: number): Uint8Array {
  const header = new Uint8Array(32);
  header.set([0x42, 0x53, 0x44, 0x49, 0x46, 0x46, 0x34, 0x30]);
  putNumber(header, 8, control.length);
  putNumber(header, 16, diff.length);
  putNumber(header, 24, size);
  return join([header, control, diff, extra]);
}

/** Sign and magnitude, little endian. */
function putNumber(to: Uint8Array, at: number, value: number): void {
  const view = new DataView(to.buffer, to.byteOffset + at, 8);
  const size = Math.abs(value);
  view.setUint32(0, size % 2 ** 32, true);
  view.setUint32(4, Math.floor(size / 2 ** 32) + (value < 0 ? 0x80000000 : 0), true);
}
