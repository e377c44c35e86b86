/** The CRC-32 that NVS keeps of headers, entries and data: polynomial 0xEDB88320, begun with 0, inverted at the end. */
export function nvsChecksum(bytes: Uint8Array, skipFrom = 0, skipTo = 0): number {
  let crc = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (at >= skipFrom && at < skipTo) continue;
    crc ^= bytes[at] ?? 0;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
