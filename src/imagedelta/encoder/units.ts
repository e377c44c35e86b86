/** Reads the old image as code: what a unit's addresses point at, and what becomes of them. */
import type { Moves } from './moves.js';

export type CodeFormat = 'none' | 'aarch64' | 'thumb' | 'arm';

/** A range of addresses, and where the old image holds what is loaded there. */
export interface AddressRange {
  readonly address: number;
  readonly offset: number;
  readonly length: number;
}

/** What a unit is. */
export const kinds = { plain: 0, branch: 1, page: 2, low: 3, pointer: 4, local: 5, half: 6 } as const;

/** The present copy. */
export interface Copy {
  /** Place in the old image of its first byte. */
  readonly from: number;
  readonly length: number;
  /** New place minus old place. */
  readonly by: number;
}

/** Reads units one after another. */
export interface Units {
  readonly reset: () => void;
  /** Reads the unit at `at` in the old image, within the copy. The fields below tell of it. */
  readonly read: (copy: Copy, at: number) => void;
  /** Tells what became of it. */
  readonly learn: (copy: Copy, at: number, word: number) => void;
  readonly unit: { kind: number; length: number; old: number; predicted: number };
}

/** At `at` in `bytes`, `length` bytes as a number, the first one lowest. */
function wordAt(bytes: Uint8Array, at: number, length: number): number {
  let word = bytes[at] ?? 0;
  if (length > 1) word |= (bytes[at + 1] ?? 0) << 8;
  if (length > 2) word |= (bytes[at + 2] ?? 0) << 16;
  if (length > 3) word |= (bytes[at + 3] ?? 0) << 24;
  return word;
}

export function openUnits(
  old: Uint8Array,
  format: CodeFormat,
  ranges: readonly AddressRange[],
  base: number,
  moves: Moves,
): Units {
  const unit = { kind: 0, length: 0, old: 0, predicted: 0 };
  let target = 0;
  let slot = 0;
  let register = 0;
  const owners = new Uint8Array(8);
  /** Of the last pages by register: where the old one points, where the new one, and where the pair began. */
  const oldPages = new Int32Array(8);
  const newPages = new Int32Array(8);
  const pairs = new Int32Array(8);

  function found(copy: Copy): number {
    const inside = (target - copy.from) >>> 0;
    return inside < copy.length ? copy.by : moves.find(target, copy.by);
  }

  function pointer(copy: Copy): boolean {
    const word = unit.old >>> 0;
    for (const { address, offset, length } of ranges) {
      if (word - address >= 0 && word - address < length) {
        target = word - address + offset;
        unit.kind = kinds.pointer;
        unit.predicted = (unit.old + found(copy)) | 0;
        return true;
      }
    }
    return false;
  }

  function aarch64(copy: Copy, at: number): void {
    const w = unit.old;
    const here = at + copy.by;
    if ((w & 0x7c000000) === 0x14000000) {
      unit.kind = kinds.branch;
      target = (at + ((w << 6) >> 4)) | 0;
      unit.predicted = (w & 0xfc000000) | (((target + found(copy) - here) >> 2) & 0x3ffffff);
    } else if ((w & 0x9f000000) === (0x90000000 | 0)) {
      unit.kind = kinds.page;
      const pages = (((w << 8) >> 13) << 2) | ((w >> 29) & 3);
      register = w & 31;
      slot = register & 7;
      const page = (((at + base) & ~4095) + (pages << 12) - base) | 0;
      target = page;
      const end = copy.from + copy.length - 4;
      for (let next = at + 4; next <= Math.min(at + 16, end); next += 4) {
        const follows = wordAt(old, next, 4);
        if (((follows >> 5) & 31) !== register) continue;
        const low = lowPart(follows);
        if (low < 0) continue;
        target = (page + low) | 0;
        break;
      }
      const moved = (((target + found(copy) + base) & ~4095) - ((here + base) & ~4095)) >> 12;
      unit.predicted = (w & 0x9f00001f) | ((moved & 3) << 29) | (((moved >> 2) & 0x7ffff) << 5);
      oldPages[slot] = page;
      pairs[slot] = at;
      owners[slot] = register;
    } else if (lowPart(w) >= 0 && paired((w >> 5) & 31, at)) {
      unit.kind = kinds.low;
      slot = (w >> 5) & 7;
      target = ((oldPages[slot] ?? 0) + lowPart(w)) | 0;
      const low = (target + found(copy) + base) & 4095;
      unit.predicted = (w & ~0x3ffc00) | ((low >> lowShift(w)) << 10);
    } else if ((w & 0xff000010) === 0x54000000 || (w & 0x7e000000) === 0x34000000 || (w & 0x3b000000) === 0x18000000) {
      unit.kind = kinds.local;
      target = (at + (((w << 8) >> 13) << 2)) | 0;
      unit.predicted = (w & ~0xffffe0) | ((((target + found(copy) - here) >> 2) & 0x7ffff) << 5);
    } else if ((w & 0x7e000000) === 0x36000000) {
      unit.kind = kinds.local;
      target = (at + (((w << 13) >> 18) << 2)) | 0;
      unit.predicted = (w & ~0x7ffe0) | ((((target + found(copy) - here) >> 2) & 0x3fff) << 5);
    } else pointer(copy);
  }

  function paired(register: number, at: number): boolean {
    const begin = pairs[register & 7] ?? 0;
    return owners[register & 7] === register && at >= begin && at - begin <= 64;
  }

  /** What an ADD or a load or store adds to a page; -1 for any other word. */
  function lowPart(w: number): number {
    if ((w & 0xffc00000) === (0x91000000 | 0)) return (w >> 10) & 4095;
    if ((w & 0x3b000000) !== 0x39000000) return -1;
    return ((w >> 10) & 4095) << lowShift(w);
  }

  function lowShift(w: number): number {
    if ((w & 0x3b000000) !== 0x39000000) return 0;
    const size = w >>> 30;
    return (w & 0x04800000) === 0x04800000 && size === 0 ? 4 : size;
  }

  function thumb(copy: Copy, at: number): void {
    const w = unit.old;
    if ((w & 0xf800) !== 0xf000 || (w & 0x90000000) !== (0x90000000 | 0)) {
      pointer(copy);
      return;
    }
    unit.kind = kinds.branch;
    target = (at + 4 + thumbOffset(w)) | 0;
    const offset = target + found(copy) - (at + copy.by) - 4;
    const sign = (offset >> 24) & 1;
    const j1 = ((offset >> 23) & 1) ^ sign ^ 1;
    const j2 = ((offset >> 22) & 1) ^ sign ^ 1;
    unit.predicted =
      (w & 0xd000f800) |
      (sign << 10) |
      ((offset >> 12) & 0x3ff) |
      (j1 << 29) |
      (j2 << 27) |
      (((offset >> 1) & 0x7ff) << 16);
  }

  function thumbOffset(w: number): number {
    const sign = (w >> 10) & 1;
    const i1 = ((w >> 29) & 1) ^ sign ^ 1;
    const i2 = ((w >> 27) & 1) ^ sign ^ 1;
    return ((sign << 31) >> 7) | (i1 << 23) | (i2 << 22) | ((w & 0x3ff) << 12) | (((w >>> 16) & 0x7ff) << 1);
  }

  function thumbLength(at: number, room: number): number {
    const isBranch = (place: number) => {
      const w = wordAt(old, place, 4);
      return (w & 0xf800) === 0xf000 && (w & 0x90000000) === (0x90000000 | 0);
    };
    if ((at & 1) === 1) return 1;
    if (room >= 4 && isBranch(at)) return 4;
    if ((at & 2) === 2) return Math.min(room, 2);
    return room >= 6 && isBranch(at + 2) ? 2 : Math.min(room, 4);
  }

  function arm(copy: Copy, at: number): void {
    const w = unit.old;
    if ((w & 0x0e000000) === 0x0a000000 && w >>> 28 !== 15) {
      unit.kind = kinds.branch;
      target = (at + 8 + ((w << 8) >> 6)) | 0;
      unit.predicted = (w & 0xff000000) | (((target + found(copy) - (at + copy.by) - 8) >> 2) & 0xffffff);
    } else pointer(copy);
  }

  return {
    unit,
    reset: () => {
      owners.fill(255);
    },
    read: (copy, at) => {
      const room = copy.from + copy.length - at;
      const length = format === 'thumb' ? thumbLength(at, room) : Math.min(room, 4 - (at & 3));
      unit.length = length;
      unit.kind = kinds.plain;
      unit.old = wordAt(old, at, length);
      unit.predicted = unit.old;
      if (length < 4) return;
      if (format === 'aarch64') aarch64(copy, at);
      else if (format === 'thumb') thumb(copy, at);
      else if (format === 'arm') arm(copy, at);
      else pointer(copy);
    },
    learn: (copy, at, word) => {
      const here = at + copy.by;
      const old = unit.old;
      let now = 0;
      switch (unit.kind) {
        case kinds.branch:
          if (format === 'aarch64') {
            if ((word & 0x7c000000) !== 0x14000000) return;
            now = here + ((word << 6) >> 4);
          } else if (format === 'thumb') {
            if ((word & 0xf800) !== 0xf000 || (word & 0x90000000) !== (0x90000000 | 0)) return;
            now = here + 4 + thumbOffset(word);
          } else {
            if ((word & 0x0e000000) !== 0x0a000000) return;
            now = here + 8 + ((word << 8) >> 6);
          }
          break;
        case kinds.page: {
          if (((word ^ old) & 0x9f00001f) !== 0) {
            owners[slot] = 255;
            return;
          }
          const pages = (((word << 8) >> 13) << 2) | ((word >> 29) & 3);
          newPages[slot] = (((here + base) & ~4095) + (pages << 12) - base) | 0;
          return;
        }
        case kinds.low:
          if (((word ^ old) & 0xffc003e0) !== 0) return;
          now = (newPages[slot] ?? 0) + lowPart(word);
          break;
        case kinds.pointer:
          now = target + (word - old);
          break;
        default:
          return;
      }
      const by = (now - target) | 0;
      if (by >= -0x800000 && by < 0x800000) moves.learn(target, by);
    },
  };
}
