import type { DeltaModelSize } from './header-fields.js';

const weightSets = 51 + 33;

/** Bytes that the model's tables take on a device: docs/formats/image-delta.md, section 7. */
export function modelBytesOf({ contexts, counterBits, exactBits, coarseBits }: DeltaModelSize): number {
  return 2 * contexts * 2 ** counterBits + 4 * weightSets * contexts + 6 * 2 ** exactBits + 5 * 2 ** coarseBits;
}
