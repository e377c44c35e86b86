import { compressBzip2 } from './bzip2.js';

const made = new Map<number, Uint8Array<ArrayBuffer>>();

/**
 * The BSDIFF40 patch that copies `size` bytes: to write a finished file to a partition, or a file to another place,
 * on devices that know no other way. About 150 bytes, however large the file. Kept, for it is asked for again.
 */
export function identityPatch(size: number): Uint8Array<ArrayBuffer> {
  const known = made.get(size);
  if (known !== undefined) return known;
  const control = new Uint8Array(size === 0 ? 0 : 24);
  if (size > 0) new DataView(control.buffer).setBigUint64(0, BigInt(size), true);
  const blocks = [control, new Uint8Array(size), new Uint8Array(0)].map((block) => compressBzip2(block, { level: 9 }));
  const patch = new Uint8Array(32 + blocks.reduce((sum, block) => sum + block.length, 0));
  patch.set(new TextEncoder().encode('BSDIFF40'));
  const header = new DataView(patch.buffer);
  header.setBigUint64(8, BigInt(blocks[0]?.length ?? 0), true);
  header.setBigUint64(16, BigInt(blocks[1]?.length ?? 0), true);
  header.setBigUint64(24, BigInt(size), true);
  let at = 32;
  for (const block of blocks) {
    patch.set(block, at);
    at += block.length;
  }
  made.set(size, patch);
  return patch;
}
