import { Buffer } from 'node:buffer';
import { isSha1, type Sha1 } from '../../model/digest.js';
import type { PackedEntry } from '../deflate/whole.js';
import type { EncodedFile, Trial } from '../encode-file.js';
import type { ImgdiffNotes } from '../imgdiff/imgdiff.js';

/**
 * A result as bytes, for keeping: a line of JSON, then the bytes that travel, then those of the patch where the zip's
 * compression made them others. Whoever keeps it checks it against its digest, so what is read was written here.
 */
interface Header {
  readonly chosen:
    | { readonly kind: 'patch'; readonly format: 'BSDIFF40' | 'IMGDIFF2'; readonly base: number; readonly sha1: Sha1 }
    | { readonly kind: 'whole' };
  readonly packed: Omit<PackedEntry, 'bytes'> & { readonly length: number };
  readonly trials: readonly Trial[];
  readonly imgdiff?: ImgdiffNotes | undefined;
}

const newline = 10;

/** The result as bytes. */
export function writeEncoded({ chosen, trials, imgdiff }: EncodedFile): Uint8Array<ArrayBuffer> {
  const { bytes, ...packed } = chosen.packed;
  const header: Header = {
    chosen:
      chosen.kind === 'whole'
        ? { kind: 'whole' }
        : { kind: 'patch', format: chosen.format, base: chosen.base, sha1: chosen.sha1 },
    packed: { ...packed, length: bytes.length },
    trials,
    imgdiff,
  };
  const again = chosen.kind === 'patch' && packed.method === 'deflated' ? chosen.bytes : new Uint8Array(0);
  return new Uint8Array(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes, again]));
}

/** The result again; undefined where the bytes are none. */
export function readEncoded(stored: Uint8Array<ArrayBuffer>): EncodedFile | undefined {
  const end = stored.indexOf(newline);
  const header = parseHeader(Buffer.from(stored.subarray(0, Math.max(0, end))).toString());
  if (header === undefined || end + 1 + header.packed.length > stored.length) return undefined;
  const { length, ...packed } = header.packed;
  const bytes = stored.slice(end + 1, end + 1 + length);
  const entry: PackedEntry = { ...packed, bytes };
  const { trials, imgdiff } = header;
  // JSON leaves out what is undefined; a result that was read is the one that was written.
  const rest = imgdiff === undefined ? { trials } : { trials, imgdiff: { ...imgdiff, stopped: imgdiff.stopped } };
  if (header.chosen.kind === 'whole') return { chosen: { kind: 'whole', packed: entry }, ...rest };
  const patch = packed.method === 'deflated' ? stored.slice(end + 1 + length) : bytes;
  if (patch.length !== packed.size) return undefined;
  return { chosen: { ...header.chosen, bytes: patch, packed: entry }, ...rest };
}

function parseHeader(text: string): Header | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHeader(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** All that is read later: others may have written the header, with a right digest around it. */
function isHeader(value: unknown): value is Header {
  if (!isFields(value)) return false;
  const { chosen, packed, trials, imgdiff } = value;
  if (!isFields(chosen) || !isFields(packed) || !Array.isArray(trials) || !trials.every(isTrial)) return false;
  if (imgdiff !== undefined && !isNotes(imgdiff)) return false;
  if (packed.method !== 'stored' && packed.method !== 'deflated') return false;
  if (![packed.size, packed.crc32, packed.length].every(isCount)) return false;
  if (chosen.kind === 'whole') return true;
  const isFormat = chosen.format === 'BSDIFF40' || chosen.format === 'IMGDIFF2';
  return (
    chosen.kind === 'patch' &&
    isFormat &&
    isCount(chosen.base) &&
    typeof chosen.sha1 === 'string' &&
    isSha1(chosen.sha1)
  );
}

function isTrial(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { method, base, packageBytes } = value;
  const known = method === 'BSDIFF40' || method === 'IMGDIFF2' || method === 'identity' || method === 'whole';
  return known && (base === undefined || isCount(base)) && isCount(packageBytes);
}

function isNotes(value: unknown): boolean {
  if (!isFields(value) || !Array.isArray(value.unmade)) return false;
  const counts = [value.streams, value.unchanged, value.remade];
  return counts.every(isCount) && value.unmade.every((one: unknown) => isUnmade(one));
}

function isUnmade(value: unknown): boolean {
  if (!isFields(value) || typeof value.container !== 'string') return false;
  const { start, length, expandedLength, wouldTake } = value;
  return [start, length, expandedLength].every(isCount) && (wouldTake === undefined || isCount(wouldTake));
}
