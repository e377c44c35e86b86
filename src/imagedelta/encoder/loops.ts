/** The inner loops of the encoder, compiled: see wasm/. */
import { Buffer } from 'node:buffer';
import { modelLength } from '../../encode/stretches/costs.js';
import { rates, squash, stretch } from './arithmetic.js';
import { formatNumbers, type Reading } from './code.js';
import { compiled } from './compiled.js';
import type { TableSizes } from './container.js';
import type { Cover } from './covers.js';
import { numberPricesLength } from './number-prices.js';
import type { Span } from './place.js';

/** The loops with both images in their memory. One user at a time: coding a segment and looking up what was made go together. */
export interface Loops {
  readonly call: (name: LoopName, ...numbers: readonly number[]) => number;
  /** Opens the tables for all segments of a patch. */
  readonly openCoding: (tables: TableSizes, reading: Reading) => void;
  /** Forgets all places of the new image. */
  readonly openSelf: (downwards: boolean) => void;
  /** Forgets what bytes took in earlier drafts. */
  readonly forgetCosts: () => void;
  /** Takes prices, and forgets what of the new image was noted. */
  readonly openParse: (bytePrices: Int32Array, numberPrices: Int32Array) => void;
  /** Begins the choice for a segment. `lists`: covers that were coded last, others, and those of both that stay. */
  readonly beginParse: (span: Span, behind: number, lists: readonly (readonly Cover[])[]) => void;
  /** What was chosen for the segment. */
  readonly chosen: () => readonly Cover[];
  /** The first bytes of the last segment. */
  readonly packed: (length: number) => Uint8Array;
  /** Bits that were spent since openCoding(): on numbers, literals, copies, then on copies by kind. */
  readonly spent: () => readonly number[];
}

const names = [
  'beginParse',
  'chosenAt',
  'chosenLength',
  'closeSegment',
  'copySome',
  'foundFrom',
  'foundLength',
  'freeAt',
  'gainOfCopy',
  'knownMove',
  'literals',
  'look',
  'note',
  'number',
  'openCoding',
  'openCopy',
  'openImages',
  'openParse',
  'openSegment',
  'openSelf',
  'parseSome',
  'rangesAt',
  'seek',
  'source',
  'spentAt',
  'tablesAt',
] as const;

/** A function of the module. */
export type LoopName = (typeof names)[number];

const page = 65_536;
/** Records of 32 bytes for the places of a window: see wasm/parse.ts. */
const windowBytes = 32 * 16_384;
/** And what the choice knows beside them. */
const choiceBytes = 1024;
/** The loops read a few bytes before and behind the images. */
const around = 16;
/** Places that are noted for each beginning of a piece. */
const ways = 4;

/** Bits of a probability in 1/4096. */
const costs = Float64Array.from({ length: 4097 }, (_, i) => -Math.log2(Math.max(0.5, i) / 4096));

let module: WebAssembly.Module | undefined;

/** Memory for tables of these sizes, and for those that readings are judged with. */
function tableBytes({ contexts, counterBits, exactBits, coarseBits }: TableSizes): number {
  return (contexts << (counterBits + 1)) + (6 << exactBits) + (5 << coarseBits);
}

/** Sizes that a reading is judged with. */
export const judgeTables: TableSizes = { contexts: 2, counterBits: 8, exactBits: 8, coarseBits: 10 };

/** Takes both images. Throws a RangeError where there is not so much memory. */
export function openLoops(old: Uint8Array, fresh: Uint8Array, tables: TableSizes): Loops {
  module ??= new WebAssembly.Module(Buffer.from(compiled, 'base64'));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = new Map<LoopName, (...numbers: readonly number[]) => unknown>();
  for (const name of names) {
    const callee = exports[name];
    if (typeof callee !== 'function') throw new TypeError(`the loops have no function ${name}`);
    functions.set(name, (...numbers) => Reflect.apply(callee, undefined, numbers));
  }
  const call = (name: LoopName, ...numbers: readonly number[]): number => {
    const result = functions.get(name)?.(...numbers);
    return typeof result === 'number' ? result : 0;
  };
  const after = (at: number): number => Math.ceil(at / 16) * 16;
  const placeBits = Math.max(8, Math.min(20, 31 - Math.clz32(fresh.length + 1)));
  const tablesAt = call('freeAt');
  const oldAt = after(tablesAt + Math.max(tableBytes(tables), tableBytes(judgeTables))) + around;
  const freshAt = after(oldAt + old.length + around) + around;
  const placesAt = after(freshAt + fresh.length + around);
  const recordsAt = placesAt + ((4 * ways) << placeBits);
  const lanesAt = recordsAt + windowBytes;
  const pricesAt = lanesAt + choiceBytes;
  const headsAt = after(pricesAt + 4 * modelLength + 4 * numberPricesLength);
  const headBits = Math.max(8, Math.min(16, placeBits));
  const chainAt = headsAt + (4 << headBits);
  const chainBits = Math.max(8, Math.min(20, 32 - Math.clz32(fresh.length)));
  const sentAt = chainAt + (4 << chainBits);
  const copiedAt = after(sentAt + fresh.length);
  const outAt = after(copiedAt + fresh.length);
  memory.grow(Math.ceil(outAt / page));
  const bytes = (): Uint8Array => new Uint8Array(memory.buffer);
  bytes().set(old, oldAt);
  bytes().set(fresh, freshAt);
  setTables(memory.buffer, call('tablesAt'));
  call('openImages', oldAt, freshAt, sentAt, copiedAt, outAt);
  const forgetCosts = (): void => void bytes().fill(255, sentAt, outAt);
  forgetCosts();
  return {
    call,
    forgetCosts,
    openCoding: ({ contexts, counterBits, exactBits, coarseBits }, { format, ranges, codeBase }) => {
      const numbers = ranges.flatMap(({ address, offset, length }) => [address, offset, length]);
      new Uint32Array(memory.buffer, call('rangesAt'), numbers.length).set(numbers);
      const sizes = [contexts, counterBits, exactBits, coarseBits];
      call('openCoding', ...sizes, tablesAt, formatNumbers[format], codeBase, ranges.length);
    },
    openSelf: (downwards) => void call('openSelf', freshAt, fresh.length, placesAt, placeBits, downwards ? 1 : 0),
    openParse: (bytes, numbers) => {
      new Int32Array(memory.buffer, pricesAt, modelLength).set(bytes);
      new Int32Array(memory.buffer, pricesAt + 4 * modelLength, numbers.length).set(numbers);
      call('openParse', oldAt, recordsAt, lanesAt, sentAt, copiedAt, pricesAt, headsAt, headBits, chainAt, chainBits);
    },
    beginParse: ({ start, end }, behind, lists) => {
      const numbers = Int32Array.from(lists.flat().flatMap(({ at, length, from }) => [at, length, from]));
      const missing = after(outAt) + 4 * numbers.length + page - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / page));
      new Int32Array(memory.buffer, after(outAt), numbers.length).set(numbers);
      call('beginParse', start, end, behind, after(outAt), ...lists.map(({ length }) => length));
    },
    chosen: () => {
      const numbers = new Int32Array(memory.buffer, call('chosenAt'), 4 * call('chosenLength'));
      return Array.from({ length: numbers.length / 4 }, (_, k) => ({
        at: numbers[4 * k] ?? 0,
        length: numbers[4 * k + 1] ?? 0,
        from: numbers[4 * k + 2] ?? 0,
        self: numbers[4 * k + 3] === 1,
      }));
    },
    packed: (length) => bytes().slice(outAt, outAt + length),
    spent: () => [...new Float64Array(memory.buffer, call('spentAt'), 9)],
  };
}

/** The tables of the arithmetic, one behind another as wasm/layout.ts has them. */
function setTables(buffer: ArrayBuffer, at: number): void {
  new Uint16Array(buffer, at, squash.length).set(squash);
  new Int16Array(buffer, at + 8192, stretch.length).set(stretch);
  new Uint16Array(buffer, at + 24_576, rates.length).set(rates);
  new Float64Array(buffer, at + 24_608, costs.length).set(costs);
}
