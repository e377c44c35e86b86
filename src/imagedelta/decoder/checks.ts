/** What is asked of a patch, and of what it makes: docs/formats/image-delta.md, section 3, codes 13 to 20. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DeltaError, type DeltaFaultName } from './fault.js';
import type { DeltaHeader, DeltaSegment } from './header-fields.js';

/** Whether all of the patch is there and undamaged. Throws a DeltaError with codes 13, 14 and 17. */
export function checkDeltaPatch(header: DeltaHeader, patch: Uint8Array): void {
  checkPatchLength(header, patch.length);
  for (const segment of header.segments) checkPacked(segment, patch);
}

/** Throws a DeltaError with code 15. */
export function checkOldSize(header: Pick<DeltaHeader, 'oldSize'>, length: number): void {
  if (length !== header.oldSize)
    throw new DeltaError(
      'old-size',
      'the patch is for another old image',
      `${length} bytes`,
      `${header.oldSize} bytes`,
    );
}

/** Throws a DeltaError with code 16. */
export function checkOldImage(header: Pick<DeltaHeader, 'oldSha256'>, old: Uint8Array): void {
  checkDigest('old-image', 'the patch is for another old image', old, header.oldSha256);
}

/** Throws a DeltaError with code 19. */
export function checkMade(segment: DeltaSegment, made: Uint8Array): void {
  const found = crc32(made);
  if (found !== segment.newCrc)
    throw new DeltaError('segment-wrong', `segment ${segment.index} came out wrong`, hex(found), hex(segment.newCrc));
}

/** Throws a DeltaError with code 20. */
export function checkNewImage(header: Pick<DeltaHeader, 'newSha256'>, fresh: Uint8Array): void {
  checkDigest('new-image', 'the new image came out wrong', fresh, header.newSha256);
}

function hex(value: number): string {
  return `CRC-32 ${value.toString(16).padStart(8, '0')}`;
}

/** Throws a DeltaError with codes 13 and 14. */
export function checkPatchLength(header: Pick<DeltaHeader, 'patchLength'>, length: number): void {
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

/** Throws the fault, with this message, where the bytes have another SHA-256. */
export function checkDigest(fault: DeltaFaultName, message: string, image: Uint8Array, expected: Uint8Array): void {
  const found = createHash('sha256').update(image).digest();
  if (Buffer.compare(found, expected) === 0) return;
  throw new DeltaError(
    fault,
    message,
    `SHA-256 ${found.toString('hex')}`,
    `SHA-256 ${Buffer.from(expected).toString('hex')}`,
  );
}

/** Throws a DeltaError with code 17. */
export function checkPacked({ index, offset, packed, packedCrc, digest, same }: DeltaSegment, patch: Uint8Array): void {
  if (same) return;
  const bytes = patch.subarray(offset, offset + packed);
  const whole =
    crc32(bytes) === packedCrc &&
    (digest === undefined || Buffer.compare(createHash('sha256').update(bytes).digest().subarray(0, 16), digest) === 0);
  if (!whole) throw new DeltaError('segment-damaged', `segment ${index} of the patch is damaged`);
}
