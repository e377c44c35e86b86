/** The identity patches of a run, kept between runs in one entry of the cache: a hundred of them take longer to make than to read. */
import { Buffer } from 'node:buffer';
import { identityPatch } from '../../encode/bsdiff/identity.js';
import { encoderVersion } from '../../encode/encode-file.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import type { PatchCache } from '../../model/patch-cache.js';

/** The identity patch of each size. Of a cache that others may write to nothing is taken: what it gives would have to be proved. */
export async function identityPatches(
  sizes: readonly number[],
  cache: PatchCache | undefined,
): Promise<ReadonlyMap<number, Uint8Array<ArrayBuffer>>> {
  const own = cache?.own === true && sizes.length > 0 ? cache : undefined;
  const key = identitiesKey(sizes);
  const stored = await own?.get(key);
  const known = stored && readIdentities(stored, sizes);
  if (known !== undefined) return known;
  const made = new Map(sizes.map((size) => [size, identityPatch(size)]));
  await own?.put(key, writeIdentities(made));
  return made;
}

/** The name under which the identity patches of these sizes are kept: it changes with the encoder. */
export function identitiesKey(sizes: readonly number[]): Sha256 {
  return sha256Of(Buffer.from(`identities ${encoderVersion}\n${sizes.join(' ')}`));
}

/** The patches, each behind its length (32 bits, little endian), in the order of the sizes. */
function writeIdentities(patches: ReadonlyMap<number, Uint8Array>): Uint8Array {
  return Buffer.concat(
    [...patches.values()].flatMap((patch) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(patch.length);
      return [length, patch];
    }),
  );
}

const headerBytes = 32;

function readIdentities(
  stored: Uint8Array<ArrayBuffer>,
  sizes: readonly number[],
): ReadonlyMap<number, Uint8Array<ArrayBuffer>> | undefined {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const patches = new Map<number, Uint8Array<ArrayBuffer>>();
  let at = 0;
  for (const size of sizes) {
    const length = at + 4 <= stored.length ? view.getUint32(at, true) : 0;
    const patch = stored.slice(at + 4, at + 4 + length);
    at += 4 + length;
    // A patch that says another size, or is cut off, is none of these.
    if (patch.length !== length || length < headerBytes || view.getBigUint64(at - length + 24, true) !== BigInt(size))
      return undefined;
    patches.set(size, patch);
  }
  return at === stored.length ? patches : undefined;
}
