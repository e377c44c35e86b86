/** Finds the addresses at which an image is loaded: in the headers of an ELF file, else by a vote of its changed words. */
import type { AddressRange } from './code.js';
import type { Cover } from './covers.js';
import type { ShiftMap } from './shifts.js';

const rangeLimit = 8;

/** The loaded segments of an ELF file of either size, little endian; none where the image is something else. */
export function elfRanges(image: Uint8Array): readonly AddressRange[] {
  if (image.length < 64 || Buffer.compare(image.subarray(0, 4), Buffer.from('\x7fELF', 'latin1')) !== 0) return [];
  if (image[5] !== 1) return [];
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const wide = image[4] === 2;
  const number = (at: number): number => (wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true));
  const table = number(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, true);
  const count = view.getUint16(wide ? 56 : 44, true);
  const least = wide ? 56 : 32;
  const ranges: AddressRange[] = [];
  for (let k = 0; k < count && size >= least; k++) {
    const at = table + k * size;
    if (at + least > image.length || view.getUint32(at, true) !== 1) continue;
    const offset = number(at + (wide ? 8 : 4));
    const address = number(at + (wide ? 16 : 8)) % 2 ** 32;
    const length = number(at + (wide ? 32 : 16));
    if (length > 0 && offset + length <= image.length && address + length <= 2 ** 32)
      ranges.push({ address, offset, length });
  }
  return ranges.sort((a, b) => b.length - a.length || a.offset - b.offset).slice(0, rangeLimit);
}

const sampleLimit = 600;
const farthest = 2 ** 22;

/** Words of the old image that changed as addresses do, which is not by much. */
function changedWords(old: Uint8Array, fresh: Uint8Array, covers: readonly Cover[]): readonly number[] {
  const oldView = new DataView(old.buffer, old.byteOffset, old.byteLength);
  const freshView = new DataView(fresh.buffer, fresh.byteOffset, fresh.byteLength);
  const words: number[] = [];
  for (const { at, from, length, self } of covers) {
    if (self) continue;
    for (let a = (from + 3) & ~3; a + 4 <= from + length; a += 4) {
      const word = oldView.getUint32(a, true);
      const by = (freshView.getUint32(a + at - from, true) - word) | 0;
      if (by !== 0 && by > -farthest && by < farthest) words.push(word);
    }
  }
  return words;
}

/** The aligned words of an image between two limits. */
function wordsWithin(image: Uint8Array, least: number, most: number): ReadonlySet<number> {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const words = new Set<number>();
  for (let at = 0; at + 4 <= image.length; at += 4) {
    const word = view.getUint32(at, true);
    if (word >= least && word <= most) words.add(word);
  }
  return words;
}

/** Evenly chosen, at most so many. */
function some<T>(all: readonly T[], limit: number): readonly T[] {
  const step = Math.max(1, all.length / limit);
  return Array.from({ length: Math.min(all.length, limit) }, (_, i) => all[Math.floor(i * step)]).filter(
    (each) => each !== undefined,
  );
}

/** The addresses of the image's first byte for which most words, moved as what they point at, are words of the new image. */
export function votedBases(
  old: Uint8Array,
  fresh: Uint8Array,
  covers: readonly Cover[],
  shiftAt: ShiftMap,
): readonly number[] {
  const samples = changedWords(old, fresh, covers);
  if (samples.length < 16) return [];
  // The busiest stretch of addresses, as long as the image.
  const counts = new Map<number, number>();
  for (const word of samples) counts.set(word >>> 16, (counts.get(word >>> 16) ?? 0) + 1);
  const slots = Math.max(1, Math.ceil(old.length / 65_536));
  let best = 0;
  let busiest = 0;
  for (const slot of counts.keys()) {
    let sum = 0;
    for (let k = 0; k < slots; k++) sum += counts.get(slot + k) ?? 0;
    if (sum > best || (sum === best && slot < busiest)) {
      best = sum;
      busiest = slot;
    }
  }
  const first = busiest * 65_536;
  const near = samples.filter((word) => word >= first && word < first + slots * 65_536);
  const voters = some(near, sampleLimit);
  const moved = wordsWithin(fresh, first - farthest, first + slots * 65_536 + farthest);
  const votes: { readonly base: number; readonly score: number }[] = [];
  const lowest = Math.max(0, Math.ceil((first - old.length) / 4096) * 4096);
  for (let base = lowest; base < first + 65_536 && base + old.length <= 2 ** 32; base += 4096) {
    let score = 0;
    for (const word of voters) {
      const by = shiftAt(word - base);
      if (by !== undefined && by !== 0 && moved.has(word + by)) score++;
    }
    votes.push({ base, score });
  }
  return votes
    .sort((a, b) => b.score - a.score || a.base - b.base)
    .slice(0, 2)
    .filter(({ score }) => score * 10 >= voters.length)
    .map(({ base }) => base);
}
