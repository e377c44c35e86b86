import { type ApplyOptions, applyPatch, PatchFormatError, patchFormat } from '../applypatch/index.js';
import type { BuildContent } from '../model/build.js';
import { type Sha1, sha1Of } from '../model/digest.js';
import { mostPatchedBytes } from '../model/limits/device.js';
import { largestFileBytes } from '../model/limits.js';
import { type Blob, blobKey, blobOfBytes, type Piece, type Pieced, type Whole } from './blob.js';
import { type KnownContents, nothingKnown } from './known-contents.js';
import { TooMuchWork } from './machine.js';
import type { PackageReader } from './zip-reader.js';

/** Bytes kept at hand at most; what is larger than half of this is kept only while it is used. */
const keptBytes = 96 * 2 ** 20;

/** What became of a patch. */
export type PatchOutcome =
  | { readonly kind: 'done'; readonly result: Whole }
  | {
      readonly kind: 'bad';
      readonly code: string;
      readonly message: string;
      /** What was written before that: the chunks of an IMGDIFF2 that were whole. */
      readonly written: Whole;
    };

/** How an updater reads a patch. */
export type PatchReading = Pick<ApplyOptions, 'outsideSource' | 'unread' | 'chunkRange'>;

/** What any updater would take: for results that one has taken already. */
const anyReading: PatchReading = { outsideSource: 'zero', unread: 'ignore', chunkRange: 'memory' };

/** Gives the bytes and digests of blobs, reading them where they are and keeping a bounded part of them. */
export interface ContentStore {
  /** The bytes; may be large, do not keep them. */
  bytes(blob: Blob): Promise<Uint8Array<ArrayBuffer>>;
  /** The same bytes with their digest known. */
  whole(blob: Blob): Promise<Whole>;
  /** Applies a patch, once for each pair of patch and source. */
  patch(patch: Whole, source: Whole, reading: PatchReading): Promise<PatchOutcome>;
  /** Whether its first bytes name a format that updaters know. */
  isPatch(patch: Whole): Promise<boolean>;
  /** What was learnt of the patches until now, for a store of the same package in another thread. */
  learnt(): Learnt;
}

/** What a store has learnt of patches. */
export interface Learnt {
  /** What became of them, by how a patch was read, the patch and its source. */
  readonly outcomes: ReadonlyMap<string, PatchOutcome>;
  /** Whether they are of a format that updaters know. */
  readonly formats: ReadonlyMap<Sha1, boolean>;
}

/** What is known of an entry of the package that was read. */
export interface EntryContent {
  readonly content: Whole;
  /** Whether its first bytes name a format of patches that updaters know. */
  readonly isPatch: boolean;
}

/** What a store starts with, and how much it keeps. */
export interface StoreOptions {
  readonly known?: KnownContents | undefined;
  readonly learnt?: Learnt | undefined;
  /** Entries of the package that were read already: which of them are patches need not be looked up again. */
  readonly entries?: ReadonlyMap<string, EntryContent> | undefined;
  /** Bytes kept at hand at most. */
  readonly mostKept?: number | undefined;
}

/** The key under which an outcome is kept. */
export function outcomeKey(patch: Sha1, source: Sha1, { outsideSource, unread, chunkRange }: PatchReading): string {
  return `${outsideSource} ${unread} ${chunkRange} ${patch} ${source}`;
}

/** Whether the first bytes name a format that updaters know. */
export function isPatch(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  try {
    patchFormat(bytes);
    return true;
  } catch (error) {
    if (error instanceof PatchFormatError) return false;
    throw error;
  }
}

/** A store over the source build's files and the package's entries. What is known spares making what was made before. */
export function openContentStore(
  build: Pick<BuildContent, 'read'>,
  reader: Pick<PackageReader, 'read'>,
  options: StoreOptions = {},
): ContentStore {
  const { known = nothingKnown } = options;
  const atMost = options.mostKept ?? keptBytes;
  const kept = new Map<Sha1, Uint8Array<ArrayBuffer>>();
  let keptTotal = 0;
  const digests = new Map<string, Whole>();
  const outcomes = new Map<string, PatchOutcome>(options.learnt?.outcomes);
  const formats = new Map<Sha1, boolean>(options.learnt?.formats);
  for (const { content, isPatch } of options.entries?.values() ?? []) formats.set(content.sha1, isPatch);
  let patched = 0;

  const keep = (sha1: Sha1, bytes: Uint8Array<ArrayBuffer>): void => {
    if (bytes.length > atMost / 2 || kept.has(sha1)) return;
    kept.set(sha1, bytes);
    keptTotal += bytes.length;
    for (const [oldest, old] of kept) {
      if (keptTotal <= atMost) break;
      kept.delete(oldest);
      keptTotal -= old.length;
    }
  };

  const apply = (patch: Uint8Array, source: Uint8Array, reading: PatchReading) =>
    applyPatch(patch, source, { maxTargetSize: largestFileBytes, ...reading });

  /** The same bytes from where they lie already; what does not have the digest is passed over. */
  const elsewhere = async ({ size, sha1 }: Whole): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const bytes = await known.read({ size, sha1 });
    return bytes !== undefined && bytes.length === size && sha1Of(bytes) === sha1 ? bytes : undefined;
  };

  const wholeBytes = async (blob: Whole): Promise<Uint8Array<ArrayBuffer>> => {
    const { origin } = blob;
    if (origin.from === 'memory') return origin.bytes;
    const atHand = kept.get(blob.sha1);
    if (atHand !== undefined) {
      kept.delete(blob.sha1);
      kept.set(blob.sha1, atHand);
      return atHand;
    }
    let bytes: Uint8Array<ArrayBuffer>;
    switch (origin.from) {
      case 'build':
        bytes = await build.read(origin.path);
        break;
      case 'package':
        bytes = await reader.read(origin.entry);
        break;
      case 'pieces':
        bytes = await piecedBytes(origin.pieces);
        break;
      case 'patch':
        bytes =
          (await elsewhere(blob)) ?? apply(await wholeBytes(origin.patch), await wholeBytes(origin.source), anyReading);
        break;
      default:
        return origin satisfies never;
    }
    keep(blob.sha1, bytes);
    return bytes;
  };

  const pieceBytes = async (piece: Piece, target: Uint8Array, at: number): Promise<void> => {
    if ('fill' in piece) target.fill(piece.fill, at, at + piece.length);
    else target.set((await wholeBytes(piece.of)).subarray(piece.offset, piece.offset + piece.length), at);
  };

  const piecedBytes = async (blob: Pieced): Promise<Uint8Array<ArrayBuffer>> => {
    if (blob.size > largestFileBytes) throw new RangeError(`content of ${blob.size} bytes`);
    const bytes = new Uint8Array(blob.size);
    let at = 0;
    for (const piece of blob.pieces) {
      await pieceBytes(piece, bytes, at);
      at += piece.length;
    }
    return bytes;
  };

  const whole = async (blob: Blob): Promise<Whole> => {
    if (blob.kind === 'whole') return blob;
    const key = blobKey(blob);
    const digested = digests.get(key);
    if (digested !== undefined) return digested;
    const sha1 = sha1Of(await piecedBytes(blob));
    const result: Whole = { kind: 'whole', size: blob.size, sha1, origin: { from: 'pieces', pieces: blob } };
    digests.set(key, result);
    return result;
  };

  const account = (made: number): void => {
    patched += made;
    if (patched > mostPatchedBytes) throw new TooMuchWork(`the patches make more than ${mostPatchedBytes} bytes`);
  };

  const patchOnce = async (patch: Whole, source: Whole, reading: PatchReading): Promise<PatchOutcome> => {
    const made = known.outcome?.(patch.sha1, source.sha1);
    if (made !== undefined) {
      account(made.size);
      return { kind: 'done', result: { kind: 'whole', ...made, origin: { from: 'patch', patch, source } } };
    }
    const [patchBytes, sourceBytes] = [await wholeBytes(patch), await wholeBytes(source)];
    try {
      const bytes = apply(patchBytes, sourceBytes, reading);
      account(bytes.length);
      const sha1 = sha1Of(bytes);
      keep(sha1, bytes);
      return {
        kind: 'done',
        result: { kind: 'whole', size: bytes.length, sha1, origin: { from: 'patch', patch, source } },
      };
    } catch (error) {
      if (!(error instanceof PatchFormatError)) throw error;
      return { kind: 'bad', code: error.code, message: error.message, written: blobOfBytes(error.written) };
    }
  };

  return {
    bytes: (blob) => (blob.kind === 'whole' ? wholeBytes(blob) : piecedBytes(blob)),
    whole,
    isPatch: async (patch) => {
      const before = formats.get(patch.sha1);
      if (before !== undefined) return before;
      const found = isPatch(await wholeBytes(patch));
      formats.set(patch.sha1, found);
      return found;
    },
    patch: async (patch, source, reading) => {
      const key = outcomeKey(patch.sha1, source.sha1, reading);
      const before = outcomes.get(key);
      if (before !== undefined) return before;
      const outcome = await patchOnce(patch, source, reading);
      outcomes.set(key, outcome);
      return outcome;
    },
    learnt: () => ({ outcomes, formats }),
  };
}
