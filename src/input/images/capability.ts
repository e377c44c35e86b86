/**
 * The capabilities that a `security.capability` attribute grants, as filesystem_config.txt writes them: the permitted set
 * as a 64-bit mask. `undefined` for a value of an unknown revision or length.
 */
export function permittedCapabilities(value: Uint8Array): bigint | undefined {
  if (value.length < 12) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const revision = view.getUint32(0, true) >>> 24;
  const low = BigInt(view.getUint32(4, true));
  if (revision === 1) return low;
  if ((revision !== 2 && revision !== 3) || value.length < 20) return undefined;
  return low | (BigInt(view.getUint32(12, true)) << 32n);
}
