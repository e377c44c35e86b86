import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { Random } from './random.js';

const words = [
  'config',
  'static int',
  'modem',
  '/usr/lib/',
  '0x00',
  'return',
  'error: %s',
  'RG520N',
  '\n',
  ' = ',
  'net',
  'ubi',
];

/** Some bytes as a firmware has them: text, records with counters in them, or noise. */
export function someContent(random: Random, length: number): Buffer {
  const kind = random.below(3);
  if (kind === 0) {
    const parts: string[] = [];
    for (let size = 0; size < length; ) {
      const word = random.pick(words);
      parts.push(word);
      size += word.length;
    }
    return Buffer.from(parts.join(''), 'latin1').subarray(0, length);
  }
  if (kind === 1) {
    const record = random.bytes(4 + random.below(28));
    const bytes = Buffer.alloc(length);
    for (let at = 0, count = random.below(1000); at < length; at += record.length, count++) {
      record.writeUInt16LE(count & 0xffff, 2);
      record.copy(bytes, at);
    }
    return bytes;
  }
  return random.bytes(length);
}

/** What an upgrade makes of some bytes: a few changed, put in, taken out; never equal to what they were. */
export function edited(random: Random, before: Buffer): Buffer {
  let bytes = Buffer.from(before);
  for (let edits = 1 + random.below(6); edits > 0; edits--) {
    const at = random.below(bytes.length + 1);
    const length = 1 + random.below(random.chance(20) ? 2000 : 40);
    const fresh = someContent(random, length);
    const kind = random.below(4);
    if (kind === 0) bytes = Buffer.concat([bytes.subarray(0, at), fresh, bytes.subarray(at)]);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), fresh, bytes.subarray(at + length)]);
    else for (let place = at; place < bytes.length; place += 16) bytes[place] = ((bytes[place] ?? 0) + 4) & 0xff;
  }
  return bytes.length === 0 || bytes.equals(before) ? Buffer.concat([before, Buffer.from('+')]) : bytes;
}

/** A kernel image: a header, a compressed kernel, a compressed RAM disk. */
export function bootImage(random: Random, kernel: Buffer): Buffer {
  const page = 2048;
  const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((page - (bytes.length % page)) % page)]);
  const header = Buffer.concat([Buffer.from('ANDROID!', 'latin1'), random.bytes(40)]);
  return Buffer.concat([padded(header), padded(gzipSync(kernel, { level: 9 })), padded(random.bytes(600))]);
}
