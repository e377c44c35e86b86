/** Makes a patch from one image to another: `dfota image-delta`. */
import { writeOutput } from '../../files/output.js';
import { applyDelta } from '../../imagedelta/decoder/apply.js';
import { readDeltaHeader } from '../../imagedelta/decoder/header.js';
import { fitsSearch } from '../../imagedelta/encoder/covers.js';
import { encodeDelta } from '../../imagedelta/encoder/encode.js';
import { InputError, ProofError } from '../../model/errors.js';
import type { ImageDelta } from '../../model/image-delta.js';
import type { Ports } from '../../model/ports.js';
import type { AskPassphrase } from '../../signing/keys.js';
import { holdApart } from '../hold-apart.js';
import { describeDelta } from './describe.js';
import { packedPartsOf } from './packed-parts.js';
import { type DeltaTarget, planDelta, requireRoom } from './plan.js';
import { readImage } from './read-image.js';
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
  const before = await readImage(old);
  const after = await readImage(target);
  if (!fitsSearch(before.length, after.length)) {
    throw new InputError({
      code: 'delta-image-large',
      place: { file: old },
      message: 'the two images are too large to be searched together',
      found: `${before.length} and ${after.length} bytes`,
      expected: 'six times the old and once the new image within 4 GiB',
      remedy: 'make deltas of its partitions, one by one',
    });
  }
  const tell = (doneBytes: number, doneItems: number): void =>
    ports.onProgress?.({ stage: 'encode', doneBytes, totalBytes: after.length, doneItems, totalItems: 1 });
  const { patch, cost, covers } = encodeDelta(before, after, plan, {
    onProgress: (done, all) => tell(Math.floor((done / all) * after.length), 0),
  });
  tell(after.length, 1);
  requireRoom(device, plan, patch.length);
  ports.signal?.throwIfAborted();
  if (signer !== undefined) await signPatch(patch, signer);
  const verify = signer === undefined ? undefined : signedBy(signer.signer.publicKey);
  const made = applyDelta(before, patch, { verify });
  if (Buffer.compare(made, after) !== 0)
    throw new ProofError({
      code: 'delta-new-image',
      place: { file: output },
      message: 'the patch makes another image',
    });
  await writeOutput(output, (sink) => sink.write(patch), { signal: ports.signal });
  const [plain = 0, branches = 0, pages = 0, low = 0, pointers = 0, local = 0] = cost.kinds;
  return {
    output,
    info: describeDelta(readDeltaHeader(patch)),
    covers,
    packedParts: packedPartsOf(before, after, plan),
    cost: {
      covers: cost.numbers,
      literals: cost.literals,
      data: plain,
      branches: branches + local,
      pages: pages + low,
      pointers,
    },
  };
}
