import { type Bias, learnCosts } from '../stretches/costs.js';
import { borrowEngine, type Engine } from '../stretches/engine.js';
import { type ByteStream, compressBzip2Streams, whole } from './bzip2.js';
import {
  bsdiffMemory,
  checkSizes,
  countsAt,
  countsLength,
  type Layout,
  layOut,
  modelAt,
  pieceSize,
  roomAt,
} from './layout.js';
import type { BsdiffEffort, BsdiffInput, BsdiffOptions } from './options.js';
import { assemble, controlBlock, type Parts, patchSize } from './patch-file.js';
import { progressOf } from './progress.js';
import { indexSource } from './source-index.js';

/** The first choice of stretches for a patch, from which the patch is made. */
export interface BsdiffDraft {
  /** Bytes that are held until the draft is given up. */
  readonly memory: number;
  /** About how long the patch becomes: how long it is with these stretches, plainly packed. */
  readonly size: () => number;
  /** The patch. Ends the draft. */
  readonly finish: () => Uint8Array;
  /** Gives the draft up. */
  readonly drop: () => void;
}

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
const comparing = { fast: 'plain', normal: 'plain', best: 'normal' } as const;

/** Where the first choice has more triples than this, the second is the better one, but for a few in a thousand: it is not packed to see. */
const worthComparing = 500;

const none = new Uint8Array(0);

/** A choice of stretches: where its triples lie, and how many. */
interface Stretches {
  readonly triples: number;
  readonly count: number;
}

/**
 * How many equally long matches to each side are looked at, and which are too short for the choice by cost: in a long source there are
 * more of them, so that it matters more which is taken, and more runs of 8 bytes are found in it by chance.
 */
function searchIn(source: number): { readonly candidates: number; readonly shortest: number } {
  return source < 2 ** 24 ? { candidates: 16, shortest: 8 } : { candidates: 48, shortest: 9 };
}

/** One choice of stretches, as it came out. */
interface Trial extends Stretches {
  /** Its streams, packed to be compared; made when they are asked for. */
  readonly parts: () => Parts;
}

/** Searches the source and makes the first choice. Throws a RangeError where the files are too long. */
export function draftBsdiff(
  source: BsdiffInput,
  target: BsdiffInput,
  { effort, onProgress, mate }: BsdiffOptions,
): BsdiffDraft {
  checkSizes(source.length, target.length);
  const biases = trials[effort];
  const progress = progressOf(target.length, 2 + 3 * biases.length, onProgress);
  const at = layOut(source.length, target.length);
  const { candidates, shortest } = searchIn(source.length);
  const engine = borrowEngine(bsdiffMemory(source.length, target.length));
  place(engine, at.source, source);
  indexSource(engine, at, source.length);
  progress.next(1);
  place(engine, at.target, target);
  engine.call('aim', at.target, target.length);
  engine.call('begin', at.source, source.length, at.target, target.length, at.triples, 8, candidates);
  advance(engine, 'walk', target.length, progress.within);
  progress.next(1);
  const walked = trial(at.triples, engine.call('controlLength'));
  return {
    memory: engine.bytes().length,
    size: () => patchSize(walked.parts()),
    finish: () => {
      const best = improve();
      const isPacked = effort !== 'fast' && comparing[effort] === effort;
      const patch = assemble(isPacked ? best.parts() : encodeStreams(best, effort), target.length);
      progress.end();
      engine.release();
      return patch;
    },
    drop: engine.release,
  };

  function improve(): Trial {
    let best = walked;
    for (const bias of biases) {
      const next = weigh(best, bias);
      const isTaken = effort === 'normal' && walked.count > worthComparing;
      const better = isTaken || patchSize(next.parts()) < patchSize(best.parts());
      if (better) best = next;
      if (!better && bias !== biases[0]) break;
    }
    return best;
  }

  function weigh(from: Trial, bias: Bias): Trial {
    const model = learnCosts(experience(from), bias);
    engine.bytes().set(new Uint8Array(model.buffer), modelAt);
    const notes = Math.ceil((from.triples + from.count * 12) / 16) * 16;
    const texts = [at.source, source.length, at.target, target.length] as const;
    engine.call('beginTrellis', ...texts, roomAt, modelAt, notes, candidates, shortest);
    advance(engine, 'weigh', target.length, progress.within);
    const triples = engine.call('trace');
    progress.next(3);
    return trial(triples, engine.call('traceLength'));
  }

  function trial(triples: number, count: number): Trial {
    let parts: Parts | undefined;
    return {
      triples,
      count,
      parts: () => {
        parts ??= encodeStreams({ triples, count }, comparing[effort]);
        return parts;
      },
    };
  }

  function encodeStreams(choice: Stretches, packing: BsdiffEffort | 'plain'): Parts {
    const isPlain = packing === 'plain';
    const [control = none, diff = none, extra = none] = compressBzip2Streams(
      [
        { level: 9, effort: packing, open: () => whole(controlBlock(triplesOf(engine, choice))) },
        {
          level: isPlain ? 1 : 3,
          effort: packing,
          differences: true,
          open: () => streamOf(engine, at, choice, 'Differences'),
        },
        { level: 9, effort: packing, open: () => streamOf(engine, at, choice, 'Copies') },
      ],
      mate,
    );
    return { control, diff, extra };
  }

  function experience(choice: Trial) {
    const { control, diff, extra } = choice.parts();
    engine.call('beginCounts', countsAt);
    for (const kind of ['Differences', 'Copies'] as const)
      for (const piece of streamOf(engine, at, choice, kind).pieces(pieceSize))
        engine.call(`count${kind}`, at.piece, piece.length);
    const counts = new Uint32Array(engine.bytes().slice(countsAt, countsAt + 4 * countsLength).buffer);
    const numbers = triplesOf(engine, choice);
    let moveBits = 0;
    for (let i = 2; i < numbers.length; i += 3)
      moveBits += 32 - Math.clz32(Math.abs((numbers[i] ?? 0) - (numbers[i - 1] ?? 0)));
    return {
      counts,
      triples: choice.count,
      moveBits,
      control: control.length,
      diff: diff.length,
      extra: extra.length,
    };
  }
}

/** One of the two streams that a choice makes; to be read before the other is asked for. */
function streamOf(
  engine: Engine,
  { source, target, piece }: Layout,
  { triples, count }: Stretches,
  kind: 'Differences' | 'Copies',
): ByteStream {
  const from = kind === 'Differences' ? [source, target] : [target];
  const length = engine.call(`open${kind}`, ...from, triples, count);
  return {
    length,
    *pieces(size) {
      for (let done = 0; done < length; ) {
        const made = engine.call(`next${kind}`, piece, Math.min(size, pieceSize));
        done += made;
        yield engine.bytes().subarray(piece, piece + made);
      }
    },
  };
}

/** Puts a file where it belongs, and zeros behind it. */
function place(engine: Engine, at: number, input: BsdiffInput): void {
  engine.bytes().fill(0, at + input.length, at + input.length + 16);
  const copy = (bytes: Uint8Array): void => engine.bytes().set(bytes, at);
  if (input instanceof Uint8Array) copy(input);
  else input.read(copy);
}

/** Runs a loop of the engine over the whole target, a piece at a time: V8 replaces quick code by good code between two calls. */
function advance(engine: Engine, loop: 'walk' | 'weigh', length: number, report: (done: number) => void): void {
  for (let done = 0; done < length; report(done)) done = engine.call(loop, done + 2 ** 18);
}

function triplesOf(engine: Engine, { triples, count }: Stretches): Int32Array {
  return new Int32Array(engine.bytes().slice(triples, triples + 12 * count).buffer);
}
