import { fromBytes, fromText } from '../../model/path.js';

/** How many bytes tell whether a text without a mark at its beginning is UTF-16. */
const sample = 4096;

/**
 * The text of a file, one unit a byte: UTF-16 (what a redirect of PowerShell writes), with a mark at its beginning or without one, becomes
 * UTF-8; a mark of UTF-8 is left out; any other text is taken as it is.
 */
export function plainText(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return utf16(bytes.subarray(2), false);
  if (first === 0xfe && second === 0xff) return utf16(bytes.subarray(2), true);
  if (first === 0xef && second === 0xbb && third === 0xbf) return fromBytes(bytes.subarray(3));
  const order = unmarkedOrder(bytes.subarray(0, sample));
  return order === undefined ? fromBytes(bytes) : utf16(bytes, order === 'big');
}

/** As {@link plainText}, as text: what people write as UTF-8, and Windows may have saved as UTF-16. */
export function utf8Text(bytes: Uint8Array): string {
  return Buffer.from(plainText(bytes), 'latin1').toString('utf8');
}

/** Text of mostly ASCII letters has a zero in every other byte, all on one side. */
function unmarkedOrder(bytes: Uint8Array): 'big' | 'little' | undefined {
  const zeros = [0, 0];
  for (const [at, byte] of bytes.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = bytes.length / 2;
  if (odd > most * 0.7 && even < most * 0.05) return 'little';
  return even > most * 0.7 && odd < most * 0.05 ? 'big' : undefined;
}

function utf16(bytes: Uint8Array, bigEndian: boolean): string {
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  if (bigEndian) whole.swap16();
  return fromText(whole.toString('utf16le'));
}
