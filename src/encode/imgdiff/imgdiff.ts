import { sha256Of } from '../../model/digest.js';
import { type BsdiffEffort, type BsdiffInput, type BsdiffOptions, encodeBsdiff } from '../bsdiff/bsdiff.js';
import type { WindowPacker } from '../bsdiff/bzip2-window.js';
import { isEncodable } from '../bsdiff/encodable.js';
import { type DeflateSettings, findDeflateSettings } from './deflate-search.js';
import { type DeflateStream, searchDeflateStreams } from './deflate-streams.js';
import { type ImgdiffPiece, writeImgdiff } from './imgdiff-file.js';
import { type Grams, gramsOf, similarity } from './similarity.js';

/** Names this encoder's output: it changes whenever the same input and effort may give other bytes. For cache keys. */
export const imgdiffEncoderVersion = 'imgdiff-2';

/** A deflate stream of the target that no setting of zlib makes again. Sizes and positions in bytes. */
export interface UnmadeStream {
  readonly container: DeflateStream['container'];
  readonly start: number;
  readonly length: number;
  readonly expandedLength: number;
  /** What the patch of the expanded bytes would take: about what the stream would cost if it could be made again. */
  readonly wouldTake: number | undefined;
}

/** What was seen of the target's deflate streams. */
export interface ImgdiffNotes {
  /** All of them, also those that are the same in the source. */
  readonly streams: number;
  /** Those that are the same, compressed bytes and all, in the source. */
  readonly unchanged: number;
  /** Those that the device will make again. */
  readonly remade: number;
  readonly unmade: readonly UnmadeStream[];
  /** Set when a patch was made that did not give the target, and was dropped. That is a fault of this program. */
  readonly unproved?: true | undefined;
  /** Set when the search for streams used up its budget before the end of the source or the target: there may be more. */
  readonly stopped?: true | undefined;
}

/** Options of {@link encodeImgdiff}. */
export interface ImgdiffOptions {
  readonly effort: BsdiffEffort;
  /** Told now and then about how many bytes of the target are done, never decreasing. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
  readonly mate?: WindowPacker | undefined;
  /** Told of each stream of the target that the device is to make again, before the patch of its expanded bytes is made. */
  readonly onRemade?: ((stream: DeflateStream, settings: DeflateSettings) => void) | undefined;
}

/** The target's deflate streams, each with its settings; looked for once for any number of sources. */
export interface DeflateTarget {
  readonly bytes: Uint8Array;
  readonly streams: readonly DeflateStream[];
  /** The search ended before the end of the file. */
  readonly stopped: boolean;
  readonly settings: (stream: DeflateStream) => DeflateSettings | undefined;
}

/**
 * Looks for deflate streams in a target; undefined where there are none, and IMGDIFF2 has nothing to offer. How much of
 * a stream is made again in search of its settings is up to the caller, see {@link findDeflateSettings}, and so is how much of long
 * streams is kept expanded.
 */
export function openDeflateTarget(bytes: Uint8Array, upTo?: number, keep?: number): DeflateTarget | undefined {
  const { streams, stopped } = searchDeflateStreams(bytes, undefined, keep);
  if (streams.length === 0 && !stopped) return undefined;
  const known = new Map<DeflateStream, DeflateSettings | undefined>();
  const settings = (stream: DeflateStream): DeflateSettings | undefined => {
    if (!known.has(stream)) known.set(stream, findDeflateSettings(bytes, stream, upTo));
    return known.get(stream);
  };
  return { bytes, streams, stopped, settings };
}

interface Pair {
  readonly from: DeflateStream;
  readonly to: DeflateStream;
}

/** Streams of at least this many bytes are told when they cannot be made again. */
const worthTelling = 16 * 1024;

/**
 * An IMGDIFF2 patch:
 *
 *  1. the deflate streams of source and target are found; those whose compressed bytes are the same are left alone;
 *  2. each other stream of the target is given the most similar stream of the source, by its expanded bytes;
 *  3. for each such target stream the zlib settings are searched that make exactly its bytes again;
 *  4. those become deflate chunks, with a BSDIFF40 between the expanded bytes; what lies between them becomes normal
 *     chunks, made from what lies between the same streams of the source, or from the whole source;
 *  5. what is smaller as it is becomes a raw chunk.
 *
 * `patch` is undefined where no stream can be made again. It must still be proved by applying it.
 */
export function encodeImgdiff(
  source: Uint8Array,
  target: DeflateTarget,
  options: ImgdiffOptions,
): { readonly patch: Uint8Array<ArrayBuffer> | undefined; readonly notes: ImgdiffNotes } {
  const { streams: sourceStreams, stopped } = searchDeflateStreams(source);
  const { changed, unchanged } = leaveUnchanged(source, sourceStreams, target);
  const pairs: Pair[] = [];
  const unmade: UnmadeStream[] = [];
  for (const { from: match, to } of matchStreams(sourceStreams, changed)) {
    const from = match && isEncodable(match.expandedLength, to.expandedLength) ? match : undefined;
    if (target.settings(to) !== undefined) {
      if (from !== undefined) pairs.push({ from, to });
    } else if (to.length >= worthTelling) {
      const { container, start, length } = to;
      // Only asked for to tell what it costs, so not at great effort.
      const wouldTake = from && encodeBsdiff(expandedOf(from), expandedOf(to), { effort: 'fast' }).length;
      unmade.push({ container, start, length, expandedLength: to.expandedLength, wouldTake });
    }
  }
  const notes: ImgdiffNotes = {
    streams: target.streams.length,
    unchanged,
    remade: pairs.length,
    unmade,
    stopped: stopped || target.stopped ? true : undefined,
  };
  if (pairs.length === 0) return { patch: undefined, notes };
  return { patch: writeImgdiff(encodePieces(source, target, pairs, options)), notes };
}

/** Sets apart the streams of the target that the source has with the same compressed bytes. */
function leaveUnchanged(
  source: Uint8Array,
  sourceStreams: readonly DeflateStream[],
  target: DeflateTarget,
): { changed: readonly DeflateStream[]; unchanged: number } {
  const packed = (bytes: Uint8Array, { start, length }: DeflateStream): string =>
    sha256Of(bytes.subarray(start, start + length));
  const known = new Set(sourceStreams.map((stream) => packed(source, stream)));
  const changed = target.streams.filter((stream) => !known.has(packed(target.bytes, stream)));
  return { changed, unchanged: target.streams.length - changed.length };
}

/** The most similar source stream for each target stream; where nothing is similar, the one closest in size. */
function matchStreams(
  from: readonly DeflateStream[],
  to: readonly DeflateStream[],
): readonly { from: DeflateStream | undefined; to: DeflateStream }[] {
  const [only, ...others] = from;
  if (only === undefined || others.length === 0) return to.map((stream) => ({ from: only, to: stream }));
  const gramsOfStream = new Map<DeflateStream, Grams>(from.map((stream) => [stream, stream.expanded(gramsOf)]));
  return to.map((stream) => {
    const wanted = stream.expanded(gramsOf);
    let best: DeflateStream = only;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const candidate of from) {
      const common = similarity(wanted, gramsOfStream.get(candidate) ?? new Set());
      const distance = Math.abs(candidate.expandedLength - stream.expandedLength);
      const score = common > 0 ? common : -distance;
      if (score <= bestScore) continue;
      best = candidate;
      bestScore = score;
    }
    return { from: best, to: stream };
  });
}

function encodePieces(
  source: Uint8Array,
  target: DeflateTarget,
  pairs: readonly Pair[],
  { effort, onProgress, mate, onRemade }: ImgdiffOptions,
): readonly ImgdiffPiece[] {
  const pieces: ImgdiffPiece[] = [];
  let at = 0;
  let before: DeflateStream | undefined;
  const normal = (end: number, after: DeflateStream | undefined): void => {
    if (end === at) return;
    const range = sourceBetween(source, before, after, { size: end - at, of: target.bytes.length });
    pieces.push(normalPiece(source, range, target.bytes.subarray(at, end), { effort, mate }));
    at = end;
    onProgress?.(at);
  };
  for (const { from, to } of pairs) {
    normal(to.start, from);
    const settings = target.settings(to);
    if (settings === undefined) continue;
    onRemade?.(to, settings);
    const done = at;
    const share = to.length / Math.max(1, to.expandedLength);
    const patch = encodeBsdiff(expandedOf(from), expandedOf(to), {
      effort,
      onProgress: (bytes) => onProgress?.(done + bytes * share),
      mate,
    });
    pieces.push({
      kind: 'deflate',
      sourceStart: from.start,
      sourceLength: from.length,
      sourceExpanded: from.expandedLength,
      targetExpanded: to.expandedLength,
      settings,
      patch,
    });
    at = to.start + to.length;
    before = from;
    onProgress?.(at);
  }
  normal(target.bytes.length, undefined);
  return pieces;
}

/** The expanded bytes, for as long as they are read. */
function expandedOf({ expandedLength, expanded }: DeflateStream): BsdiffInput {
  return { length: expandedLength, read: expanded };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * What lies between the source streams of the neighbours, if it is about as much as is to be made. Else, for a large
 * piece, all of the source: a piece that moved is found there too, but all of it has to be searched.
 */
function sourceBetween(
  source: Uint8Array,
  before: DeflateStream | undefined,
  after: DeflateStream | undefined,
  piece: { readonly size: number; readonly of: number },
): Range | undefined {
  const start = before === undefined ? 0 : before.start + before.length;
  const end = after?.start ?? source.length;
  if (end > start && end - start >= piece.size / 2) return { start, end };
  if (piece.size >= piece.of / 32) return { start: 0, end: source.length };
  return end > start ? { start, end } : undefined;
}

/** A piece below this many bytes is sent as it is: no BSDIFF40 is smaller. */
const rawBelow = 100;

function normalPiece(
  source: Uint8Array,
  range: Range | undefined,
  bytes: Uint8Array,
  options: BsdiffOptions,
): ImgdiffPiece {
  if (range === undefined || bytes.length < rawBelow) return { kind: 'raw', bytes };
  const patch = encodeBsdiff(source.subarray(range.start, range.end), bytes, options);
  return patch.length + 20 < bytes.length
    ? { kind: 'normal', sourceStart: range.start, sourceLength: range.end - range.start, patch }
    : { kind: 'raw', bytes };
}
