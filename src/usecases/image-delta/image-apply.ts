/** Applies a patch to an image: `dfota image-apply`. */
import { writeOutput } from '../../files/output.js';
import { applyDelta } from '../../imagedelta/decoder/apply.js';
import { readDeltaHeader } from '../../imagedelta/decoder/header.js';
import type { ImageDeltaInfo } from '../../model/image-delta.js';
import type { Ports } from '../../model/ports.js';
import { readPublicKey } from '../../signing/keys.js';
import { holdApart } from '../hold-apart.js';
import { describeDelta } from './describe.js';
import { readImage } from './read-image.js';
import { reading } from './refusal.js';
import { signedBy } from './sign-patch.js';

/** What to apply to what, and for which device. */
export interface ImageApplyRequest {
  readonly old: string;
  readonly patch: string;
  readonly output: string;
  /** The device's product: a patch for another one is refused. */
  readonly product?: string | undefined;
  /** The device's counter: a patch with a lower one is refused. */
  readonly counter?: number | undefined;
  /** File of a public key, in PEM: a patch that it has not signed is refused. */
  readonly publicKey?: string | undefined;
}

/** Writes the new image when all of it has been checked. Throws InputError where patch or image are not right. */
export async function imageApply(request: ImageApplyRequest, ports: Ports = {}): Promise<ImageDeltaInfo> {
  const { old, patch, output, product, counter, publicKey } = request;
  const inputs = [
    { role: 'the old image', path: old },
    { role: 'the patch', path: patch },
    ...(publicKey === undefined ? [] : [{ role: 'the public key', path: publicKey }]),
  ];
  await holdApart(inputs, [{ role: 'the output', path: output, kind: 'file' }]);
  const verify = publicKey === undefined ? undefined : signedBy(await readPublicKey(publicKey));
  const bytes = await readImage(patch);
  const header = reading(patch, old, () => readDeltaHeader(bytes));
  const image = await readImage(old);
  const fresh = reading(patch, old, () => applyDelta(image, bytes, { verify, product, counter }));
  await writeOutput(output, (sink) => sink.write(fresh), { signal: ports.signal });
  return describeDelta(header);
}
