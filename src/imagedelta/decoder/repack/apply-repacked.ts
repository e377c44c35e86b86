/** Applies a patch over packed parts to an image in memory. */
import { createHash } from 'node:crypto';
import { applyDelta } from '../apply.js';
import {
  checkDeltaPatch,
  checkDigest,
  checkNewImage,
  checkOldImage,
  checkOldSize,
  checkPatchLength,
} from '../checks.js';
import { checkDevice, type DeltaDevice } from '../device.js';
import { DeltaError } from '../fault.js';
import { readDeltaHeader } from '../header.js';
import type { DeltaHeader } from '../header-fields.js';
import { expandOld, packNew } from './expanded-image.js';
import { type OuterHeader, readOuterHeader } from './outer-header.js';

/** Both headers, and the inner patch. */
export interface RepackPatch {
  readonly outer: OuterHeader;
  readonly header: DeltaHeader;
  readonly inner: Uint8Array;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Reads a patch and all check sums of its own: docs/formats/image-repack.md, section 9. Throws a DeltaError. */
export function readRepackPatch(patch: Uint8Array): RepackPatch {
  const outer = readOuterHeader(patch);
  checkPatchLength({ patchLength: outer.length + outer.innerLength }, patch.length);
  const inner = patch.subarray(outer.length);
  if (!equal(createHash('sha256').update(inner).digest(), outer.innerSha256))
    throw new DeltaError('inner', 'the patch is damaged behind its header', 'another SHA-256 than it says');
  const header = readDeltaHeader(inner);
  checkDeltaPatch(header, inner);
  const fits =
    !header.inPlace &&
    header.oldSize === outer.expandedOldSize &&
    header.newSize === outer.expandedNewSize &&
    equal(header.oldSha256, outer.expandedOldSha256) &&
    equal(header.newSha256, outer.expandedNewSha256) &&
    (outer.signature.length === 0 || header.signature.length === 0);
  if (!fits) throw new DeltaError('inner', 'the two headers of the patch do not belong together');
  return { outer, header, inner };
}

/** Throws a DeltaError with codes 8 to 11 where the patch does not suit the device. A signature is that of the outer header. */
export function checkRepackDevice({ outer, header }: RepackPatch, device: DeltaDevice): void {
  const { signed, signature } = outer;
  checkDevice({ ...header, signed, signature }, device);
}

/** The new image. Throws a DeltaError. Progress is told in bytes of the expanded new image, then of the new image. */
export function applyRepacked(old: Uint8Array, patch: Uint8Array, device: DeltaDevice = {}): Uint8Array {
  const read = readRepackPatch(patch);
  const { outer, inner } = read;
  checkRepackDevice(read, device);
  checkOldSize(outer, old.length);
  checkOldImage(outer, old);
  const { onProgress, onContent } = device;
  const expandedOld = expandOld(old, outer.oldParts, outer.expandedOldSize);
  checkDigest('expanded-old', 'the old image was expanded to something else', expandedOld, outer.expandedOldSha256);
  const expandedNew = applyDelta(expandedOld, inner, { onProgress, onContent });
  const fresh = packNew(expandedNew, outer.newParts, outer.newSize, (done) =>
    onProgress?.(outer.expandedNewSize + done),
  );
  checkNewImage(outer, fresh);
  return fresh;
}
