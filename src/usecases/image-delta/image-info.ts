/** Tells what is in a patch: `dfota image-info`. */

import { checkDeltaPatch } from '../../imagedelta/decoder/apply.js';
import { readDeltaHeader } from '../../imagedelta/decoder/header.js';
import type { ImageDeltaInfo } from '../../model/image-delta.js';
import { describeDelta } from './describe.js';
import { readImage } from './read-image.js';
import { reading } from './refusal.js';

/** Which patch. */
export interface ImageInfoRequest {
  readonly patch: string;
}

/** All that the patch tells without its old image; its own check sums are asked for. Throws InputError where it is damaged. */
export async function imageInfo({ patch }: ImageInfoRequest): Promise<ImageDeltaInfo> {
  const bytes = await readImage(patch);
  return reading(patch, undefined, () => {
    const header = readDeltaHeader(bytes);
    checkDeltaPatch(header, bytes);
    return describeDelta(header);
  });
}
