/**
 * The record that a shared cache keeps under /ac/KEY: an ActionResult of the Remote Execution API, as Bazel writes it, because servers
 * look into it. It names one output file by size and SHA-256, whose bytes lie under /cas/SHA-256. The encoding is that of protocol buffers:
 *
 *   ActionResult { repeated OutputFile output_files = 2; }
 *   OutputFile   { string path = 1; Digest digest = 2; }
 *   Digest       { string hash = 1; int64 size_bytes = 2; }
 */
import { Buffer } from 'node:buffer';
import { isSha256, type Sha256 } from '../../model/digest.js';

/** A content by its digest. */
export interface ContentDigest {
  readonly sha256: Sha256;
  readonly size: number;
}

/** The path of the one output file, by which our records are known. */
const outputPath = 'dfota-result';

const bytesKind = 2;
const numberKind = 0;

function number(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function field(id: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([number((id << 3) | bytesKind), number(bytes.length), bytes]);
}

/** The record of a content. */
export function writeActionResult({ sha256, size }: ContentDigest): Uint8Array {
  const digest = Buffer.concat([field(1, Buffer.from(sha256)), number((2 << 3) | numberKind), number(size)]);
  return field(2, Buffer.concat([field(1, Buffer.from(outputPath)), field(2, digest)]));
}

/** The fields of a message by number, the last of each; undefined where the bytes are no message. */
function readFields(bytes: Uint8Array): ReadonlyMap<number, Uint8Array | number> | undefined {
  const fields = new Map<number, Uint8Array | number>();
  let at = 0;
  const next = (): number | undefined => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (!Number.isSafeInteger(value)) return undefined;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const [tag, value] = [next(), next()];
    if (tag === undefined || value === undefined) return undefined;
    const [id, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === numberKind) fields.set(id, value);
    else if (kind === bytesKind && at + value <= bytes.length) {
      fields.set(id, bytes.subarray(at, at + value));
      at += value;
    } else return undefined;
  }
  return fields;
}

function message(fields: ReadonlyMap<number, Uint8Array | number> | undefined, id: number): Uint8Array {
  const value = fields?.get(id);
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

/** What a record of ours names; undefined for anything else. */
export function readActionResult(bytes: Uint8Array): ContentDigest | undefined {
  const file = readFields(message(readFields(bytes), 2));
  if (Buffer.from(message(file, 1)).toString('latin1') !== outputPath) return undefined;
  const digest = readFields(message(file, 2));
  const sha256 = Buffer.from(message(digest, 1)).toString('latin1');
  // A size of nought is left out by those who write the record again.
  const size = digest?.get(2) ?? 0;
  return isSha256(sha256) && typeof size === 'number' ? { sha256, size } : undefined;
}
