import type { Content } from '../model/build.js';
import type { Sha1 } from '../model/digest.js';
import { sha1Of } from '../model/digest.js';
import { type Fault, ProofError } from '../model/errors.js';
import { type BsdiffEffort, bsdiffEncoderVersion, encodeBsdiffFromBest } from './bsdiff/bsdiff.js';
import { isEncodable } from './bsdiff/encodable.js';
import { identityPatch } from './bsdiff/identity.js';
import { compressWhole, estimateWhole, exact, type PackedEntry, wholeEncoderVersion } from './deflate/whole.js';
import { likelyBases } from './estimate/likely-bases.js';
import {
  type DeflateTarget,
  encodeImgdiff,
  type ImgdiffNotes,
  type ImgdiffOptions,
  imgdiffEncoderVersion,
  openDeflateTarget,
} from './imgdiff/imgdiff.js';
import { deflateParameters } from './imgdiff/imgdiff-file.js';
import { type Deflated, knownDeflate } from './mate/deflated.js';
import type { Mate } from './mate/mate.js';
import { isProved } from './prove-patch.js';

/** Names everything that decides about the bytes of a result, for cache keys. */
export const encoderVersion = `${bsdiffEncoderVersion} ${imgdiffEncoderVersion} ${wholeEncoderVersion} file-7`;

/** Bytes to be made, and the bytes from which they may be made. */
export interface EncodeFileRequest {
  readonly target: Uint8Array<ArrayBuffer>;
  readonly targetSha1: Sha1;
  /** In order of preference: of two equally small results, the earlier base is taken. */
  readonly bases: readonly Uint8Array<ArrayBuffer>[];
  /** Bytes that the use of each base adds to the package beside the patch, statements for instance. */
  readonly costs: readonly number[];
  /** BSDIFF40 patches by base that another encoder has made: then these are the only ones, beside the file itself. */
  readonly made?: readonly (Uint8Array<ArrayBuffer> | undefined)[] | undefined;
}

export interface EncodeFileOptions {
  readonly effort: BsdiffEffort;
  /** A patch larger than this share of the target is not taken, however large the target is when it travels whole. */
  readonly worthwhile: number;
}

/** One way in which the file could travel. */
export interface Trial {
  readonly method: 'BSDIFF40' | 'IMGDIFF2' | 'identity' | 'whole';
  /** Index in the request's bases. */
  readonly base?: number | undefined;
  /** Bytes that it takes in the package, without zip headers. */
  readonly packageBytes: number;
  /** Set when `packageBytes` is an estimate, because another way is far smaller. */
  readonly estimated?: true | undefined;
}

/** The smallest way, and all that were tried. */
export interface EncodedFile {
  readonly chosen:
    | {
        readonly kind: 'patch';
        readonly format: 'BSDIFF40' | 'IMGDIFF2';
        readonly base: number;
        /** The patch itself. */
        readonly bytes: Uint8Array<ArrayBuffer>;
        /** Its SHA-1 when it stood its proof: with the base it made the target, size and SHA-1. */
        readonly sha1: Sha1;
        readonly packed: PackedEntry;
      }
    | { readonly kind: 'whole'; readonly packed: PackedEntry };
  /** Smallest first. */
  readonly trials: readonly Trial[];
  /** What was seen of deflate streams, where the target has any. */
  readonly imgdiff?: ImgdiffNotes | undefined;
}

/** The smallest patch there can be: no patch is tried for a file that travels whole in this many bytes. */
const smallestPatch = 90;

/** From this size on a whole file is not compressed when a patch is far smaller than it can become. */
const estimateFrom = 32 * 1024;

/** Bytes of a deflate stream that must be the same for its settings to be tried. If the proof fails, all must. */
const searchUpTo = 1 << 20;

/** From so many bytes of expanded stream on, another thread has the decoder deflate them while the patch is made. */
const worthDeflatingBeside = 1 << 20;

/** How many times smaller than the estimate a patch has to be: the estimate may be twice too high, and a bit more. */
const farSmaller = 3;

type Candidate = Trial & {
  readonly patch: Uint8Array<ArrayBuffer> | undefined;
  readonly packed: PackedEntry | undefined;
};

/**
 * Encodes a file in every way that may pay, and gives the smallest, proved: the patch has been applied to its base by
 * the decoder, which shares nothing with the encoders, and has made the target. Throws ProofError where it has not,
 * for BSDIFF40; an IMGDIFF2 that does not stand its proof is dropped, with a note.
 *
 * Where the deflate streams of a target can be made again and that more than halves it, BSDIFF40, which can only find
 * bytes that the compression left alone, is tried at effort `best` only: on a boot image it takes as long as the rest.
 *
 * Of several bases, only those get a patch whose estimate, where they are long, and whose draft are about as small as the smallest one; the others
 * are told by estimate. At effort `best` all of them do. So it is with a long target that looks as if no patch of it were worthwhile.
 *
 * The result depends on the request and the options alone. `onProgress` is told bytes of the target, never decreasing.
 */
export function encodeFile(
  request: EncodeFileRequest,
  options: EncodeFileOptions,
  onProgress: (doneBytes: number) => void = () => {},
): EncodedFile {
  const prove: Prove = (patch, base) => isProved(patch, base, targetOf(request));
  return encodeWith(request, options, { onProgress, prove });
}

/** A patch, and by its index the base from which it is to make the target. */
export interface ProofTask {
  readonly patch: Uint8Array<ArrayBuffer>;
  readonly base: number;
}

/** A result that counts only when all of these patches stand their proof. */
export interface UnprovedFile {
  readonly result: EncodedFile;
  readonly toProve: readonly ProofTask[];
  /** What the decoder has made of deflate streams meanwhile. */
  readonly deflated: readonly Deflated[];
}

/**
 * The first half of {@link encodeFile}, for a file so large that the encoder's memory is to be given up before the proof
 * takes its own: everything but the proofs. A mate takes over what it can; the result does not depend on it.
 */
export function encodeUnproved(
  request: EncodeFileRequest,
  options: EncodeFileOptions,
  onProgress: (doneBytes: number) => void = () => {},
  mate?: Mate | undefined,
): UnprovedFile {
  const toProve: ProofTask[] = [];
  const deflating: (() => Deflated | undefined)[] = [];
  const prove: Prove = (patch, base) => {
    toProve.push({ patch, base: request.bases.indexOf(base) });
    return true;
  };
  const onRemade: ImgdiffOptions['onRemade'] = ({ start, length, expandedLength }, settings) => {
    if (mate === undefined || expandedLength < worthDeflatingBeside) return;
    const bytes = request.target.slice(start, start + length);
    deflating.push(mate.deflate({ bytes, expandedLength, parameters: deflateParameters(settings) }));
  };
  const result = encodeWith(request, options, { onProgress, prove, mate, onRemade });
  const deflated = deflating.map((made) => made()).filter((made) => made !== undefined);
  return { result, toProve, deflated };
}

/** The second half: the result if all patches stand their proof, else what {@link encodeFile} gives. Both together give just that. */
export function finishFile(
  { result, toProve, deflated }: UnprovedFile,
  request: EncodeFileRequest,
  options: EncodeFileOptions,
): EncodedFile {
  const stands = ({ patch, base }: ProofTask): boolean => {
    const from = request.bases[base];
    return from !== undefined && isProved(patch, from, targetOf(request), knownDeflate(deflated));
  };
  return toProve.every(stands) ? result : encodeFile(request, options);
}

function targetOf({ target, targetSha1 }: EncodeFileRequest): Content {
  return { size: target.length, sha1: targetSha1 };
}

/** Whether the decoder makes the target of the base with the patch. */
type Prove = (patch: Uint8Array<ArrayBuffer>, base: Uint8Array<ArrayBuffer>) => boolean;

/** Who is told and asked on the way. */
interface Ports extends Pick<ImgdiffOptions, 'mate' | 'onRemade'> {
  readonly onProgress: (doneBytes: number) => void;
  readonly prove: Prove;
}

function encodeWith(request: EncodeFileRequest, options: EncodeFileOptions, ports: Ports): EncodedFile {
  const { target, bases, targetSha1, costs } = request;
  const { effort } = options;
  const { onProgress, prove, mate, onRemade } = ports;
  const fullCost = (one: Candidate): number => one.packageBytes + (one.base === undefined ? 0 : (costs[one.base] ?? 0));
  const usable = bases
    .map((bytes, index) => ({ bytes, index }))
    .filter(({ bytes }) => isEncodable(bytes.length, target.length));
  const candidates: Candidate[] = [];
  let notes: ImgdiffNotes | undefined;

  const same = usable.find(({ bytes }) => bytes.length === target.length && sha1Of(bytes) === targetSha1);
  let whole = target.length < estimateFrom || usable.length === 0 ? compressWhole(target, effort) : undefined;
  if (same !== undefined) {
    candidates.push(candidate('identity', identityPatch(target.length).slice(), same.index, effort));
  } else if (request.made !== undefined) {
    for (const { index } of usable) {
      const patch = request.made[index];
      if (patch !== undefined) candidates.push(candidate('BSDIFF40', patch, index, effort));
    }
  } else if (whole === undefined || whole.bytes.length > smallestPatch) {
    const deflateTarget = openDeflateTarget(target, searchUpTo);
    const possible = usable.map(({ bytes, index }) => ({ bytes, index, cost: costs[index] ?? 0 }));
    const estimates = effort === 'best' ? [] : likelyBases(possible, target, deflateTarget, options.worthwhile);
    const likely = possible.filter((_, i) => estimates[i]?.isLikely !== false);
    for (const [i, { index }] of possible.entries()) {
      const estimate = estimates[i];
      if (estimate?.isLikely === false) candidates.push(estimatedPatch(index, estimate.about));
    }
    const passes = deflateTarget === undefined ? 1 : likely.length + 1;
    let pass = 0;
    const passProgress = (done: number): void => onProgress(((pass + done / target.length) / passes) * target.length);
    const left = likely.filter(({ bytes, index }) => {
      if (deflateTarget === undefined) return true;
      const { patch, notes: seen } = provedImgdiff(bytes, deflateTarget, prove, {
        effort,
        onProgress: passProgress,
        mate,
        onRemade,
      });
      pass++;
      notes = better(notes, seen);
      if (patch !== undefined) candidates.push(candidate('IMGDIFF2', patch, index, effort));
      return patch === undefined || patch.length * 2 >= target.length || effort === 'best';
    });
    const known = Math.min(...candidates.filter(({ patch }) => patch !== undefined).map(fullCost));
    const hopeful = left.filter((base) => {
      const about = estimates[possible.indexOf(base)]?.about ?? 0;
      if (about + base.cost < known) return true;
      candidates.push(estimatedPatch(base.index, about));
      return false;
    });
    const outcomes = encodeBsdiffFromBest(hopeful, target, { effort, onProgress: passProgress, mate }, known);
    for (const [i, { index }] of hopeful.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined) continue;
      candidates.push(
        'patch' in outcome
          ? candidate('BSDIFF40', exact(outcome.patch), index, effort)
          : estimatedPatch(index, outcome.about),
      );
    }
  }

  const affordable = candidates.filter(
    ({ patch }) => patch !== undefined && patch.length <= options.worthwhile * target.length,
  );
  const best = smallest(affordable, fullCost);
  const estimate = whole === undefined ? estimateWhole(target) : undefined;
  if (
    whole === undefined &&
    (best === undefined || estimate === undefined || fullCost(best) * farSmaller >= estimate)
  ) {
    whole = compressWhole(target, effort);
  }
  candidates.push(
    whole === undefined
      ? {
          method: 'whole',
          packageBytes: estimate ?? target.length,
          estimated: true,
          patch: undefined,
          packed: undefined,
        }
      : { method: 'whole', packageBytes: whole.bytes.length, patch: undefined, packed: whole },
  );
  const trials = candidates
    .map(({ patch: _, packed: __, ...trial }): Trial => trial)
    .sort((a, b) => a.packageBytes - b.packageBytes);
  onProgress(target.length);
  const rest = notes === undefined ? { trials } : { trials, imgdiff: notes };

  if (
    best?.patch === undefined ||
    best.packed === undefined ||
    best.base === undefined ||
    (whole !== undefined && whole.bytes.length <= fullCost(best))
  ) {
    return { chosen: { kind: 'whole', packed: whole ?? compressWhole(target, effort) }, ...rest };
  }
  const base = bases[best.base];
  if (best.method !== 'IMGDIFF2' && (base === undefined || !prove(best.patch, base))) {
    throw new ProofError(request.made === undefined ? unproved : unprovedOther);
  }
  const format = best.method === 'IMGDIFF2' ? best.method : 'BSDIFF40';
  const sha1 = sha1Of(best.patch);
  return { chosen: { kind: 'patch', format, base: best.base, bytes: best.patch, sha1, packed: best.packed }, ...rest };
}

const unproved: Fault = {
  code: 'patch-unproved',
  message: 'the patch that was made does not give the target file',
  remedy: 'send the file whole (fullota list) and report the two files',
};

const unprovedOther: Fault = {
  ...unproved,
  remedy: 'leave --engine out, or send the file whole (fullota list)',
};

/**
 * An IMGDIFF2 that has stood its proof. The search for zlib's settings looks at the start of long streams only; should
 * the proof fail, all of them are looked at.
 */
function provedImgdiff(
  base: Uint8Array<ArrayBuffer>,
  opened: DeflateTarget,
  prove: Prove,
  options: ImgdiffOptions,
): { readonly patch: Uint8Array<ArrayBuffer> | undefined; readonly notes: ImgdiffNotes } {
  const quick = encodeImgdiff(base, opened, options);
  if (quick.patch === undefined || prove(quick.patch, base)) return quick;
  const thorough = encodeImgdiff(base, openDeflateTarget(opened.bytes) ?? opened, options);
  if (thorough.patch === undefined || prove(thorough.patch, base)) return thorough;
  return { patch: undefined, notes: { ...thorough.notes, unproved: true } };
}

/** A patch that was not made, for another way is better by far. */
function estimatedPatch(base: number, packageBytes: number): Candidate {
  return { method: 'BSDIFF40', base, packageBytes, estimated: true, patch: undefined, packed: undefined };
}

function candidate(
  method: 'BSDIFF40' | 'IMGDIFF2' | 'identity',
  patch: Uint8Array<ArrayBuffer>,
  base: number,
  effort: BsdiffEffort,
): Candidate {
  // Most of it is bzip2's, and does not shrink whatever the effort.
  const packed = compressWhole(patch, effort === 'best' ? 'normal' : effort);
  return { method, base, patch, packed, packageBytes: packed.bytes.length };
}

/** Of several bases, what was seen with the one that has the most to offer. */
function better(before: ImgdiffNotes | undefined, now: ImgdiffNotes): ImgdiffNotes {
  return before !== undefined && before.remade + before.unchanged >= now.remade + now.unchanged ? before : now;
}

function smallest(candidates: readonly Candidate[], cost: (one: Candidate) => number): Candidate | undefined {
  let best: Candidate | undefined;
  for (const one of candidates) if (best === undefined || cost(one) < cost(best)) best = one;
  return best;
}
