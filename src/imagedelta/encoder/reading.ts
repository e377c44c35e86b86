/** Chooses how the old image is read: as code of which kind, loaded where. */
import { elfRanges, votedBases } from './bases.js';
import { type AddressRange, type CodeFormat, plainReading, type Reading } from './code.js';
import type { Cover } from './covers.js';
import { judgeTables, type Loops } from './loops.js';
import { mapShifts } from './shifts.js';

const formats: readonly CodeFormat[] = ['none', 'aarch64', 'thumb', 'arm'];
/** Old bytes that are looked at to judge a reading. */
const sampleBytes = 2 ** 19;

/** The readings that promise most, the best one first; the plain one is always there. */
export function readingsOf(
  loops: Loops,
  old: Uint8Array,
  fresh: Uint8Array,
  covers: readonly Cover[],
): readonly Reading[] {
  const elf = elfRanges(old);
  const bases = elf.length > 0 ? [] : votedBases(old, fresh, covers, mapShifts(old.length, covers));
  const whole = bases.map((address): readonly AddressRange[] => [{ address, offset: 0, length: old.length }]);
  const rangeSets: readonly (readonly AddressRange[])[] = [[], ...(elf.length > 0 ? [elf] : []), ...whole];
  const sample = sampleOf(covers);
  const judged = formats
    .flatMap((format) => rangeSets.map((ranges): Reading => ({ format, ranges, codeBase: codeBaseOf(ranges) })))
    .filter(({ format, ranges }) => format !== 'none' || ranges.length > 0)
    .map((reading) => ({ reading, gain: gainOf(loops, sample, reading) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain);
  return [...judged.slice(0, 1).map(({ reading }) => reading), plainReading];
}

/** The low bits of the address of the first byte, by the largest range. */
function codeBaseOf(ranges: readonly AddressRange[]): number {
  const [range] = ranges;
  return range === undefined ? 0 : (range.address - range.offset) & 4095;
}

/** Pieces of the covers, spread over all. */
function sampleOf(covers: readonly Cover[]): readonly Cover[] {
  const copies = covers.filter(({ self, length }) => !self && length >= 16);
  const total = copies.reduce((sum, { length }) => sum + length, 0);
  if (total <= sampleBytes) return copies;
  const piece = 16_384;
  const pieces = copies.flatMap(({ at, from, length }) =>
    Array.from({ length: Math.ceil(length / piece) }, (_, k) => ({
      at: at + k * piece,
      from: from + k * piece,
      length: Math.min(piece, length - k * piece),
      self: false,
    })),
  );
  const step = Math.ceil(total / sampleBytes);
  return pieces.filter((_, k) => k % step === 0);
}

/** Units that are foretold where the old one would be wrong, less those that are not where it would be right. */
function gainOf({ call, openCoding }: Loops, covers: readonly Cover[], reading: Reading): number {
  openCoding(judgeTables, reading);
  call('openSegment', 0);
  let gain = 0;
  for (const { at, from, length } of covers) {
    call('openCopy', from, length, at - from);
    gain += call('gainOfCopy');
  }
  return gain;
}
