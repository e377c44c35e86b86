/** Makes one segment of the new image: docs/formats/image-delta.md, sections 4 and 6. */
import { type BitReader, readBits } from './bits.js';
import { type CodeReader, type OldPiece, readCode } from './code-formats.js';
import type { DeltaContent, OnContent } from './device.js';
import { DeltaError } from './fault.js';
import type { DeltaHeader, DeltaSegment } from './header-fields.js';
import { noMoves, type SeenMoves } from './moves.js';

/** Where a copy may be taken from. */
interface Reach {
  readonly start: number;
  readonly end: number;
  readonly oldFrom: number;
  readonly oldTo: number;
  /** Copies of the new image: the lowest place before the writer, and where the segments begin that were made before. */
  readonly newFrom: number;
  readonly madeFrom: number | undefined;
}

function reachOf(header: DeltaHeader, segment: DeltaSegment): Reach {
  const { start, end, index } = segment;
  const behind = (index + 1) * header.segmentSize;
  const { inPlace, downwards } = header;
  return {
    start,
    end,
    oldFrom: inPlace && !downwards ? start : 0,
    oldTo: inPlace && downwards && segment !== header.segments[0] ? Math.min(behind, header.oldSize) : header.oldSize,
    newFrom: downwards ? start : 0,
    madeFrom: downwards ? behind : undefined,
  };
}

const kind = { gap: 0, length: 1, move: 2, back: 3 } as const;

/** What becomes of the units of a copy is kept from one copy to the next. */
interface Trail {
  flags: number;
  run: number;
  differences: number;
  lastOld: number;
  readonly kindFlags: Uint8Array;
  readonly lastDifference: Uint8Array;
  readonly lastNonzero: Uint8Array;
}

/** Makes the segment in `fresh`, of which all that is made before is there already. Throws a DeltaError with code 18. */
export function makeSegment(
  header: DeltaHeader,
  segment: DeltaSegment,
  packed: Uint8Array,
  old: Uint8Array,
  fresh: Uint8Array,
  onContent?: OnContent,
): void {
  const reach = reachOf(header, segment);
  const { start, end } = reach;
  const bits = readBits(packed, header.model);
  const moves = noMoves(header.model.exactBits, header.model.coarseBits);
  const code = readCode(old, header.format, header.ranges, header.codeBase, moves);
  const trail: Trail = {
    flags: 0,
    run: 0,
    differences: 0,
    lastOld: 0,
    kindFlags: new Uint8Array(8),
    lastDifference: new Uint8Array(4),
    lastNonzero: new Uint8Array(4),
  };
  const tell = onContent === undefined ? () => {} : contentMeter(bits, onContent);
  const lastBits = new Uint8Array(4);
  let lastNumber = 0;
  let lastSource = 0;

  function number(which: number): number {
    const last = lastBits[which] ?? 0;
    bits.context(16 + which, 0, last, lastNumber, (last << 8) | lastNumber, lastSource, (lastSource << 8) | last);
    const count = bits.tree(5, 40 + which, 32);
    let plus = 1;
    let prefix = 1;
    for (let left = count; left > 0; left--) {
      let bit: number;
      if (count - left < 3) {
        bit = bits.modelled((count << 5) + prefix + 64, 45 + which, 32);
        prefix = prefix * 2 + bit;
      } else bit = bits.even();
      plus = plus * 2 + bit;
    }
    lastBits[which] = count;
    lastNumber = count;
    return plus - 1;
  }

  function literals(from: number, count: number): void {
    for (let at = from; at < from + count; at++) {
      const before = (back: number): number => (at - back < start ? 0 : (fresh[at - back] ?? 0));
      const [b1, b2, b3, b4] = [before(1), before(2), before(3), before(4)];
      const q = at & 3;
      bits.context(1, (b1 << 2) | q, (b2 << 8) | b1, (b4 << 2) | q, q, (b3 << 16) | (b2 << 8) | b1, (b4 << 8) | b3);
      let node = 1;
      for (let k = 0; k < 8; k++) node = node * 2 + bits.modelled(node, k + 8 * (q >> 1), b1 >> 5);
      fresh[at] = node & 255;
    }
  }

  const by = [0, 0, 0];
  let expected = start;
  let at = start;
  while (at < end) {
    const gap = number(kind.gap);
    if (gap > end - at) throw wrong(segment, `a gap of ${gap} bytes`);
    tell('covers');
    literals(at, gap);
    tell('literals');
    at += gap;
    if (at === end) break;
    const none = gap === 0 ? 1 : 0;
    bits.context(8, 0, none, lastNumber, (lastSource << 1) | none, lastSource, 0);
    const source = bits.tree(3, 50, 32);
    lastSource = source;
    let from = 0;
    if (source === 0) {
      const moved = number(kind.move);
      from = expected + (moved % 2 === 0 ? moved / 2 : -(moved + 1) / 2);
    } else if (source <= 3) {
      from = at - (by[source - 1] ?? 0);
      lastNumber = 31 + source;
    } else if (source === 4) from = at - (number(kind.back) + 1);
    else if (source === 5 && reach.madeFrom !== undefined) from = reach.madeFrom + number(kind.back);
    else throw wrong(segment, `source ${source}`);
    const length = number(kind.length) + 1;
    if (length > end - at) throw wrong(segment, `a copy of ${length} bytes`);
    tell('covers');
    if (source >= 4) {
      if (source === 4 ? from < reach.newFrom : from + length > header.newSize)
        throw wrong(segment, `a copy from ${from}`);
      for (let i = 0; i < length; i++) fresh[at + i] = fresh[from + i] ?? 0;
    } else {
      if (from < reach.oldFrom || from + length > reach.oldTo) throw wrong(segment, `a copy from ${from}`);
      copyOld({ from, length, by: at - from }, bits, code, moves, trail, fresh, tell);
      expected = from + length;
      by.splice(source === 0 ? 2 : source - 1, 1);
      by.unshift(at - from);
    }
    at += length;
  }
}

/** What the kinds of units are told as. */
const contentOf: readonly DeltaContent[] = ['data', 'branches', 'pages', 'pages', 'pointers', 'branches'];

/** Tells of all bits since it was called last what they are for. */
function contentMeter(bits: BitReader, onContent: OnContent): (kind: DeltaContent) => void {
  let before = bits.used();
  return (kind) => {
    const now = bits.used();
    onContent(kind, now - before);
    before = now;
  };
}

function wrong(segment: DeltaSegment, found: string): DeltaError {
  return new DeltaError('stream', `segment ${segment.index} of the patch asks for what cannot be`, found);
}

function copyOld(
  piece: OldPiece,
  bits: BitReader,
  code: CodeReader,
  moves: SeenMoves,
  trail: Trail,
  fresh: Uint8Array,
  tell: (kind: DeltaContent) => void,
): void {
  const { unit } = code;
  const end = piece.from + piece.length;
  let page = -1;
  for (let a = piece.from; a < end; a += unit.length) {
    if (a >>> 9 !== page) {
      page = a >>> 9;
      moves.pass(page, piece.by);
    }
    code.read(piece, a);
    const made = decodeUnit(bits, code, trail);
    tell(contentOf[unit.kind] ?? 'data');
    for (let i = 0; i < unit.length; i++) fresh[a + piece.by + i] = made >>> (8 * i);
    if (unit.length === 4) code.learn(piece, a, made);
  }
}

/** The unit of the new image, as a number. */
function decodeUnit(bits: BitReader, { unit }: CodeReader, trail: Trail): number {
  const { kind, length, old, predicted } = unit;
  const byteOf = (value: number, i: number): number => (value >>> (8 * i)) & 255;
  const top = byteOf(old, length - 1);
  const next = length === 1 ? 0 : byteOf(old, length - 2);
  const shape = kind | (length << 3) | (predicted === old ? 0 : 64);
  const r = Math.min(trail.run, 15);
  const history = trail.kindFlags[kind] ?? 0;
  bits.context(
    2,
    (r << 12) | (history << 8) | shape,
    ((trail.flags & 7) << 16) | (top << 8) | shape,
    trail.flags & 255,
    (top << 8) | next,
    old,
    trail.differences,
  );
  const hit = bits.modelled(0, 16 + kind, 8 + r);
  trail.flags = (trail.flags << 1) | hit;
  trail.kindFlags[kind] = ((history << 1) | hit) & 15;
  let made = predicted;
  if (hit === 1) {
    trail.run = Math.min(trail.run + 1, 255);
    trail.lastDifference.fill(0, 0, length);
  } else {
    trail.run = 0;
    trail.differences = 0;
    let wrong = 0;
    let carry = 0;
    made = 0;
    for (let i = 0; i < length; i++) {
      const o = byteOf(old, i);
      const before = i === 0 ? trail.lastOld >>> 24 : byteOf(old, i - 1);
      const place = i | (length << 2) | (wrong << 5) | (kind << 9);
      bits.context(
        3,
        (carry << 22) | (place << 8) | top,
        (place << 8) | (trail.lastDifference[i] ?? 0),
        (carry << 22) | (wrong << 12) | (i << 8) | (trail.lastNonzero[i] ?? 0),
        (i << 16) | (o << 8) | before,
        (trail.differences << 8) | o,
        Math.imul(old, 0x6c8e9cf5) + i,
      );
      const differs = i === length - 1 && wrong === 0 ? 1 : bits.modelled(0, 24 + i + (wrong === 0 ? 0 : 4), 24 + kind);
      wrong |= differs << i;
      let difference = 0;
      if (differs === 1) {
        let node = 1;
        for (let k = 0; k < 8; k++) node = node * 2 + bits.modelled(node, 32 + i + (k < 4 ? 0 : 4), 24 + kind);
        difference = node & 255;
        trail.lastNonzero[i] = difference;
        trail.differences = (trail.differences << 8) | difference;
      }
      trail.lastDifference[i] = difference;
      const sum = byteOf(predicted, i) + (difference < 128 ? difference : difference - 256);
      carry = (sum >> 8) & 3;
      made |= (sum & 255) << (8 * i);
    }
  }
  trail.lastOld = old;
  return made;
}
