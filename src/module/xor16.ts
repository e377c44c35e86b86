/** The checksum of AT+QFUPL and AT+QFDWL: all big-endian 16-bit words XORed; an odd last byte is padded with 0. */
export interface Xor16 {
  readonly add: (bytes: Uint8Array) => void;
  /** In hex, without leading zeros, as modules print it. */
  readonly text: () => string;
}

/** A checksum over nothing yet. */
export function startXor16(): Xor16 {
  let sum = 0;
  let odd = false;
  return {
    add: (bytes) => {
      for (const byte of bytes) {
        sum ^= odd ? byte : byte << 8;
        odd = !odd;
      }
    },
    text: () => sum.toString(16),
  };
}
