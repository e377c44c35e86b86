/** Check sums as lists have them. */

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The CRC-32 of a file as the device writes it, `0x1a2b`; `undefined` of an empty file: the device has none for it. */
export function crc32Text(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return `0x${(~sum >>> 0).toString(16)}`;
}
