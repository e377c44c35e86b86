/** Proves a result that somebody else may have written: nothing of it is believed. */
import { Buffer } from 'node:buffer';
import { crc32, inflateRawSync } from 'node:zlib';
import { applyPatch, patchFormat } from '../../applypatch/index.js';
import type { Content } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import type { PackedEntry } from '../deflate/whole.js';
import type { EncodedFile } from '../encode-file.js';

/**
 * Whether a result does what it says: its packed bytes are those of the patch or of the file, and the patch, applied to `base` by the decoder, makes
 * the target. Takes no more time and memory than patches of such a size may take; never throws for what the result holds.
 */
export function proveEncoded({ chosen }: EncodedFile, base: Uint8Array | undefined, target: Content): boolean {
  try {
    const plain = unpack(chosen.packed);
    if (plain === undefined) return false;
    if (chosen.kind === 'whole') return isContent(plain, target);
    if (base === undefined || !Buffer.from(plain).equals(chosen.bytes)) return false;
    if (sha1Of(plain) !== chosen.sha1 || patchFormat(plain) !== chosen.format) return false;
    return isContent(applyPatch(plain, base, { maxTargetSize: target.size, outsideSource: 'reject' }), target);
  } catch {
    // Whatever the decoders say of it, it makes nothing.
    return false;
  }
}

function isContent(bytes: Uint8Array, { size, sha1 }: Content): boolean {
  return bytes.length === size && sha1Of(bytes) === sha1;
}

/** The bytes as the device unpacks them; undefined where the zip entry would be damaged. */
function unpack({ method, bytes, size, crc32: sum }: PackedEntry): Uint8Array | undefined {
  const plain = method === 'stored' ? bytes : inflate(bytes, size);
  return plain !== undefined && plain.length === size && crc32(plain) === sum ? plain : undefined;
}

function inflate(bytes: Uint8Array, size: number): Uint8Array | undefined {
  const told: unknown = inflateRawSync(bytes, { maxOutputLength: Math.max(1, size), info: true });
  if (typeof told !== 'object' || told === null || !('buffer' in told) || !('engine' in told)) return undefined;
  const { buffer, engine } = told;
  const taken = typeof engine === 'object' && engine !== null && 'bytesWritten' in engine ? engine.bytesWritten : -1;
  // Bytes behind the end of the stream would travel in the package.
  return buffer instanceof Uint8Array && taken === bytes.length ? buffer : undefined;
}
