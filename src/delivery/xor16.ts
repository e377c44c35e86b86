/** The checksum that AT+QFUPL answers: the bytes as big-endian 16-bit words, an odd end padded with 0, all XORed. */
export function xor16(chunks: Iterable<Uint8Array>): number {
  let high = 0;
  let low = 0;
  let at = 0;
  for (const chunk of chunks) {
    for (const byte of chunk) {
      if (at % 2 === 0) high ^= byte;
      else low ^= byte;
      at += 1;
    }
  }
  return (high << 8) | low;
}
