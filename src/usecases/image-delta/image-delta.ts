/** Makes a patch from one image to another: `dfota image-delta`. */
import { fitsSearch } from '../../imagedelta/encoder/covers.js';
import { InputError, ProofError } from '../../model/errors.js';
import type { ImageDelta } from '../../model/image-delta.js';
import type { Ports } from '../../model/ports.js';
import type { AskPassphrase } from '../../signing/keys.js';
import { holdApart } from '../hold-apart.js';
import { withDeltaThread } from './open-thread.js';
import { type DeltaTarget, planDelta, requireRoom, requireScratch } from './plan.js';
import { readImage, writeImage } from './read-image.js';
import { openPatch } from './read-patch.js';
import { openPatchSigner, signedBy, signPatch } from './sign-patch.js';

/** Which images, and for which device. */
export interface ImageDeltaRequest extends DeltaTarget {
  readonly old: string;
  /** The new image. */
  readonly target: string;
  readonly output: string;
  /** File of the private key, in PEM, that signs the patch. */
  readonly key?: string | undefined;
}

/** The ports of all, and who is asked for the passphrase of a key. */
export interface ImageDeltaPorts extends Ports {
  readonly passphrase?: AskPassphrase | undefined;
}

/**
 * Writes the smallest patch found. It is applied by another decoder, and what comes out is compared with the new image,
 * before it gets its name. The same input gives the same bytes. Throws UsageError and InputError, also for what would not
 * fit the device, and ProofError where the patch does not stand its proof.
 */
export async function imageDelta(request: ImageDeltaRequest, ports: ImageDeltaPorts = {}): Promise<ImageDelta> {
  const { old, target, output, key, ...device } = request;
  const inputs = [
    { role: 'the old image', path: old },
    { role: 'the new image', path: target },
    ...(key === undefined ? [] : [{ role: 'the key', path: key }]),
  ];
  await holdApart(inputs, [{ role: 'the output', path: output, kind: 'file' }]);
  const signer = await openPatchSigner(key, device.sign, ports.passphrase);
  const plan = planDelta({ ...device, sign: signer?.length ?? device.sign });
  const { signal } = ports;
  const before = await readImage(old, signal);
  const after = await readImage(target, signal);
  const size = after.length;
  if (!fitsSearch(before.length, size)) {
    throw new InputError({
      code: 'delta-image-large',
      place: { file: old },
      message: 'the two images are too large to be searched together',
      found: `${before.length} and ${size} bytes`,
      expected: 'six times the old and once the new image within 4 GiB',
      remedy: 'make deltas of its partitions, one by one',
    });
  }
  const tell = (doneBytes: number, doneItems: number): void =>
    ports.onProgress?.({ stage: 'encode', doneBytes, totalBytes: size, doneItems, totalItems: 1 });
  return withDeltaThread(signal, async (thread) => {
    const made = await thread.make({ old: before, fresh: after, plan, repack: device.repack }, (done, all) =>
      tell(Math.floor((done / all) * size), 0),
    );
    tell(size, 1);
    const { patch, covers, cost, packedParts, repacked } = made;
    requireRoom(device, plan, patch.length);
    if (signer !== undefined) await signPatch(patch, signer);
    const opened = openPatch(patch);
    if (signer !== undefined) opened.check({ verify: signedBy(signer.signer.publicKey) });
    requireScratch(device, opened.info.repack, repacked);
    const proved = await thread.apply({ old: made.old, patch, asOnDevice: true });
    if (Buffer.compare(proved.fresh, made.fresh) !== 0)
      throw new ProofError({
        code: 'delta-new-image',
        place: { file: output },
        message: 'the patch makes another image',
      });
    await writeImage(output, proved.patch, signal);
    return { output, info: opened.info, covers, packedParts, repacked, cost };
  });
}
