/** How far the classic encoder, by the package bsdiff-node, may go: each limit once. */

/** Milliseconds without a word after which it is taken for hung: it says nothing while it sorts, which takes about a second for each MB. */
export const referenceSilence = 20 * 60_000;

/** Most bytes of a patch: bzip2 makes incompressible bytes about a hundredth longer, and there are as many control triples as bytes at worst. */
export function mostReferencePatchBytes(target: number): number {
  return 2 * target + 2 ** 20;
}

/** Bytes of its memory, about: two arrays of 64-bit positions for the source, the files, and what becomes the patch. */
export function referenceMemory(source: number, target: number): number {
  return 17 * source + 3 * target;
}
