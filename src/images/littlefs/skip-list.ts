/**
 * Content of files as CTZ skip lists. Block n of a file begins with ctz(n) + 1 pointers, the i-th to block n - 2^i, so that any block is
 * reached from the last one in a logarithm of steps; block 0 has none. The directory points to the last block.
 */

const pointerBytes = 4;

/** Pointers at the start of block n. */
function pointersOf(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n & -n);
}

/** Blocks that so many bytes of content take. */
export function blocksOf(size: number, blockSize: number): number {
  let blocks = 0;
  for (let left = size; left > 0; blocks += 1) left -= blockSize - pointerBytes * pointersOf(blocks);
  return blocks;
}

/** Writes the content into the blocks, which are numbered from `first` on. Returns the number of the last one. */
export function writeContent(image: DataView, bytes: Uint8Array, first: number, blockSize: number): number {
  let done = 0;
  let n = 0;
  for (; done < bytes.length; n += 1) {
    let at = (first + n) * blockSize;
    const end = at + blockSize;
    for (let i = 0; i < pointersOf(n); i += 1, at += pointerBytes) image.setUint32(at, first + n - 2 ** i, true);
    const part = bytes.subarray(done, done + end - at);
    new Uint8Array(image.buffer, image.byteOffset).set(part, at);
    done += part.length;
  }
  return first + n - 1;
}
