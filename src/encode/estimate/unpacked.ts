import { Buffer } from 'node:buffer';
import { sha256Of } from '../../model/digest.js';
import { isEncodable } from '../bsdiff/encodable.js';
import { type DeflateStream, searchDeflateStreams } from '../imgdiff/deflate-streams.js';
import { type DeflateTarget, openDeflateTarget } from '../imgdiff/imgdiff.js';
import { gramsOf, similarity } from '../imgdiff/similarity.js';
import { estimatePatch } from './patch-size.js';

/** Bytes of a stream that must be the same for its settings to be believed. */
const comparedBytes = 32 * 1024;

/** Of several streams those are looked at whose expanded sizes are so close, as the logarithm of their ratio; if there are any. */
const likelyRatio = 0.4;

/** What an IMGDIFF2 takes for a stream beside the patch. */
const chunkHeader = 60;

/** About how many bytes the smallest IMGDIFF2 from one of the sources takes; undefined where no stream of the target can be made again. */
export function estimateUnpacked(sources: readonly Uint8Array[], target: Uint8Array): number | undefined {
  const opened = openDeflateTarget(target, comparedBytes);
  if (opened === undefined) return undefined;
  const sizes = sources.flatMap((source) => estimateFrom(source, opened) ?? []);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

/**
 * About how many bytes the IMGDIFF2 from the source would take if zlib had made the gzip members of the target that it has not made;
 * undefined where there are none such that changed.
 */
export function estimateRepacked(source: Uint8Array, target: Uint8Array): number | undefined {
  const opened = openDeflateTarget(target, comparedBytes);
  const known = new Set(searchDeflateStreams(source).streams.map((stream) => keyOf(source, stream)));
  const isForeign = (stream: DeflateStream): boolean =>
    stream.container === 'gzip' && !known.has(keyOf(target, stream)) && opened?.settings(stream) === undefined;
  if (opened === undefined || !opened.streams.some(isForeign)) return undefined;
  const settings: DeflateTarget['settings'] = (stream) =>
    opened.settings(stream) ?? (stream.container === 'gzip' ? { level: 9, memLevel: 8 } : undefined);
  return estimateFrom(source, { ...opened, settings });
}

function estimateFrom(source: Uint8Array, target: DeflateTarget): number | undefined {
  const from = searchDeflateStreams(source).streams;
  const known = new Set(from.map((stream) => keyOf(source, stream)));
  let bytes = 0;
  let remade = 0;
  const between = { source: cutter(source), target: cutter(target.bytes) };
  for (const stream of target.streams) {
    if (known.has(keyOf(target.bytes, stream))) continue;
    const base = closest(from, stream);
    if (base === undefined || target.settings(stream) === undefined) continue;
    bytes += chunkHeader + base.expanded((before) => stream.expanded((after) => estimatePatch(before, after)));
    remade += 1;
    between.target.skip(stream);
    between.source.skip(base);
  }
  if (remade === 0) return undefined;
  return bytes + estimatePatch(between.source.rest(), between.target.rest());
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
