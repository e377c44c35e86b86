import { type Engine, openEngine } from '../stretches/engine.js';

/** How a window is packed: into blocks of at most so many bytes, with so many tables at least, in so many passes. */
export interface WindowSettings {
  readonly block: number;
  readonly fewestTables: number;
  readonly passes: number;
  readonly estimatePasses: number;
}

/** A part of a stream that is packed by itself: what comes of it depends on nothing before it. */
export interface Bzip2Window {
  /** The bytes, their runs shortened. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the segments end at whose ends blocks may end. */
  readonly cuts: Uint32Array<ArrayBuffer>;
  readonly settings: WindowSettings;
}

/** The blocks of a window. */
export interface PackedWindow {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bits of the bytes count. */
  readonly bits: number;
  readonly blocks: number;
  /** Their checksums as one. */
  readonly sum: number;
}

/** Somebody else who packs windows, one at a time. */
export interface WindowPacker {
  readonly isFree: () => boolean;
  /** Begins; what comes of it is asked for later, and is waited for then. `undefined`: it is to be done by whoever asks. */
  readonly packWindow: (window: Bzip2Window) => () => PackedWindow | undefined;
}

/** The engine of the bzip2 encoder, and where things lie in it. */
export interface Bzip2Engine {
  readonly engine: Engine;
  readonly input: number;
  readonly inputSize: number;
  readonly output: number;
  readonly window: number;
  readonly cuts: number;
}

let kept: Bzip2Engine | undefined;

/** One small engine per thread serves all streams. */
export function openBzip2Engine(): Bzip2Engine {
  if (kept === undefined) {
    const engine = openEngine(openEngine(0).call('bzip2Memory'));
    kept = {
      engine,
      input: engine.call('bzip2Input'),
      inputSize: engine.call('bzip2InputSize'),
      output: engine.call('bzip2Output'),
      window: engine.call('bzip2Window'),
      cuts: engine.call('bzip2Cuts'),
    };
  }
  return kept;
}

/** Sets out to fill windows of at most `limit` bytes, with segments of at least `grain`. */
export function openWindows(
  { engine }: Bzip2Engine,
  limit: number,
  grain: number,
  { block, fewestTables, passes, estimatePasses }: WindowSettings,
): void {
  engine.call('openWindows', limit, block, grain, fewestTables, passes, estimatePasses);
}

/** Packs the window that has been filled, which is empty then. */
export function packFilled({ engine, output }: Bzip2Engine): PackedWindow {
  const blocks = engine.call('packWindow');
  const size = engine.call('takeBytes');
  const bytes = new Uint8Array(engine.bytes().subarray(output, output + size));
  return { bytes, bits: engine.call('packedBits'), blocks, sum: engine.call('packedSum') };
}

/** Takes the window that has been filled, which is empty then. */
export function takeFilled({ engine, window, cuts }: Bzip2Engine, settings: WindowSettings): Bzip2Window {
  const count = engine.call('takeWindow');
  const ends = new Uint32Array(engine.bytes().slice(cuts, cuts + 4 * count).buffer);
  const length = ends.at(-1) ?? 0;
  return { bytes: new Uint8Array(engine.bytes().subarray(window, window + length)), cuts: ends, settings };
}

/** Packs a window that was filled elsewhere. */
export function packWindow({ bytes, cuts: ends, settings }: Bzip2Window): PackedWindow {
  const open = openBzip2Engine();
  const { engine, window, cuts } = open;
  openWindows(open, bytes.length, 0, settings);
  engine.bytes().set(bytes, window);
  engine.bytes().set(new Uint8Array(ends.buffer), cuts);
  engine.call('placeWindow', ends.length);
  return packFilled(open);
}
