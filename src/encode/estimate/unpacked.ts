import { Buffer } from 'node:buffer';
import { sha256Of } from '../../model/digest.js';
import { isEncodable } from '../bsdiff/encodable.js';
import { type DeflateStream, searchDeflateStreams } from '../imgdiff/deflate-streams.js';
import { type DeflateTarget, openDeflateTarget } from '../imgdiff/imgdiff.js';
import { gramsOf, similarity } from '../imgdiff/similarity.js';
import { estimatePatch } from './patch-size.js';
import type { SampleSize } from './sample.js';

/** Bytes of a stream that must be the same for its settings to be believed. */
const comparedBytes = 32 * 1024;

/** Of several streams those are looked at whose expanded sizes are so close, as the logarithm of their ratio; if there are any. */
const likelyRatio = 0.4;

/** Long streams of a file that are kept expanded while they are compared, in bytes: a kernel, not an archive of them. */
const keptExpanded = 48 * 2 ** 20;

/** What an IMGDIFF2 takes for a stream beside the patch. */
const chunkHeader = 60;

/** A target whose deflate streams were found: what a patch of what is inside of them takes. Close it: long streams stay expanded until then. */
export interface Unpacked {
  /** About how many bytes the IMGDIFF2 from a source takes; undefined where no stream of the target can be made again. */
  readonly patchFrom: (source: Uint8Array) => number | undefined;
  /**
   * About how many bytes it would take if zlib had made the gzip members of the target that it has not made; undefined where there are
   * none such that changed.
   */
  readonly repackedFrom: (source: Uint8Array) => number | undefined;
  readonly close: () => void;
}

/** Looks for the streams of a target, once for any number of sources; undefined where there are none. */
export function openUnpacked(target: Uint8Array): Unpacked | undefined {
  const opened = openDeflateTarget(target, comparedBytes, keptExpanded);
  return opened && unpackedOf(opened);
}

/** The same of a target whose streams have been looked for. `size` says how closely to look. */
export function unpackedOf(opened: DeflateTarget, size?: SampleSize | undefined): Unpacked {
  const { bytes: target, streams, settings } = opened;
  let last: { readonly source: Uint8Array; readonly streams: readonly DeflateStream[] } | undefined;
  const streamsOf = (source: Uint8Array): readonly DeflateStream[] => {
    if (last?.source === source) return last.streams;
    release(last?.streams);
    last = { source, streams: searchDeflateStreams(source, undefined, keptExpanded).streams };
    return last.streams;
  };
  const isForeign = (stream: DeflateStream): boolean => stream.container === 'gzip' && settings(stream) === undefined;
  return {
    patchFrom: (source) => estimateFrom({ bytes: source, streams: streamsOf(source) }, opened, size),
    repackedFrom: (source) => {
      const from = { bytes: source, streams: streamsOf(source) };
      const known = new Set(from.streams.map((stream) => keyOf(source, stream)));
      if (!streams.some((stream) => isForeign(stream) && !known.has(keyOf(target, stream)))) return undefined;
      return estimateFrom(from, {
        ...opened,
        settings: (stream) => settings(stream) ?? (isForeign(stream) ? { level: 9, memLevel: 8 } : undefined),
      });
    },
    close: () => {
      release(last?.streams);
      release(streams);
    },
  };
}

function release(streams: readonly DeflateStream[] = []): void {
  for (const stream of streams) stream.release();
}

/** A source and its streams. */
interface Opened {
  readonly bytes: Uint8Array;
  readonly streams: readonly DeflateStream[];
}

function estimateFrom(source: Opened, target: DeflateTarget, size?: SampleSize | undefined): number | undefined {
  const known = new Set(source.streams.map((stream) => keyOf(source.bytes, stream)));
  let bytes = 0;
  let remade = 0;
  const between = { source: cutter(source.bytes), target: cutter(target.bytes) };
  for (const stream of target.streams) {
    if (known.has(keyOf(target.bytes, stream))) continue;
    const base = closest(source.streams, stream);
    if (base === undefined || target.settings(stream) === undefined) continue;
    bytes += chunkHeader + base.expanded((before) => stream.expanded((after) => estimatePatch(before, after, size)));
    remade += 1;
    between.target.skip(stream);
    between.source.skip(base);
  }
  if (remade === 0) return undefined;
  return bytes + estimatePatch(between.source.rest(), between.target.rest(), size);
}

/** What is left of some bytes when streams are taken out. */
function cutter(bytes: Uint8Array) {
  const skipped: DeflateStream[] = [];
  return {
    skip: (stream: DeflateStream): void => {
      skipped.push(stream);
    },
    rest: (): Uint8Array => {
      const parts: Uint8Array[] = [];
      let at = 0;
      for (const { start, length } of skipped.toSorted((a, b) => a.start - b.start)) {
        parts.push(bytes.subarray(at, Math.max(at, start)));
        at = Math.max(at, start + length);
      }
      return Buffer.concat([...parts, bytes.subarray(at)]);
    },
  };
}

/** Equal for streams with the same compressed bytes. */
function keyOf(bytes: Uint8Array, { start, length }: DeflateStream): string {
  return sha256Of(bytes.subarray(start, start + length));
}

/** The source stream with the most in common, by its expanded bytes; where there is only one, that. */
function closest(from: readonly DeflateStream[], to: DeflateStream): DeflateStream | undefined {
  const usable = from.filter(({ expandedLength }) => isEncodable(expandedLength, to.expandedLength));
  const likely = usable.filter(
    ({ expandedLength }) => Math.abs(Math.log(expandedLength / to.expandedLength)) < likelyRatio,
  );
  const possible = likely.length > 0 ? likely : usable;
  if (possible.length < 2) return possible[0];
  const wanted = to.expanded(gramsOf);
  const scored = possible.map((stream) => ({ stream, score: similarity(wanted, stream.expanded(gramsOf)) }));
  return scored.reduce((best, each) => (each.score > best.score ? each : best)).stream;
}
