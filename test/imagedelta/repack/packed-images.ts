/** Images with packed parts, by many packers. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import pako from 'pako';
import { deflateBest } from '../../../src/encode/deflate/best.js';
import { workFolder } from '../../support/work-folder.js';
import { changeProgram, linkProgram, makeProgram } from '../code-images.js';

/** Packs a text; `undefined` where the packer is missing. */
export interface Packer {
  readonly name: string;
  readonly way: 'deflate' | 'lz4';
  readonly pack: (text: Uint8Array) => Uint8Array | undefined;
}

function program(name: string, ...words: readonly string[]): Packer['pack'] {
  return (text) => {
    const { status, stdout } = spawnSync(name, words, { input: text, maxBuffer: 2 ** 28 });
    return status === 0 ? stdout : undefined;
  };
}

const work = workFolder('packed-images');

/** It reads files only. */
function zopfli(text: Uint8Array): Uint8Array | undefined {
  const file = join(work, 'text');
  writeFileSync(file, text);
  return program('zopfli', '-c', '--i1', file)(text);
}

/** A zip member: its header, then a raw stream. */
function member(raw: Uint8Array): Uint8Array {
  const header = Buffer.alloc(30 + 5);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(5, 26);
  header.write('a.bin', 30, 'latin1');
  return Buffer.concat([header, raw]);
}

/** Two packed halves with a flush between them: an empty stored block in the middle. */
function flushed(text: Uint8Array): Uint8Array {
  const half = text.length >> 1;
  const first = deflateRawSync(text.subarray(0, half), { finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.concat([Buffer.of(0x78, 0x9c), first, deflateRawSync(text.subarray(half))]);
}

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED } = constants;

export const packers: readonly Packer[] = [
  ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map(
    (level): Packer => ({
      name: `classic zlib, level ${level}`,
      way: 'deflate',
      pack: (text) => pako.deflate(text, { level }),
    }),
  ),
  { name: 'the zlib of Node.js', way: 'deflate', pack: (text) => gzipSync(text, { level: 9 }) },
  {
    name: 'zlib, a small window',
    way: 'deflate',
    pack: (text) => member(deflateRawSync(text, { windowBits: 10, memLevel: 2 })),
  },
  { name: 'zlib, fixed codes', way: 'deflate', pack: (text) => deflateSync(text, { strategy: Z_FIXED }) },
  { name: 'zlib, literals only', way: 'deflate', pack: (text) => deflateSync(text, { strategy: Z_HUFFMAN_ONLY }) },
  { name: 'zlib, runs only', way: 'deflate', pack: (text) => deflateSync(text, { strategy: Z_RLE }) },
  { name: 'zlib, filtered', way: 'deflate', pack: (text) => deflateSync(text, { strategy: Z_FILTERED }) },
  { name: 'zlib, stored', way: 'deflate', pack: (text) => deflateSync(text, { level: 0 }) },
  { name: 'zlib, with a flush', way: 'deflate', pack: flushed },
  { name: 'codes that are not the usual ones', way: 'deflate', pack: (text) => member(deflateBest(text)) },
  { name: 'gzip -9', way: 'deflate', pack: program('gzip', '-9', '-c', '-n') },
  { name: 'zopfli', way: 'deflate', pack: zopfli },
  ...['-1', '-3', '-9', '-12'].flatMap((level): Packer[] => [
    { name: `lz4 -l ${level}`, way: 'lz4', pack: program('lz4', '-q', '-l', level, '-c') },
    { name: `lz4 -BD ${level}`, way: 'lz4', pack: program('lz4', '-q', '-B4', '-BD', level, '-c') },
    { name: `lz4 ${level}`, way: 'lz4', pack: program('lz4', '-q', '-B4', level, '-c') },
  ]),
];

const made = makeProgram('thumb', 71, 400);
/** Two texts of code, of which the second one was changed. */
export const texts = [linkProgram(made), linkProgram(changeProgram(made, 72))] as const;

/** A packed part between a header of an odd length and a tail. */
export function imageOf(packed: Uint8Array): Uint8Array {
  const header = Uint8Array.from({ length: 77 }, (_, i) => (i * 37) & 255);
  const tail = Uint8Array.from({ length: 1003 }, (_, i) => (i * 11) & 255);
  return Buffer.concat([header, packed, tail]);
}
