import { readFileSync } from 'node:fs';

/** Target bytes from `from` to `to`, at most {@link largestPiece}, and the distance at which the piece before was found. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly guess: number;
}

/** What a patch holds for a piece; its arrays are valid until the next. */
export interface MadePiece {
  /** The distance at which the most of it is found. */
  readonly home: number;
  /** Numbers of the control block, three for each stretch. */
  readonly controls: Int32Array;
  /** Differences to the source, and bytes that are not made from it. */
  readonly differences: Uint8Array;
  readonly extras: Uint8Array;
  /** How often the source was searched: what it cost, and a measure of how much differs. */
  readonly searches: number;
}

/** A source that was indexed, from which pieces of a target are made. */
export interface IndexedSource {
  readonly make: (target: Uint8Array, piece: Piece) => MadePiece;
  /** Gives the memory back; nothing can be made afterwards. */
  readonly close: () => void;
}

/** The compiled loops, with a memory of their own. */
interface Loops {
  readonly memory: WebAssembly.Memory;
  readonly call: (name: string, ...numbers: readonly number[]) => number;
  readonly places: Readonly<Record<'source' | 'window' | 'counts' | 'controls' | 'differences' | 'extras', number>>;
}

/** No piece may be longer. */
export const largestPiece = 32_768;

/** What a search at the last byte of a piece may look at behind it. */
const lookAhead = 64;

/** Memories that nobody uses now, of this thread: fresh ones would have to be cleared and collected again and again. */
const idle: Loops[] = [];
const mostIdle = 2;

/** What a kept memory has at most, in bytes: that of a kernel, some sixty megabytes, is of no use to any other file. */
const mostKept = 24 * 2 ** 20;

let compiled: WebAssembly.Module | undefined;

function openLoops(): Loops {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./pieces.wasm', import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const call = (name: string, ...numbers: readonly number[]): number => {
    const callee = exports[name];
    if (typeof callee !== 'function') throw new TypeError(`pieces.wasm has no function ${name}`);
    const result: unknown = Reflect.apply(callee, undefined, numbers);
    return typeof result === 'number' ? result : 0;
  };
  const places = {
    source: call('placeOfSource'),
    window: call('placeOfWindow'),
    counts: call('placeOfCounts'),
    controls: call('placeOfControls'),
    differences: call('placeOfDifferences'),
    extras: call('placeOfExtras'),
  };
  return { memory, call, places };
}

/** Indexes a source. Close it: of those that are open, each has a copy of its source and tables of as many bytes again, or twice as many. */
export function indexSource(bytes: Uint8Array): IndexedSource {
  const loops = idle.pop() ?? openLoops();
  const { memory, call, places } = loops;
  call('openSource', bytes.length);
  new Uint8Array(memory.buffer, places.source, bytes.length).set(bytes);
  call('index');
  let isOpen = true;
  return {
    make: (target, { from, to, guess }) => {
      if (!isOpen || to - from > largestPiece)
        throw new RangeError('a piece of a source that was closed, or one too long');
      new Uint8Array(memory.buffer, places.window).set(target.subarray(from, to + lookAhead));
      call('openPiece', from, to, target.length);
      const home = call('home', guess);
      call('walk', home);
      const [controls = 0, differences = 0, extras = 0, searches = 0] = new Uint32Array(
        memory.buffer,
        places.counts,
        4,
      );
      return {
        home,
        controls: new Int32Array(memory.buffer, places.controls, 3 * controls),
        differences: new Uint8Array(memory.buffer, places.differences, differences),
        extras: new Uint8Array(memory.buffer, places.extras, extras),
        searches,
      };
    },
    close: () => {
      if (isOpen && memory.buffer.byteLength <= mostKept && idle.length < mostIdle) idle.push(loops);
      isOpen = false;
    },
  };
}
