/** Tells what is in a patch: `dfota image-info`. */

import type { ImageDeltaContents } from '../../model/image-delta.js';
import type { Ports } from '../../model/ports.js';
import { withDeltaThread } from './open-thread.js';
import { readImage } from './read-image.js';
import { openPatch } from './read-patch.js';
import { reading } from './refusal.js';

/** Which patch. */
export interface ImageInfoRequest {
  readonly patch: string;
  /** The image that the patch is for: with it the patch is read to its end, and it is told what its content costs. */
  readonly old?: string | undefined;
}

/**
 * All that the patch tells; its own check sums are asked for. What its content costs is told with the old image only: the bits
 * of a patch are read by what they change. Throws InputError where the patch is damaged or for another image.
 */
export async function imageInfo(
  { patch, old }: ImageInfoRequest,
  { signal, onProgress }: Ports = {},
): Promise<ImageDeltaContents> {
  const bytes = await readImage(patch, signal);
  const { info, steps } = await reading(patch, old, () => {
    const opened = openPatch(bytes);
    opened.checkWhole();
    return opened;
  });
  if (old === undefined) return { ...info, cost: undefined };
  const image = await readImage(old, signal);
  const tell = (doneBytes: number, doneItems: number): void =>
    onProgress?.({ stage: 'inspect', doneBytes, totalBytes: steps, doneItems, totalItems: 1 });
  const { cost } = await reading(patch, old, () =>
    withDeltaThread(signal, (thread) =>
      thread.apply({ old: image, patch: bytes, measured: true }, (done) => tell(done, 0)),
    ),
  );
  tell(steps, 1);
  return { ...info, cost };
}
