/** The encoder's adaptive model: counters by context, mixed by two sets of weights. */
import { rates, squash, stretch } from './arithmetic.js';
import type { RangeEncoder } from './range-encoder.js';

/** What the tables of the model take. */
export interface ModelSize {
  /** Contexts that are mixed: 2 to 6. */
  readonly contexts: number;
  /** Counters of each context, as a power of 2. */
  readonly counterBits: number;
}

/** Codes bits, each in the contexts that are set. */
export interface Model {
  /** A number of 32 bits for each of six contexts; those of the model's size are used. */
  readonly context: Int32Array;
  /**
   * Codes a bit: `node` tells bits of the same contexts apart, `first` and `second` choose the weights. Returns what it
   * costs, in bits.
   */
  readonly bit: (coder: RangeEncoder, bit: number, node: number, first: number, second: number) => number;
  readonly reset: () => void;
}

const firstSets = 51;
const secondSets = 33;
const firstLimit = 131_072;
const secondLimit = 32_768;
const startWeight = 19_661;

/** Bits of a probability in 1/4096. */
const costs = Float64Array.from({ length: 4097 }, (_, i) => -Math.log2(Math.max(0.5, i) / 4096));

/** A model with all its tables, as at the beginning of a segment. */
export function openModel({ contexts: n, counterBits }: ModelSize): Model {
  const counters = new Uint16Array(n << counterBits);
  const firstWeights = new Int32Array(firstSets * n);
  const secondWeights = new Int32Array(secondSets * n);
  const context = new Int32Array(6);
  const slots = new Int32Array(n);
  const inputs = new Int32Array(n);
  const shift = 32 - counterBits;

  function reset(): void {
    counters.fill(0x8000);
    firstWeights.fill(startWeight);
    secondWeights.fill(0);
  }
  reset();
  return {
    context,
    reset,
    bit: (coder, bit, node, first, second) => {
      const salt = Math.imul(node, 0x2c1b3c6d);
      const a = first * n;
      const b = second * n;
      let dot = 0;
      for (let i = 0; i < n; i++) {
        const slot = (i << counterBits) | (Math.imul((context[i] ?? 0) + salt, 0x9e3779b1) >>> shift);
        slots[i] = slot;
        const input = stretch[(counters[slot] ?? 0) >>> 3] ?? 0;
        inputs[i] = input;
        dot += Math.imul((firstWeights[a + i] ?? 0) + (secondWeights[b + i] ?? 0), input);
      }
      const mixed = dot >> 16;
      const one = squash[(mixed > 2047 ? 2047 : Math.max(mixed, -2047)) + 2048] ?? 0;
      coder.encode(bit, one);
      const error = (((bit << 16) - one) * 14) >> 4;
      const goal = bit === 0 ? 0 : 8191;
      for (let i = 0; i < n; i++) {
        const step = (Math.imul(inputs[i] ?? 0, error) + 8192) >> 14;
        const x = (firstWeights[a + i] ?? 0) + step;
        firstWeights[a + i] = x > firstLimit ? firstLimit : Math.max(x, -firstLimit);
        const y = (secondWeights[b + i] ?? 0) + step;
        secondWeights[b + i] = y > secondLimit ? secondLimit : Math.max(y, -secondLimit);
        const slot = slots[i] ?? 0;
        const counter = counters[slot] ?? 0;
        const count = counter & 7;
        const p = counter >>> 3;
        const moved = p + (((goal - p) * (rates[count] ?? 0)) >> 16);
        counters[slot] = (moved << 3) | (count < 7 ? count + 1 : 7);
      }
      return costs[(bit === 0 ? 65536 - one : one) >> 4] ?? 0;
    },
  };
}
