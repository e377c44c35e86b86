/** Applies a patch to an image: `dfota image-apply`. */
import { writeOutput } from '../../files/output.js';
import { applyDelta } from '../../imagedelta/decoder/apply.js';
import { readDeltaHeader } from '../../imagedelta/decoder/header.js';
import type { ImageDeltaInfo } from '../../model/image-delta.js';
import type { Ports } from '../../model/ports.js';
import { holdApart } from '../hold-apart.js';
import { describeDelta } from './describe.js';
import { readImage } from './read-image.js';
import { reading } from './refusal.js';

/** What to apply to what, and for which device. */
export interface ImageApplyRequest {
  readonly old: string;
  readonly patch: string;
  readonly output: string;
  /** The device's product: a patch for another one is refused. */
  readonly product?: string | undefined;
  /** The device's counter: a patch with a lower one is refused. */
  readonly counter?: number | undefined;
}

/** Writes the new image when all of it has been checked. Throws InputError where patch or image are not right. */
export async function imageApply(request: ImageApplyRequest, ports: Ports = {}): Promise<ImageDeltaInfo> {
  const { old, patch, output, product, counter } = request;
  const inputs = [
    { role: 'the old image', path: old },
    { role: 'the patch', path: patch },
  ];
  await holdApart(inputs, [{ role: 'the output', path: output, kind: 'file' }]);
  const bytes = await readImage(patch);
  const header = reading(patch, old, () => readDeltaHeader(bytes));
  const image = await readImage(old);
  const fresh = reading(patch, old, () => applyDelta(image, bytes, { product, counter }));
  await writeOutput(output, (sink) => sink.write(fresh), { signal: ports.signal });
  return describeDelta(header);
}
