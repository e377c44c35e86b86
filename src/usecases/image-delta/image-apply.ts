/** Applies a patch to an image: `dfota image-apply`. */
import type { ImageDeltaInfo } from '../../model/image-delta.js';
import type { Ports } from '../../model/ports.js';
import { readPublicKey } from '../../signing/keys.js';
import { holdApart } from '../hold-apart.js';
import { withDeltaThread } from './open-thread.js';
import { readImage, writeImage } from './read-image.js';
import { openPatch } from './read-patch.js';
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
  const { signal, onProgress } = ports;
  const bytes = await readImage(patch, signal);
  const opened = await reading(patch, old, () => openPatch(bytes));
  const image = await readImage(old, signal);
  await reading(patch, old, () => opened.check({ verify, product, counter }));
  const tell = (doneBytes: number, doneItems: number): void =>
    onProgress?.({ stage: 'apply', doneBytes, totalBytes: opened.steps, doneItems, totalItems: 1 });
  const { fresh } = await reading(patch, old, () =>
    withDeltaThread(signal, (thread) => thread.apply({ old: image, patch: bytes }, (done) => tell(done, 0))),
  );
  tell(opened.steps, 1);
  await writeImage(output, fresh, signal);
  return opened.info;
}
