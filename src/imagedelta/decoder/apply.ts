/** Applies a patch to an image in memory. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { checkDevice, type DeltaDevice } from './device.js';
import { DeltaError } from './fault.js';
import { readDeltaHeader } from './header.js';
import type { DeltaHeader, DeltaSegment } from './header-fields.js';
import { makeSegment } from './segment.js';

/** The new image. Throws a DeltaError where the patch is damaged or does not fit; see docs/formats/image-delta.md, section 3. */
export function applyDelta(old: Uint8Array, patch: Uint8Array, device: DeltaDevice = {}): Uint8Array {
  const header = readDeltaHeader(patch);
  checkDevice(header, device);
  checkLength(header, patch.length);
  if (old.length !== header.oldSize)
    throw new DeltaError(
      'old-size',
      'the patch is for another old image',
      `${old.length} bytes`,
      `${header.oldSize} bytes`,
    );
  checkDigest('old-image', 'the patch is for another old image', old, header.oldSha256);
  for (const segment of header.segments) checkSegment(segment, patch);
  const fresh = new Uint8Array(header.newSize);
  let done = 0;
  for (const segment of header.segments) {
    const { start, end, offset, packed } = segment;
    if (segment.same) fresh.set(old.subarray(start, end), start);
    else makeSegment(header, segment, patch.subarray(offset, offset + packed), old, fresh, device.onContent);
    const made = crc32(fresh.subarray(start, end));
    if (made !== segment.newCrc)
      throw new DeltaError('segment-wrong', `segment ${segment.index} came out wrong`, hex(made), hex(segment.newCrc));
    done += end - start;
    device.onProgress?.(done);
  }
  checkDigest('new-image', 'the new image came out wrong', fresh, header.newSha256);
  return fresh;
}

/** Whether all of the patch is there and undamaged. Throws a DeltaError with codes 13, 14 and 17. */
export function checkDeltaPatch(header: DeltaHeader, patch: Uint8Array): void {
  checkLength(header, patch.length);
  for (const segment of header.segments) checkSegment(segment, patch);
}

function hex(value: number): string {
  return `CRC-32 ${value.toString(16).padStart(8, '0')}`;
}

function checkLength(header: DeltaHeader, length: number): void {
  if (length < header.patchLength)
    throw new DeltaError('patch-cut', 'the patch is cut short', `${length} bytes`, `${header.patchLength} bytes`);
  if (length > header.patchLength)
    throw new DeltaError(
      'patch-long',
      'there is something behind the patch',
      `${length} bytes`,
      `${header.patchLength} bytes`,
    );
}

function checkDigest(fault: 'old-image' | 'new-image', message: string, image: Uint8Array, expected: Uint8Array): void {
  const found = createHash('sha256').update(image).digest();
  if (Buffer.compare(found, expected) === 0) return;
  throw new DeltaError(
    fault,
    message,
    `SHA-256 ${found.toString('hex')}`,
    `SHA-256 ${Buffer.from(expected).toString('hex')}`,
  );
}

function checkSegment({ index, offset, packed, packedCrc, digest, same }: DeltaSegment, patch: Uint8Array): void {
  if (same) return;
  const bytes = patch.subarray(offset, offset + packed);
  const whole =
    crc32(bytes) === packedCrc &&
    (digest === undefined || Buffer.compare(createHash('sha256').update(bytes).digest().subarray(0, 16), digest) === 0);
  if (!whole) throw new DeltaError('segment-damaged', `segment ${index} of the patch is damaged`);
}
