/**
 * Sketches as bytes, so that a later run need not read the firmware for them: for each content its SHA-1 (20 bytes), the
 * number of hashes (16 bits) and the hashes (32 bits each), little endian, contents in ascending order.
 */
import { Buffer } from 'node:buffer';
import { isSha1, type Sha1, type Sha256, sha256Of } from '../model/digest.js';
import { compareBytes } from '../model/path.js';
import type { Sketch } from './sketch.js';

/** Changes whenever the same bytes may be sketched otherwise. */
const sketchVersion = 'sketches 1';

/** The name under which the sketches of these contents are kept. */
export function sketchKey(contents: Iterable<Sha1>): Sha256 {
  return sha256Of(Buffer.from([sketchVersion, ...new Set([...contents].sort(compareBytes))].join('\n')));
}

/** The sketches of these contents as bytes; a content without a sketch is a bug and throws. */
export function writeSketches(contents: Iterable<Sha1>, sketches: ReadonlyMap<Sha1, Sketch>): Uint8Array {
  const parts: Buffer[] = [];
  for (const sha1 of [...new Set(contents)].sort(compareBytes)) {
    const hashes = sketches.get(sha1)?.hashes;
    if (hashes === undefined) throw new Error(`no sketch of ${sha1}`);
    const part = Buffer.alloc(22 + 4 * hashes.length);
    part.write(sha1, 0, 'hex');
    part.writeUInt16LE(hashes.length, 20);
    hashes.forEach((hash, index) => {
      part.writeUInt32LE(hash, 22 + 4 * index);
    });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The sketches that the bytes hold; undefined where they are not what {@link writeSketches} makes of these contents. */
export function readSketches(bytes: Uint8Array, contents: Iterable<Sha1>): ReadonlyMap<Sha1, Sketch> | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sketches = new Map<Sha1, Sketch>();
  let at = 0;
  while (at < all.length) {
    if (at + 22 > all.length) return undefined;
    const sha1 = all.toString('hex', at, at + 20);
    const end = at + 22 + 4 * all.readUInt16LE(at + 20);
    if (end > all.length || !isSha1(sha1)) return undefined;
    const hashes: number[] = [];
    for (at += 22; at < end; at += 4) hashes.push(all.readUInt32LE(at));
    sketches.set(sha1, { hashes });
  }
  for (const sha1 of contents) if (!sketches.has(sha1)) return undefined;
  return sketches;
}
