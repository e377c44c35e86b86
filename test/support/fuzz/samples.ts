/** Sound files of each format: made by foreign programs and kept (test/support/fuzz/samples), or made here. */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { encodeBsdiff } from '../../../src/encode/bsdiff/bsdiff.js';
import { compressBzip2 } from '../../../src/encode/bsdiff/bzip2.js';
import { writeImgdiff } from '../../../src/encode/imgdiff/imgdiff-file.js';
import { makeLittlefs } from '../../../src/images/littlefs/make.js';
import { makeSquashfs, type SquashfsNode } from '../../../src/images/squashfs/make.js';
import { signed } from '../../applypatch/make-patch.js';
import { makePackage, memoryBuild } from '../device.js';
import type { Random } from '../random.js';
import { makeTargetFiles } from '../targetfiles.js';
import { buildZip } from '../zip-builder.js';

const folder = new URL('../../../../test/support/fuzz/samples/', import.meta.url);

/** A file that was made by a foreign program: samples/README.md says how. */
export function kept(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`${name}.gz`, folder)));
}

/** An Android boot image of a small kernel. */
export function smallBoot(version: number): Buffer {
  const page = 2048;
  const image = Buffer.alloc(4 * page);
  const kernel = gzipSync(Buffer.from('Linux version 5.4.0 (a@b)\0'));
  image.write('ANDROID!', 'latin1');
  image.writeUInt32LE(kernel.length, 8);
  image.writeUInt32LE(600, version < 3 ? 16 : 12);
  if (version < 3) image.writeUInt32LE(page, 36);
  image.writeUInt32LE(version, 40);
  kernel.copy(image, version < 3 ? page : 4096);
  return image;
}

/** A signed image of the older plain kind: 40 bytes of header, digests, a signature, no certificates. */
export function smallMbn(): Buffer {
  const image = Buffer.alloc(40 + 96 + 32);
  for (const [at, value] of [
    [4, 3],
    [16, 128],
    [20, 96],
    [28, 32],
  ] as const)
    image.writeUInt32LE(value, at);
  return image;
}

/** An ELF file of Qualcomm's kind: a header segment, a hash segment, a loaded segment. */
export function smallModem(): Buffer {
  const hash = smallMbn();
  const image = Buffer.alloc(512 + hash.length);
  image.write('\x7fELF\x01\x01\x01', 'latin1');
  for (const [at, value] of [
    [16, 2],
    [18, 164],
    [40, 52],
    [42, 32],
    [44, 3],
  ] as const)
    image.writeUInt16LE(value, at);
  image.writeUInt32LE(52, 28);
  const segments = [
    [0, 0, 148, 7 << 24],
    [0, 512, hash.length, 2 << 24],
    [1, 256, 128, 5],
  ] as const;
  for (const [index, [type, offset, size, flags]] of segments.entries()) {
    const at = 52 + index * 32;
    image.writeUInt32LE(type, at);
    image.writeUInt32LE(offset, at + 4);
    image.writeUInt32LE(size, at + 16);
    image.writeUInt32LE(flags >>> 0, at + 24);
  }
  hash.copy(image, 512);
  return image;
}

/** A zip64, which builds may be and packages may not. */
export function zip64(): Buffer {
  return buildZip([{ name: 'a', data: Buffer.from('x'), zip64: true }], { zip64: true, comment: 'a comment' });
}

/** A package by hand, with all that a device looks for. */
export function smallPackage(): Buffer {
  return makePackage(memoryBuild(), { script: 'ui_print("a");\n', entries: { 'system/a': 'text '.repeat(40) } });
}

/** A small build, and zips with the things that zips may have. */
export function smallZips(): readonly Buffer[] {
  return [
    makeTargetFiles(),
    buildZip([{ name: 'a/' }, { name: 'a/b', data: Buffer.from('text '.repeat(40)), mode: 0o100644 }, { name: 'c' }]),
    buildZip([
      { name: 'link', data: Buffer.from('../a'), mode: 0o120777, stored: true },
      { name: 'a', flags: 8 },
    ]),
  ];
}

/** A LittleFS with blocks of 512 bytes: nested directories, one over several pairs, files of many blocks. */
export function smallLittlefs(): readonly Uint8Array[] {
  const names = Array.from({ length: 30 }, (_, at) => `many/a file with a longer name ${at}`);
  const image = makeLittlefs(
    [
      { kind: 'file', path: 'main.py', bytes: Buffer.from('print(1)\n'.repeat(700)) },
      { kind: 'file', path: 'a/b/c/deep', bytes: Buffer.from('deep') },
      { kind: 'directory', path: 'a/empty' },
      ...names.map((path) => ({ kind: 'file' as const, path, bytes: Buffer.alloc(path.length) })),
    ],
    { size: 40_960, blockSize: 512 },
  );
  if (image.kind !== 'made') throw new Error('the sample does not fit');
  return [image.bytes];
}

/** A squashfs with blocks of 4096 bytes: its tables packed, and as they are. */
export function smallSquashfs(): readonly Uint8Array[] {
  const names = Array.from({ length: 20 }, (_, at) => `many/file ${at}`);
  const nodes: readonly SquashfsNode[] = [
    { kind: 'file', path: 'large', mode: 0o644, bytes: Buffer.from('many words '.repeat(1500)) },
    { kind: 'file', path: 'a/b/deep', mode: 0o755, bytes: Buffer.from('deep') },
    { kind: 'link', path: 'a/link', destination: '../large' },
    { kind: 'directory', path: 'empty', mode: 0o755 },
    ...names.map((path) => ({ kind: 'file' as const, path, mode: 0o644, bytes: Buffer.from(path) })),
  ];
  const settings = { blockSize: 4096, date: 0 };
  return [deflateSync, (bytes: Uint8Array) => bytes].map((pack) => makeSquashfs(nodes, { ...settings, pack }));
}

const source = Buffer.from('some words that both files have. '.repeat(20));
const target = Buffer.from(`other ${source.toString('latin1', 40, 500)} and words of the target`);

/** The source that patches are applied to, with a deflate stream in it. */
export const patchSource = Buffer.concat([source, deflateRawSync(source), source.subarray(0, 100)]);

/** Patches as dfota makes them. */
export function smallPatches(): readonly Buffer[] {
  const patch = Buffer.from(encodeBsdiff(patchSource, target, { effort: 'fast' }));
  const inner = Buffer.from(encodeBsdiff(source, target, { effort: 'fast' }));
  const imgdiff = writeImgdiff([
    { kind: 'raw', bytes: Buffer.from('raw') },
    { kind: 'normal', sourceStart: 0, sourceLength: patchSource.length, patch },
    {
      kind: 'deflate',
      sourceStart: source.length,
      sourceLength: deflateRawSync(source).length,
      sourceExpanded: source.length,
      targetExpanded: target.length,
      settings: { level: 6, memLevel: 8 },
      patch: inner,
    },
  ]);
  return [patch, Buffer.from(imgdiff)];
}

function oddSize(random: Random): number {
  const size = random.below(random.pick([4, 100, 3000]));
  return random.chance(10) ? random.pick([-1, -size, 0x7fffffff, 0xffffffff, 2 ** 40, 2 ** 62]) : size;
}

/** A patch whose streams are sound and whose numbers are not. */
export function forgedPatch(random: Random): Buffer {
  const triples = Array.from({ length: random.below(12) }, () => [
    oddSize(random),
    oddSize(random),
    random.below(4000) - 2000,
  ]);
  const pack = (bytes: Uint8Array) => compressBzip2(bytes, { level: 1, effort: 'plain' });
  const control = pack(Buffer.concat(triples.flat().map((value) => signed(BigInt(value)))));
  const diff = pack(Buffer.alloc(random.below(3000), 1));
  const extra = pack(random.bytes(random.below(3000)));
  const whole = triples.reduce((sum, [add = 0, copy = 0]) => sum + add + copy, 0);
  const size = random.chance(80) ? Math.max(0, Math.min(whole, 1 << 20)) : oddSize(random);
  const head = [control.length, diff.length, size].map((value) => signed(BigInt(value)));
  return Buffer.concat([Buffer.from('BSDIFF40'), ...head, control, diff, extra]);
}
