import { compressBzip2 } from './bzip2.js';
import { suffixArray } from './suffix.js';

/** Names this encoder's output: it changes whenever the same input and effort may give other bytes. For cache keys. */
export const bsdiffEncoderVersion = 'bsdiff-1';

/** How hard to look for a smaller patch. */
export type BsdiffEffort = 'fast' | 'normal' | 'best';

/** Options of {@link encodeBsdiff}. */
export interface BsdiffOptions {
  readonly effort: BsdiffEffort;
  /** Told now and then how many bytes of the target are done, never decreasing, at the end all of them. */
  readonly onProgress?: (doneBytes: number) => void;
}

/** Neither file may be longer than this, in bytes: the suffix array counts with 31 bits. */
export const bsdiffLimit = 2 ** 31 - 2 ** 16;

/**
 * A BSDIFF40 patch that makes `target` from `source`; the same input and effort always give the same bytes.
 * No count in it is negative and no position lies outside the source. Throws a RangeError when a file is longer than {@link bsdiffLimit}.
 */
export function encodeBsdiff(source: Uint8Array, target: Uint8Array, options: BsdiffOptions): Uint8Array {
  if (source.length > bsdiffLimit)
    throw new RangeError(`the source has ${source.length} bytes; BSDIFF40 is made for at most ${bsdiffLimit}`);
  if (target.length > bsdiffLimit)
    throw new RangeError(`the target has ${target.length} bytes; BSDIFF40 is made for at most ${bsdiffLimit}`);
  const order = suffixArray(source);
  const controls: number[] = [];
  const diff = new Uint8Array(target.length);
  const extra = new Uint8Array(target.length);
  let diffLength = 0;
  let extraLength = 0;

  let lastScan = 0;
  let lastPos = 0;
  let lastOffset = 0;
  let scan = 0;
  let length = 0;
  let reported = 0;
  while (scan < target.length) {
    let oldScore = 0;
    scan += length;
    let pos = 0;
    length = 0;
    for (let scored = scan; scan < target.length; scan++) {
      const found = longestMatch(source, order, target, scan);
      length = found.length;
      pos = found.pos;
      for (; scored < scan + length; scored++) if (source[scored + lastOffset] === target[scored]) oldScore++;
      if ((length === oldScore && length !== 0) || length > oldScore + 8) break;
      if (scored > scan && source[scan + lastOffset] === target[scan]) oldScore--;
      if (scored <= scan) scored = scan + 1;
    }
    if (length === oldScore && scan < target.length) continue;

    let forward = 0;
    for (let i = 0, same = 0, best = 0; lastScan + i < scan && lastPos + i < source.length; ) {
      if (source[lastPos + i] === target[lastScan + i]) same++;
      i++;
      if (same * 2 - i > best) {
        best = same * 2 - i;
        forward = i;
      }
    }
    let backward = 0;
    if (scan < target.length) {
      for (let i = 1, same = 0, best = 0; scan >= lastScan + i && pos >= i; i++) {
        if (source[pos - i] === target[scan - i]) same++;
        if (same * 2 - i > best) {
          best = same * 2 - i;
          backward = i;
        }
      }
    }
    const overlap = lastScan + forward - (scan - backward);
    if (overlap > 0) {
      let kept = 0;
      for (let i = 0, lead = 0, best = 0; i < overlap; i++) {
        if (target[lastScan + forward - overlap + i] === source[lastPos + forward - overlap + i]) lead++;
        if (target[scan - backward + i] === source[pos - backward + i]) lead--;
        if (lead > best) {
          best = lead;
          kept = i + 1;
        }
      }
      forward += kept - overlap;
      backward -= kept;
    }
    for (let i = 0; i < forward; i++) diff[diffLength++] = (target[lastScan + i] ?? 0) - (source[lastPos + i] ?? 0);
    const copy = scan - backward - (lastScan + forward);
    for (let i = 0; i < copy; i++) extra[extraLength++] = target[lastScan + forward + i] ?? 0;
    const seek = scan < target.length ? pos - backward - (lastPos + forward) : 0;
    controls.push(forward, copy, seek);
    lastScan = scan - backward;
    lastPos = pos - backward;
    lastOffset = pos - scan;
    if (scan - reported > 1 << 18) {
      reported = scan;
      options.onProgress?.(scan);
    }
  }
  const patch = assemble(controls, diff.subarray(0, diffLength), extra.subarray(0, extraLength), target.length);
  options.onProgress?.(target.length);
  return patch;
}

function assemble(controls: readonly number[], diff: Uint8Array, extra: Uint8Array, size: number): Uint8Array {
  const control = new Uint8Array(controls.length * 8);
  controls.forEach((value, i) => {
    putNumber(control, i * 8, value);
  });
  const parts = [
    compressBzip2(control, { level: 9 }),
    compressBzip2(diff, { level: 1 }),
    compressBzip2(extra, { level: 9 }),
  ];
  const header = new Uint8Array(32);
  header.set([0x42, 0x53, 0x44, 0x49, 0x46, 0x46, 0x34, 0x30]);
  putNumber(header, 8, parts[0]?.length ?? 0);
  putNumber(header, 16, parts[1]?.length ?? 0);
  putNumber(header, 24, size);
  const patch = new Uint8Array(parts.reduce((sum, part) => sum + part.length, header.length));
  let at = 0;
  for (const part of [header, ...parts]) {
    patch.set(part, at);
    at += part.length;
  }
  return patch;
}

/** Sign and magnitude, little endian. */
function putNumber(to: Uint8Array, at: number, value: number): void {
  const view = new DataView(to.buffer, to.byteOffset + at, 8);
  const size = Math.abs(value);
  view.setUint32(0, size % 2 ** 32, true);
  view.setUint32(4, Math.floor(size / 2 ** 32) + (value < 0 ? 0x80000000 : 0), true);
}

function longestMatch(source: Uint8Array, order: Int32Array, target: Uint8Array, at: number) {
  let low = 0;
  let high = source.length - 1;
  let best = 0;
  let pos = 0;
  let sameLow = 0;
  let sameHigh = 0;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const from = order[middle] ?? 0;
    let same = Math.min(sameLow, sameHigh);
    while (at + same < target.length && from + same < source.length && source[from + same] === target[at + same])
      same++;
    if (same > best) {
      best = same;
      pos = from;
    }
    if (
      at + same < target.length &&
      (from + same >= source.length || (source[from + same] ?? 0) < (target[at + same] ?? 0))
    ) {
      low = middle + 1;
      sameLow = same;
    } else {
      high = middle - 1;
      sameHigh = same;
    }
  }
  return { length: best, pos };
}
