/** Writes DER, as much of it as a signature needs. */

/** An element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthBytes(body.length), body]);
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) digits.unshift(left % 256);
  return Buffer.from([0x80 | digits.length, ...digits]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => element(0x30, ...content);
export const set = (...content: readonly Uint8Array[]): Buffer => element(0x31, ...content);
export const octets = (bytes: Uint8Array): Buffer => element(0x04, bytes);
export const nothing = Buffer.from([0x05, 0x00]);

/** A whole number below 128. */
export const small = (value: number): Buffer => element(0x02, Buffer.from([value]));

/** An object identifier, as in `1.2.840.113549.1.7.2`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) | 0x80);
    bytes.push(...digits);
  }
  return element(0x06, Buffer.from(bytes));
}

/** One element of DER that was read: where its content begins, and where it ends. */
interface Read {
  readonly tag: number;
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

function read(bytes: Uint8Array): Read {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new RangeError('DER ends too early');
  let [length, at] = [first, 2];
  if (first >= 0x80) {
    length = 0;
    for (let left = first & 0x7f; left > 0; left -= 1, at += 1) length = length * 256 + (bytes[at] ?? 0);
  }
  if (at + length > bytes.length) throw new RangeError('DER ends too early');
  return {
    tag,
    whole: bytes.subarray(0, at + length),
    content: bytes.subarray(at, at + length),
    rest: bytes.subarray(at + length),
  };
}

/** Serial number and issuer of a certificate in DER that a library has parsed, as they are written there. */
export function issuerAndSerial(certificate: Uint8Array): Buffer {
  let fields = read(read(certificate).content).content;
  const version = read(fields);
  if (version.tag === 0xa0) fields = version.rest;
  const serial = read(fields);
  const algorithm = read(serial.rest);
  const issuer = read(algorithm.rest);
  return sequence(issuer.whole, serial.whole);
}
