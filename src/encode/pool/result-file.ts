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

/** As far as reading goes: the digest has vouched for the rest. */
function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null || !('packed' in value) || !('chosen' in value)) return false;
  const { packed, chosen } = value;
  if (typeof packed !== 'object' || packed === null || typeof chosen !== 'object' || chosen === null) return false;
  const length = 'length' in packed ? packed.length : undefined;
  if ('sha1' in chosen && !(typeof chosen.sha1 === 'string' && isSha1(chosen.sha1))) return false;
  return typeof length === 'number' && length >= 0 && 'kind' in chosen && 'trials' in value;
}
