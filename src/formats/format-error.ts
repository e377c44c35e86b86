/**
 * Bytes that are not what they promise to be. Readers of bytes in memory throw it, and nothing else whatever the bytes;
 * whoever knows the file says where it is: the audit in a note on the path, UBI and UBIFS in an InputError with the block.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
