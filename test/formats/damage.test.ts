/** Every reader of foreign bytes, with bytes that were damaged at random and bytes that were made to keep it busy. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bsdiff40, bzip2, signed } from '../applypatch/make-patch.js';
import { has, words } from '../audit/support.js';
import { patchSource, type ReaderName } from '../support/readers.js';
import { watched } from '../support/watched.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('damage');

function packed(tool: string, options: readonly string[]): Buffer | undefined {
  if (!has(tool)) return undefined;
  return execFileSync(tool, ['-c', ...options], { input: words(4000), stdio: ['pipe', 'pipe', 'ignore'] });
}

function archived(command: string): Buffer {
  const folder = join(work, 'tree');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  writeFileSync(join(folder, 'deep', `${'n'.repeat(140)}.txt`), words(300));
  writeFileSync(join(folder, 'program'), readFileSync('/bin/ls').subarray(0, 30_000));
  return execFileSync('sh', ['-c', command], { cwd: folder, maxBuffer: 1 << 26, stdio: ['pipe', 'pipe', 'ignore'] });
}

function boot(): Buffer {
  const page = 2048;
  const image = Buffer.alloc(4 * page);
  const kernel = gzipSync(Buffer.from('Linux version 5.4.0 (a@b)\0'));
  image.write('ANDROID!', 'latin1');
  image.writeUInt32LE(kernel.length, 8);
  image.writeUInt32LE(600, 16);
  image.writeUInt32LE(page, 36);
  kernel.copy(image, page);
  return image;
}

const script = Buffer.from(
  'ui_print("a\\n\\x41");\nif file_getprop("/p", "x") == "1" && !(a || b) then\n# note\n  delete("/a", "/b");\nelse abort("c" + d) endif;\n',
);

const samples: readonly (readonly [string, ReaderName, () => Buffer | undefined])[] = [
  ['xz', 'compare', () => packed('xz', ['--arm', '--lzma2'])],
  ['lzma', 'compare', () => packed('xz', ['--format=lzma'])],
  ['zstd', 'compare', () => packed('zstd', ['-q'])],
  ['lz4', 'compare', () => packed('lz4', ['-q'])],
  ['lz4 of the kernel', 'compare', () => packed('lz4', ['-q', '-l'])],
  ['bzip2', 'compare', () => packed('bzip2', [])],
  ['lzop', 'compare', () => packed('lzop', [])],
  ['gzip', 'compare', () => gzipSync(words(2000))],
  ['tar of GNU', 'compare', () => (has('tar') ? archived('tar --format=gnu -cf - .') : undefined)],
  ['tar of POSIX', 'compare', () => (has('tar') ? archived('tar --format=posix -cf - .') : undefined)],
  ['cpio', 'compare', () => (has('cpio') && has('find') ? archived('find . | cpio -o -H newc --quiet') : undefined)],
  ['zip', 'compare', () => (has('zip') ? archived('zip -qr - .') : undefined)],
  ['ELF', 'compare', () => readFileSync('/bin/ls')],
  ['boot image', 'compare', boot],
  ['script', 'edify', () => script],
  [
    'BSDIFF40',
    'patch',
    () => bsdiff40({ triples: [[3, 4, 1]], diff: Buffer.alloc(3, 1), extra: Buffer.alloc(4), targetSize: 7 }),
  ],
  ['IMGDIFF2', 'patch', () => imgdiff([rawChunk, deflateChunk(16)])],
];

const rawChunk = Buffer.from([3, 0, 0, 0, 2, 0, 0, 0, 65, 66]);

/** A chunk that expands the whole source and makes nothing of it; its patch lies at `offset`. */
function deflateChunk(offset: number): Buffer {
  const numbers = [0, patchSource.length, offset, 48 << 20, 0].map(signed);
  const parameters = Buffer.alloc(20);
  for (const [index, value] of [9, 8, -15, 8, 0].entries()) parameters.writeInt32LE(value, index * 4);
  return Buffer.concat([Buffer.from([2, 0, 0, 0]), ...numbers, parameters]);
}

function imgdiff(chunks: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.write('IMGDIFF2', 'latin1');
  head.writeInt32LE(chunks.length, 8);
  return Buffer.concat([head, ...chunks, bsdiff40({})]);
}

/** A tar whose first member is a POSIX header with this content. */
function tarWith(content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write('name', 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')} `, 124);
  header.write('x', 156);
  header.write('ustar\x0000', 257);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(((512 - (content.length % 512)) % 512) + 1024)]);
}

/** An ELF library whose every symbol has the same long name. */
function sharedNames(symbols: number): Buffer {
  const names = 4096;
  const dynamicAt = 64 + 2 * 56;
  const stringsAt = dynamicAt + 6 * 16;
  const hashAt = stringsAt + names;
  const symbolsAt = hashAt + 8;
  const file = Buffer.alloc(symbolsAt + symbols * 24);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(183, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  for (const [index, [type, at, size]] of (
    [
      [1, 0, file.length],
      [2, dynamicAt, 6 * 16],
    ] as const
  ).entries()) {
    file.writeUInt32LE(type, 64 + index * 56);
    file.writeBigUInt64LE(BigInt(at), 64 + index * 56 + 8);
    file.writeBigUInt64LE(BigInt(at), 64 + index * 56 + 16);
    file.writeBigUInt64LE(BigInt(size), 64 + index * 56 + 32);
  }
  for (const [index, [tag, value]] of (
    [
      [5, stringsAt],
      [10, names],
      [4, hashAt],
      [6, symbolsAt],
    ] as const
  ).entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + index * 16);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + index * 16 + 8);
  }
  file.fill(0x61, stringsAt + 1, stringsAt + names - 1);
  file.writeUInt32LE(symbols, hashAt + 4);
  for (let index = 1; index < symbols; index += 1) {
    file.writeUInt32LE(1, symbolsAt + index * 24);
    file.writeUInt8(0x12, symbolsAt + index * 24 + 4);
    file.writeUInt16LE(1, symbolsAt + index * 24 + 6);
  }
  return file;
}

const busy: readonly (readonly [string, ReaderName, () => Buffer])[] = [
  ['a script of one long line', 'edify', () => Buffer.from('a ; '.repeat(1_000_000))],
  ['POSIX tar records without a value', 'compare', () => tarWith(Buffer.from('4 a\n'.repeat(2_000_000)))],
  ['symbols that share one long name', 'compare', () => sharedNames(900_000)],
  [
    'chunks that all expand the same source',
    'patch',
    () => {
      const count = 2000;
      const chunk = deflateChunk(12 + count * deflateChunk(0).length);
      return imgdiff(Array.from({ length: count }, () => chunk));
    },
  ],
  [
    'instructions that make nothing, shared by all chunks',
    'patch',
    () => {
      const count = 3000;
      const normal = (offset: number): Buffer =>
        Buffer.concat([Buffer.from([0, 0, 0, 0]), ...[0, 0, offset].map(signed)]);
      const idle = Array.from({ length: 4000 }, () => [0, 0, 0] as const);
      const inner = bsdiff40({ triples: [...idle, [0, 1, 0]], extra: Buffer.from('x'), targetSize: 1 });
      const offset = 12 + count * normal(0).length;
      const head = imgdiff(Array.from({ length: count }, () => normal(offset))).subarray(0, offset);
      return Buffer.concat([head, inner]);
    },
  ],
  ['bzip2 streams of nothing', 'compare', () => Buffer.concat(Array.from({ length: 20_000 }, () => bzip2Nothing))],
  ['a zlib stream with a text before it', 'compare', () => Buffer.concat([Buffer.from('BZh9'), deflateSync('x')])],
];

const bzip2Nothing = bzip2(Buffer.alloc(0));

describe('property: damaged bytes give a value or an error of the reader, and an end', () => {
  const thread = watched();
  after(() => thread.close());
  for (const [name, reader, make] of samples) {
    const sample = make();
    test(name, { skip: sample === undefined ? 'its tool is not installed' : false }, async () => {
      if (sample === undefined) return;
      await thread.read(reader, sample);
      const place = fc.double({ min: 0, max: 0.999999, noNaN: true });
      const hits = fc.array(fc.tuple(place, fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), { minLength: 1, maxLength: 12 });
      // Half of the hits fall into the first 128 bytes, where headers are.
      const near = fc.boolean();
      await fc.assert(
        fc.asyncProperty(hits, near, fc.boolean(), async (places, head, cut) => {
          let bytes = Buffer.from(sample);
          const span = head ? Math.min(128, bytes.length) : bytes.length;
          for (const [where, value] of places) bytes.writeUInt8(value, Math.floor(where * span));
          if (cut) bytes = bytes.subarray(0, Math.floor((places[0]?.[0] ?? 0) * bytes.length));
          await thread.read(reader, bytes);
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe('unit: bytes that are made to keep a reader busy', () => {
  const thread = watched();
  after(() => thread.close());
  for (const [name, reader, make] of busy) test(name, () => thread.read(reader, make()));
});
