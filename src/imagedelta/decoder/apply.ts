/** Applies a patch to an image in memory. */
import { checkMade, checkNewImage, checkOldImage, checkOldSize, checkPacked, checkPatchLength } from './checks.js';
import { checkDevice, type DeltaDevice } from './device.js';
import { readDeltaHeader } from './header.js';
import { makeSegment } from './segment.js';

/** The new image. Throws a DeltaError where the patch is damaged or does not fit; see docs/formats/image-delta.md, section 3. */
export function applyDelta(old: Uint8Array, patch: Uint8Array, device: DeltaDevice = {}): Uint8Array {
  const header = readDeltaHeader(patch);
  checkDevice(header, device);
  checkPatchLength(header, patch.length);
  checkOldSize(header, old.length);
  checkOldImage(header, old);
  for (const segment of header.segments) checkPacked(segment, patch);
  const fresh = new Uint8Array(header.newSize);
  let done = 0;
  for (const segment of header.segments) {
    const { start, end, offset, packed } = segment;
    if (segment.same) fresh.set(old.subarray(start, end), start);
    else makeSegment(header, segment, patch.subarray(offset, offset + packed), old, fresh, device.onContent);
    checkMade(segment, fresh.subarray(start, end));
    done += end - start;
    device.onProgress?.(done);
  }
  checkNewImage(header, fresh);
  return fresh;
}
