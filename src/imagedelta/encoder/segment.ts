/** Codes one segment of the new image. */

import type { TableSizes } from './container.js';
import type { Cover, CoverCost } from './covers.js';
import { type Model, openModel } from './model.js';
import { openMoves } from './moves.js';
import type { Order, Span } from './place.js';
import { openRangeEncoder, type RangeEncoder } from './range-encoder.js';
import type { Reading } from './reading.js';
import { type Copy, openUnits } from './units.js';

/** Bits by what they are for. */
export interface ContentBits {
  readonly covers: number;
  readonly literals: number;
  readonly data: number;
  readonly branches: number;
  readonly pages: number;
  readonly pointers: number;
}

/** How segments are coded. */
export interface Coding extends Reading {
  readonly tables: TableSizes;
  readonly order: Order;
}

export interface SegmentCoder {
  readonly encode: (span: Span, covers: readonly Cover[]) => Uint8Array;
  /** What all segments so far have come to. */
  readonly cost: () => CoverCost;
  /** The same in bits, corrections in copies by what is corrected. */
  readonly content: () => ContentBits;
}

const numbers = { literal: 0, copy: 1, move: 2, back: 3, source: 4 } as const;
const P = 0x2545f491;
const Q = 0x6c8e9cf5;

export function openSegmentCoder(old: Uint8Array, fresh: Uint8Array, coding: Coding): SegmentCoder {
  const model: Model = openModel(coding.tables);
  const moves = openMoves(coding.tables);
  const units = openUnits(old, coding.format, coding.ranges, coding.codeBase, moves);
  const { unit } = units;
  const c = model.context;
  let coder: RangeEncoder = openRangeEncoder();
  const spent = { numbers: 0, copies: 0, literals: 0 };
  const kindsSpent = [0, 0, 0, 0, 0, 0, 0, 0];

  let flags = 0;
  let run = 0;
  const kindFlags = new Uint8Array(8);
  const lastDifference = new Uint8Array(4);
  const lastNonzero = new Uint8Array(4);
  let differences = 0;
  let lastWord = 0;
  const lastBits = new Uint8Array(8);
  let lastNumber = 0;
  let lastSource = 0;
  let begin = 0;

  function set6(type: number, a: number, b: number, d: number, e: number, f: number, g: number): void {
    const salt = Math.imul(type, 0x7f4a7c15);
    c[0] = Math.imul(a, P) + salt;
    c[1] = Math.imul(b, P) + salt;
    c[2] = Math.imul(d, P) + salt;
    c[3] = Math.imul(e, P) + salt;
    c[4] = Math.imul(f, P) + salt;
    c[5] = Math.imul(g, P) + salt;
  }

  function number(kind: number, value: number): number {
    const plus = value + 1;
    const bits = plus >= 2 ** 32 ? 32 : 31 - Math.clz32(plus);
    const last = lastBits[kind] ?? 0;
    set6(16 + kind, 0, last, lastNumber, (last << 8) | lastNumber, lastSource, (lastSource << 8) | last);
    let cost = 0;
    let node = 1;
    for (let i = 4; i >= 0; i--) {
      const bit = (bits >> i) & 1;
      cost += model.bit(coder, bit, node, 40 + kind, 32);
      node = (node << 1) | bit;
    }
    let prefix = 1;
    for (let i = bits - 1; i >= 0; i--) {
      const bit = Math.floor(plus / 2 ** i) % 2;
      if (bits - i <= 3) {
        cost += model.bit(coder, bit, (bits << 5) + prefix + 64, 45 + kind, 32);
        prefix = (prefix << 1) | bit;
      } else {
        coder.encode(bit, 32768);
        cost += 1;
      }
    }
    lastBits[kind] = bits;
    lastNumber = bits;
    return cost;
  }

  function literal(at: number): void {
    const byte = fresh[at] ?? 0;
    const b1 = at - 1 < begin ? 0 : (fresh[at - 1] ?? 0);
    const b2 = at - 2 < begin ? 0 : (fresh[at - 2] ?? 0);
    const b3 = at - 3 < begin ? 0 : (fresh[at - 3] ?? 0);
    const b4 = at - 4 < begin ? 0 : (fresh[at - 4] ?? 0);
    const q = at & 3;
    set6(1, (b1 << 2) | q, (b2 << 8) | b1, (b4 << 2) | q, q, (b3 << 16) | (b2 << 8) | b1, (b4 << 8) | b3);
    let node = 1;
    for (let i = 7; i >= 0; i--) {
      const bit = (byte >> i) & 1;
      spent.literals += model.bit(coder, bit, node, 7 - i + 8 * (q >> 1), b1 >> 5);
      node = (node << 1) | bit;
    }
  }

  function copyUnit(copy: Copy, at: number): void {
    units.read(copy, at);
    const { kind, length, old: word, predicted } = unit;
    const here = at + copy.by;
    let actual = 0;
    for (let i = 0; i < length; i++) actual |= (fresh[here + i] ?? 0) << (8 * i);
    const top = (word >>> (8 * length - 8)) & 255;
    const next = length === 1 ? 0 : (word >>> (8 * length - 16)) & 255;
    const r = Math.min(run, 15);
    const shape = kind | (length << 3) | (predicted !== word ? 64 : 0);
    set6(
      2,
      (r << 12) | ((kindFlags[kind] ?? 0) << 8) | shape,
      ((flags & 7) << 16) | (top << 8) | shape,
      flags & 255,
      (top << 8) | next,
      word,
      differences,
    );
    const hit = actual === predicted ? 1 : 0;
    let total = model.bit(coder, hit, 0, 16 + kind, 8 + r);
    flags = (flags << 1) | hit;
    kindFlags[kind] = (((kindFlags[kind] ?? 0) << 1) | hit) & 15;
    if (hit === 1) {
      run = run < 255 ? run + 1 : 255;
      lastDifference.fill(0, 0, length);
    } else {
      run = 0;
      let wrong = 0;
      differences = 0;
      for (let i = 0; i < length; i++) {
        const p = (predicted >>> (8 * i)) & 255;
        const a = (actual >>> (8 * i)) & 255;
        const o = (word >>> (8 * i)) & 255;
        const difference = (a - p) & 255;
        const place = i | (length << 2) | (wrong << 5) | (kind << 9);
        const before = i === 0 ? (lastWord >>> 24) & 255 : (word >>> (8 * i - 8)) & 255;
        set6(
          3,
          (place << 8) | top,
          (place << 8) | (lastDifference[i] ?? 0),
          (wrong << 12) | (i << 8) | (lastNonzero[i] ?? 0),
          (i << 16) | (o << 8) | before,
          (differences << 8) | o,
          Math.imul(word, Q) + i,
        );
        const differs = difference === 0 ? 0 : 1;
        if (!(i === length - 1 && wrong === 0)) {
          total += model.bit(coder, differs, 0, 24 + i + 4 * (wrong === 0 ? 0 : 1), 24 + kind);
        }
        wrong |= differs << i;
        if (differs === 1) {
          let node = 1;
          for (let k = 7; k >= 0; k--) {
            const bit = (difference >> k) & 1;
            total += model.bit(coder, bit, node, 32 + i + 4 * (k > 3 ? 0 : 1), 24 + kind);
            node = (node << 1) | bit;
          }
          lastNonzero[i] = difference;
          differences = (differences << 8) | difference;
        }
        lastDifference[i] = difference;
      }
    }
    spent.copies += total;
    kindsSpent[kind] = (kindsSpent[kind] ?? 0) + total;
    lastWord = word;
    units.learn(copy, at, actual);
  }

  function copyOld(copy: Copy): void {
    const end = copy.from + copy.length;
    let page = -1;
    for (let at = copy.from; at < end; at += unit.length) {
      if (at >>> 9 !== page) {
        page = at >>> 9;
        moves.pass(page, copy.by);
      }
      copyUnit(copy, at);
    }
  }

  function reset(): void {
    model.reset();
    moves.reset();
    units.reset();
    coder = openRangeEncoder();
    flags = 0;
    run = 0;
    kindFlags.fill(0);
    lastDifference.fill(0);
    lastNonzero.fill(0);
    differences = 0;
    lastWord = 0;
    lastBits.fill(0);
    lastNumber = 0;
  }

  return {
    cost: () => ({
      numbers: Math.ceil(spent.numbers / 8),
      copies: Math.ceil(spent.copies / 8),
      literals: Math.ceil(spent.literals / 8),
    }),
    content: () => {
      const [data = 0, branches = 0, pages = 0, low = 0, pointers = 0, local = 0] = kindsSpent;
      const { numbers: covers, literals } = spent;
      return { covers, literals, data, branches: branches + local, pages: pages + low, pointers };
    },
    encode: ({ index, start, end }, covers) => {
      const behind = (index + 1) * coding.order.segmentSize;
      reset();
      let at = start;
      begin = start;
      let expected = start;
      const reps = [0, 0, 0];
      lastSource = 0;
      for (const cover of covers) {
        const gap = cover.at - at;
        spent.numbers += number(numbers.literal, gap);
        for (; at < cover.at; at++) literal(at);
        const by = at - cover.from;
        const known = cover.self ? -1 : reps.indexOf(by);
        set6(8, 0, gap === 0 ? 1 : 0, lastNumber, (lastSource << 1) | (gap === 0 ? 1 : 0), lastSource, 0);
        const ahead = cover.self && cover.from >= behind;
        const source = ahead ? 5 : cover.self ? 4 : known + 1;
        let node = 1;
        for (let i = 2; i >= 0; i--) {
          const bit = (source >> i) & 1;
          spent.numbers += model.bit(coder, bit, node, 50, 32);
          node = (node << 1) | bit;
        }
        lastSource = source;
        if (cover.self) {
          spent.numbers += number(numbers.back, ahead ? cover.from - behind : at - cover.from - 1);
        } else if (known < 0) {
          const distance = cover.from - expected;
          spent.numbers += number(numbers.move, distance >= 0 ? 2 * distance : -2 * distance - 1);
        } else lastNumber = 32 + known;
        spent.numbers += number(numbers.copy, cover.length - 1);
        if (!cover.self) {
          copyOld({ from: cover.from, length: cover.length, by });
          expected = cover.from + cover.length;
          if (known >= 0) reps.splice(known, 1);
          reps.unshift(by);
          reps.length = 3;
        }
        at += cover.length;
      }
      if (at < end) {
        spent.numbers += number(numbers.literal, end - at);
        for (; at < end; at++) literal(at);
      }
      return coder.finish();
    },
  };
}
