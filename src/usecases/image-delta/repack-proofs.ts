/** Proves packed parts by the decoder: what it does not bring back is left packed. */
import { DeltaError } from '../../imagedelta/decoder/fault.js';
import { packPart, unpackPart } from '../../imagedelta/decoder/repack/expanded-image.js';
import { type PackedPlace, readPart } from '../../imagedelta/decoder/repack/part.js';
import { partBytes } from '../../imagedelta/repack/container.js';
import type { RepackProofs } from '../../imagedelta/repack/encode.js';
import type { RepackPart } from '../../imagedelta/repack/expand.js';

/** The part as the decoder reads it. Throws a DeltaError where it does not know it. */
export function placeOf(part: RepackPart): PackedPlace {
  const bytes = partBytes(part);
  return readPart(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length).part;
}

function holds(ask: () => boolean): boolean {
  try {
    return ask();
  } catch (error) {
    if (error instanceof DeltaError) return false;
    throw error;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The decoder's word on each part. */
export const repackProofs: RepackProofs = {
  packs: (packed, part) => holds(() => equal(packPart(part, placeOf(part)), packed)),
  unpacks: (packed, part) =>
    holds(() => {
      const { text, decisions } = unpackPart(packed, placeOf(part));
      return equal(text, part.text) && equal(decisions, part.decisions);
    }),
};
