/** Units of the old image as code: docs/formats/image-delta.md, section 8. */
import type { DeltaFormat, DeltaRange } from './header-fields.js';
import type { SeenMoves } from './moves.js';

/** A piece of the old image that is being copied. */
export interface OldPiece {
  readonly from: number;
  readonly length: number;
  /** New place minus old place. */
  readonly by: number;
}

/** A unit as it stands in the old image, and what is expected of it in the new one. */
export interface Unit {
  kind: number;
  length: number;
  old: number;
  predicted: number;
  /** Where it points at. */
  target: number;
}

/** Reads units and learns from what became of them. */
export interface CodeReader {
  readonly unit: Unit;
  readonly read: (piece: OldPiece, a: number) => void;
  readonly learn: (piece: OldPiece, a: number, fresh: number) => void;
}

const unused = 255;

/** The low part that an instruction adds to a page; -1 for others. */
function lowOf(w: number): number {
  if ((w & 0xffc00000) >>> 0 === 0x91000000) return (w >>> 10) & 0xfff;
  return (w & 0x3b000000) === 0x39000000 ? ((w >>> 10) & 0xfff) << shiftOf(w) : -1;
}

function shiftOf(w: number): number {
  if ((w & 0x3b000000) !== 0x39000000) return 0;
  return (w & 0x04800000) === 0x04800000 && w >>> 30 === 0 ? 4 : w >>> 30;
}

function pagesOf(w: number): number {
  return (((w << 8) >> 13) << 2) | ((w >>> 29) & 3);
}

function isThumbBranch(w: number): boolean {
  return (w & 0xf800) === 0xf000 && (w & 0x90000000) >>> 0 === 0x90000000;
}

function thumbOffset(w: number): number {
  const s = (w >>> 10) & 1;
  const i1 = ((w >>> 29) & 1) ^ s ^ 1;
  const i2 = ((w >>> 27) & 1) ^ s ^ 1;
  return -(s << 24) + (i1 << 23) + (i2 << 22) + ((w & 0x3ff) << 12) + (((w >>> 16) & 0x7ff) << 1);
}

/** A reader in the state that each segment begins with. */
export function readCode(
  old: Uint8Array,
  format: DeltaFormat,
  ranges: readonly DeltaRange[],
  codeBase: number,
  moves: SeenMoves,
): CodeReader {
  const base = codeBase % 4096;
  const unit: Unit = { kind: 0, length: 0, old: 0, predicted: 0, target: 0 };
  const pairs = Array.from({ length: 8 }, () => ({ register: unused, oldPage: 0, newPage: 0, begin: 0 }));
  let pair = pairs[0];

  function word(at: number): number {
    return (old[at] ?? 0) | ((old[at + 1] ?? 0) << 8) | ((old[at + 2] ?? 0) << 16) | ((old[at + 3] ?? 0) << 24);
  }

  function found({ from, length, by }: OldPiece): number {
    return (unit.target - from) >>> 0 < length ? by : moves.find(unit.target, by);
  }

  function pointer(piece: OldPiece): void {
    const address = unit.old >>> 0;
    const range = ranges.find((each) => address >= each.address && address < each.address + each.length);
    if (range === undefined) return;
    unit.kind = 4;
    unit.target = (address - range.address + range.offset) | 0;
    unit.predicted = (unit.old + found(piece)) | 0;
  }

  function local(piece: OldPiece, a: number, offset: number, mask: number): void {
    unit.kind = 5;
    unit.target = (a + offset) | 0;
    const distance = (unit.target + found(piece) - (a + piece.by)) >> 2;
    unit.predicted = (unit.old & ~(mask << 5)) | ((distance & mask) << 5);
  }

  function page(piece: OldPiece, a: number): void {
    const w = unit.old;
    const register = w & 31;
    const oldPage = (((a + base) & ~0xfff) + (pagesOf(w) << 12) - base) | 0;
    unit.kind = 2;
    unit.target = oldPage;
    for (let k = 1; k <= 4 && a + 4 * k + 4 <= piece.from + piece.length; k++) {
      const x = word(a + 4 * k);
      if (((x >>> 5) & 31) === register && lowOf(x) >= 0) {
        unit.target = (oldPage + lowOf(x)) | 0;
        break;
      }
    }
    const m = (((unit.target + found(piece) + base) & ~0xfff) - ((a + piece.by + base) & ~0xfff)) >> 12;
    unit.predicted = (w & 0x9f00001f) | ((m & 3) << 29) | (((m >> 2) & 0x7ffff) << 5);
    pair = pairs[register & 7];
    if (pair === undefined) return;
    pair.register = register;
    pair.oldPage = oldPage;
    pair.begin = a;
  }

  /** Whether the unit adds to a page; it is read if so. */
  function low(piece: OldPiece, a: number): boolean {
    const w = unit.old;
    const part = lowOf(w);
    const register = (w >>> 5) & 31;
    const its = pairs[register & 7];
    if (part < 0 || its === undefined || its.register !== register || a < its.begin || a - its.begin > 64) return false;
    pair = its;
    unit.kind = 3;
    unit.target = (its.oldPage + part) | 0;
    unit.predicted = (w & ~0x3ffc00) | ((((unit.target + found(piece) + base) & 0xfff) >>> shiftOf(w)) << 10);
    return true;
  }

  function aarch64(piece: OldPiece, a: number): void {
    const w = unit.old;
    if ((w & 0x7c000000) === 0x14000000) {
      unit.kind = 1;
      unit.target = (a + ((w << 6) >> 4)) | 0;
      const distance = (unit.target + found(piece) - (a + piece.by)) >> 2;
      unit.predicted = (w & 0xfc000000) | (distance & 0x3ffffff);
    } else if ((w & 0x9f000000) >>> 0 === 0x90000000) page(piece, a);
    else if (low(piece, a)) return;
    else if ((w & 0xff000010) === 0x54000000 || (w & 0x7e000000) === 0x34000000 || (w & 0x3b000000) === 0x18000000)
      local(piece, a, ((w << 8) >> 13) << 2, 0x7ffff);
    else if ((w & 0x7e000000) === 0x36000000) local(piece, a, ((w << 13) >> 18) << 2, 0x3fff);
    else pointer(piece);
  }

  function thumb(piece: OldPiece, a: number): void {
    const w = unit.old;
    if (!isThumbBranch(w)) {
      pointer(piece);
      return;
    }
    unit.kind = 1;
    unit.target = (a + 4 + thumbOffset(w)) | 0;
    const d = unit.target + found(piece) - (a + piece.by) - 4;
    const s = (d >> 24) & 1;
    const j = (bit: number): number => ((d >> bit) & 1) ^ s ^ 1;
    unit.predicted =
      (w & 0xd000f800) | (s << 10) | ((d >> 12) & 0x3ff) | (j(23) << 29) | (j(22) << 27) | (((d >> 1) & 0x7ff) << 16);
  }

  function arm(piece: OldPiece, a: number): void {
    const w = unit.old;
    if ((w & 0x0e000000) !== 0x0a000000 || w >>> 28 === 15) {
      pointer(piece);
      return;
    }
    unit.kind = 1;
    unit.target = (a + 8 + ((w << 8) >> 6)) | 0;
    unit.predicted = (w & 0xff000000) | (((unit.target + found(piece) - (a + piece.by) - 8) >> 2) & 0xffffff);
  }

  function lengthAt(a: number, room: number): number {
    if (format !== 'thumb') return Math.min(room, 4 - (a & 3));
    if ((a & 1) === 1) return 1;
    if (room >= 4 && isThumbBranch(word(a))) return 4;
    if ((a & 2) === 2) return Math.min(room, 2);
    return room >= 6 && isThumbBranch(word(a + 2)) ? 2 : Math.min(room, 4);
  }

  /** Where a branch leads to, which is `fresh` at `here`; `undefined` when it is none. */
  function branchTarget(fresh: number, here: number): number | undefined {
    if (format === 'aarch64') return (fresh & 0x7c000000) === 0x14000000 ? here + ((fresh << 6) >> 4) : undefined;
    if (format === 'thumb') return isThumbBranch(fresh) ? here + 4 + thumbOffset(fresh) : undefined;
    return (fresh & 0x0e000000) === 0x0a000000 ? here + 8 + ((fresh << 8) >> 6) : undefined;
  }

  /** The new target; `undefined` where nothing is to be learned. */
  function newTarget(here: number, fresh: number): number | undefined {
    switch (unit.kind) {
      case 1:
        return branchTarget(fresh, here);
      case 2:
        if (pair === undefined) return undefined;
        if (((fresh ^ unit.old) & 0x9f00001f) !== 0) pair.register = unused;
        else pair.newPage = (((here + base) & ~0xfff) + (pagesOf(fresh) << 12) - base) | 0;
        return undefined;
      case 3:
        return ((fresh ^ unit.old) & 0xffc003e0) === 0 ? (pair?.newPage ?? 0) + lowOf(fresh) : undefined;
      case 4:
        return unit.target + (fresh - unit.old);
      default:
        return undefined;
    }
  }

  return {
    unit,
    read: (piece, a) => {
      const length = lengthAt(a, piece.from + piece.length - a);
      unit.kind = 0;
      unit.length = length;
      unit.old = length === 4 ? word(a) : word(a) & (2 ** (8 * length) - 1);
      unit.predicted = unit.old;
      if (length < 4) return;
      if (format === 'aarch64') aarch64(piece, a);
      else if (format === 'thumb') thumb(piece, a);
      else if (format === 'arm') arm(piece, a);
      else pointer(piece);
    },
    learn: (piece, a, fresh) => {
      const target = newTarget(a + piece.by, fresh);
      if (target === undefined) return;
      const by = (target - unit.target) | 0;
      if (by >= -0x800000 && by < 0x800000) moves.learn(unit.target, by);
    },
  };
}
