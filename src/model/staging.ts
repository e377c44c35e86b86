/** What apply_patch wants free, beside one and a half times the target, in bytes (device.md of the formats). */
export const patchHeadroom = 256 * 1024;

/**
 * Bytes that /cache must have free to stage a content there: to make the file without moving its source away, and then
 * to hold it twice, because the device copies it again when it is short of space or writes a partition.
 */
export function stagingSpace(size: number): number {
  return Math.max(2 * size, Math.ceil(1.5 * size) + patchHeadroom + 1);
}
