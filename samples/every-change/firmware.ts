/** Contents that look like firmware to a compressor and to a patch maker, from a seed alone. */
import { Buffer } from 'node:buffer';
import { gzip } from 'pako';
import { seededRandom } from '../../test/support/random.js';

/** Machine code, more or less: a header, four-byte words of a few kinds, addresses that depend on `base`, some text. */
export function program(seed: number, words: number, base = 0x8000): Buffer {
  const random = seededRandom(seed);
  const code = Buffer.alloc(words * 4);
  for (let word = 0; word < words; word++) {
    const kind = random.below(8);
    const value =
      kind < 3
        ? (0xe5900000 | (random.below(16) << 12) | random.below(64)) >>> 0
        : kind < 5
          ? base + 4 * random.below(words)
          : (0xe1a00000 | random.below(16)) >>> 0;
    code.writeUInt32LE(value, word * 4);
  }
  return Buffer.concat([
    Buffer.from('\x7fELF\x01\x01\x01\0', 'latin1'),
    code,
    Buffer.from(`build ${seed} at ${base}\0`),
  ]);
}

/** The same program as rebuilt: some code inserted at a third, and every address after it moved by that much. */
export function rebuilt(before: Buffer, seed: number): Buffer {
  const cut = (Math.floor(before.length / 3) >> 2) << 2;
  const inserted = program(seed, 30).subarray(8, 128);
  const after = Buffer.concat([before.subarray(0, cut), inserted, before.subarray(cut)]);
  for (let at = 8; at + 4 <= after.length; at += 4) {
    const value = after.readUInt32LE(at);
    if (value >= 0x8000 + cut && value < 0x8000 + before.length) after.writeUInt32LE(value + inserted.length, at);
  }
  return after;
}

/** A configuration file of that many lines; lines divisible by `changed` differ from those of another `changed`. */
export function settings(lines: number, changed = Number.POSITIVE_INFINITY): string {
  let text = '# settings of the sample firmware\n';
  for (let line = 1; line <= lines; line++) {
    text += `option_${line} = ${line % changed === 0 ? `changed to ${line * 7}` : `value ${(line * 31) % 97}`}\n`;
  }
  return text;
}

/** Bytes without any pattern: what no patch and no compression makes smaller. */
export function noise(seed: number, length: number): Buffer {
  return seededRandom(seed).bytes(length);
}

/** A gzip stream without a date, by the classic zlib, so that a module can make it again from its content. */
export function zipped(data: Uint8Array): Buffer {
  return Buffer.from(gzip(data, { level: 9 }));
}

/** A kernel image: the boot image's magic, a page of header, a compressed kernel, padding to whole pages. */
export function bootImage(kernel: Uint8Array): Buffer {
  const page = 2048;
  const header = Buffer.alloc(page);
  header.write('ANDROID!', 'latin1');
  const body = zipped(kernel);
  header.writeUInt32LE(body.length, 8);
  header.writeUInt32LE(page, 36);
  return Buffer.concat([header, body, Buffer.alloc((page - (body.length % page)) % page)]);
}
