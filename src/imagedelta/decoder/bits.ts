/** Bits out of a packed segment: docs/formats/image-delta.md, section 5. */
import type { DeltaModelSize } from './header-fields.js';

/** The reading side of a segment's bits. */
export interface BitReader {
  /** Sets the values of a type's contexts. */
  readonly context: (type: number, v0: number, v1: number, v2: number, v3: number, v4: number, v5: number) => void;
  /** A bit by the model, in the contexts set last. */
  readonly modelled: (node: number, a: number, b: number) => number;
  /** Bits by the model, the highest first, each in the node of those before it. `a` is that of the first one. */
  readonly tree: (count: number, a: number, b: number) => number;
  /** A bit that is as likely 0 as 1. */
  readonly even: () => number;
  /** Packed bits that have been used so far, with fractions. */
  readonly used: () => number;
}

const points = [
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
  57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
];
const rate = [32768, 21845, 16384, 13107, 9362, 7282, 5461, 4681];

/** ln(p / (1 - p)) in 1/256, of a probability in 1/8192. */
function stretchOf(p: number): number {
  const lg = (x: number): number => {
    const whole = 31 - Math.clz32(x);
    const f = ((x << 14) >>> whole) & 0x3fff;
    return (whole << 14) + f + ((((f * (0x4000 - f)) >>> 14) * 5625) >>> 14);
  };
  return Math.min(2047, Math.max(-2047, ((lg(2 * p + 1) - lg(16383 - 2 * p)) * 177) >> 14));
}

const stretched = Int16Array.from({ length: 8192 }, (_, p) => stretchOf(p));

function squash(value: number): number {
  const place = value + 2048;
  const low = points[place >> 7] ?? 0;
  return low + ((((points[(place >> 7) + 1] ?? 0) - low) * (place & 127)) >> 7);
}

/** Reads a segment, with a model in its initial state. */
export function readBits(packed: Uint8Array, size: DeltaModelSize): BitReader {
  const n = size.contexts;
  const shift = 32 - size.counterBits;
  const counters = 1 << size.counterBits;
  const probabilities = new Uint16Array(n * counters).fill(0x8000);
  const setsA = new Int32Array(51 * n).fill(19_661);
  const setsB = new Int32Array(33 * n);
  const values = new Int32Array(6);
  const at = new Int32Array(6);
  const input = new Int32Array(6);
  let next = 0;
  let range = 0xffffffff;
  let code = 0;
  for (let i = 0; i < 4; i++) code = code * 256 + byte();

  function byte(): number {
    return packed[next++] ?? 0;
  }

  function decode(one: number): number {
    const bound = Math.floor((range * one) / 65_536);
    const bit = code < bound ? 1 : 0;
    if (bit === 1) range = bound;
    else {
      code -= bound;
      range -= bound;
    }
    while (range < 0x1000000) {
      range *= 256;
      code = code * 256 + byte();
    }
    return bit;
  }

  function limited(value: number, limit: number): number {
    return value > limit ? limit : Math.max(value, -limit);
  }

  function modelled(node: number, a: number, b: number): number {
    const salt = Math.imul(node, 0x2c1b3c6d);
    const rowA = a * n;
    const rowB = b * n;
    let dot = 0;
    for (let i = 0; i < n; i++) {
      const slot = i * counters + (Math.imul((values[i] ?? 0) + salt, 0x9e3779b1) >>> shift);
      const x = stretched[(probabilities[slot] ?? 0) >>> 3] ?? 0;
      at[i] = slot;
      input[i] = x;
      dot += ((setsA[rowA + i] ?? 0) + (setsB[rowB + i] ?? 0)) * x;
    }
    const one = squash(limited(dot >> 16, 2047));
    const bit = decode(one);
    const error = (((bit << 16) - one) * 14) >> 4;
    const goal = bit * 8191;
    for (let i = 0; i < n; i++) {
      const step = ((input[i] ?? 0) * error + 8192) >> 14;
      setsA[rowA + i] = limited((setsA[rowA + i] ?? 0) + step, 131_072);
      setsB[rowB + i] = limited((setsB[rowB + i] ?? 0) + step, 32_768);
      const slot = at[i] ?? 0;
      const counter = probabilities[slot] ?? 0;
      const p = counter >>> 3;
      const count = counter & 7;
      const moved = p + (((goal - p) * (rate[count] ?? 0)) >> 16);
      probabilities[slot] = (moved << 3) | Math.min(count + 1, 7);
    }
    return bit;
  }

  return {
    context: (type, v0, v1, v2, v3, v4, v5) => {
      const salt = Math.imul(type, 0x7f4a7c15);
      values[0] = Math.imul(v0, 0x2545f491) + salt;
      values[1] = Math.imul(v1, 0x2545f491) + salt;
      values[2] = Math.imul(v2, 0x2545f491) + salt;
      values[3] = Math.imul(v3, 0x2545f491) + salt;
      values[4] = Math.imul(v4, 0x2545f491) + salt;
      values[5] = Math.imul(v5, 0x2545f491) + salt;
    },
    modelled,
    tree: (count, a, b) => {
      let node = 1;
      for (let i = 0; i < count; i++) node = node * 2 + modelled(node, a, b);
      return node - 2 ** count;
    },
    even: () => decode(32_768),
    used: () => 8 * next - Math.log2(range),
  };
}
