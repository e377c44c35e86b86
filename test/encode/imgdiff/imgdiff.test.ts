import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { deflate, deflateRaw } from 'pako';
import { applyPatch } from '../../../src/applypatch/index.js';
import { findDeflateSettings } from '../../../src/encode/imgdiff/deflate-search.js';
import { searchDeflateStreams } from '../../../src/encode/imgdiff/deflate-streams.js';
import { encodeImgdiff, openDeflateTarget } from '../../../src/encode/imgdiff/imgdiff.js';
import { hasTool, noise, prose } from '../../applypatch/make-patch.js';

type Level = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
const levels: readonly Level[] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** As Python's gzip module writes it, with a name where one is given. */
function gzip(bytes: Buffer, level: Level = 9, name = ''): Buffer {
  const head = Buffer.of(0x1f, 0x8b, 8, name === '' ? 0 : 8, 0, 0, 0, 0, level === 9 ? 2 : level === 1 ? 4 : 0, 255);
  const named = name === '' ? Buffer.alloc(0) : Buffer.from(`${name}\0`);
  return Buffer.concat([head, named, deflateRaw(bytes, { level }), int32(crc32(bytes)), int32(bytes.length)]);
}

function zipEntry(name: string, bytes: Buffer): Buffer {
  const packed = deflateRaw(bytes, { level: 6 });
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(crc32(bytes), 14);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(bytes.length, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), packed]);
}

function edit(bytes: Buffer, seed: number): Buffer {
  const at = Math.floor(bytes.length / 3);
  return Buffer.concat([bytes.subarray(0, at), noise(40, seed), bytes.subarray(at)]);
}

function encode(source: Buffer, target: Buffer): ReturnType<typeof encodeImgdiff> | undefined {
  const opened = openDeflateTarget(target);
  return opened && encodeImgdiff(source, opened, { effort: 'fast' });
}

const kernel = prose(150_000, 1);
const ramdisk = prose(60_000, 2);
const page = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(4096 - (bytes.length % 4096))]);

/** A boot image: a page of header, then kernel and RAM disk, each from a page of its own. */
function bootImage(label: string, kernelBytes: Buffer, ramdiskBytes: Buffer): Buffer {
  return Buffer.concat([page(Buffer.from(`ANDROID!${label}`)), page(kernelBytes), page(ramdiskBytes)]);
}

interface Case {
  readonly name: string;
  readonly source: Buffer;
  readonly target: Buffer;
  /** Streams in all, unchanged, made again. */
  readonly streams: readonly [all: number, unchanged: number, remade: number];
  /** Bytes that the patch may take. */
  readonly atMost: number;
}

const cases: readonly Case[] = [
  { name: 'a gzip file', source: gzip(kernel), target: gzip(edit(kernel, 3)), streams: [1, 0, 1], atMost: 500 },
  {
    name: 'a gzip file that was made at another level',
    source: gzip(kernel, 1),
    target: gzip(kernel, 9),
    streams: [1, 0, 1],
    atMost: 350,
  },
  {
    name: 'a gzip file with a name',
    source: gzip(kernel, 6),
    target: gzip(edit(kernel, 3), 6, 'vmlinux'),
    streams: [1, 0, 1],
    atMost: 500,
  },
  {
    name: 'a boot image with a new kernel and the same RAM disk',
    source: bootImage('1', gzip(kernel), gzip(ramdisk)),
    target: bootImage('2', gzip(edit(kernel, 4)), gzip(ramdisk)),
    streams: [2, 1, 1],
    atMost: 1000,
  },
  {
    name: 'a boot image with both new, and longer by a page',
    source: bootImage('1', gzip(kernel), gzip(ramdisk)),
    target: bootImage('2', gzip(Buffer.concat([edit(kernel, 5), noise(5000, 6)])), gzip(edit(ramdisk, 7))),
    streams: [2, 0, 2],
    atMost: 6800,
  },
  {
    name: 'streams that changed places',
    source: Buffer.concat([gzip(kernel), noise(3000, 8), gzip(ramdisk)]),
    target: Buffer.concat([gzip(edit(ramdisk, 9)), noise(3000, 8), gzip(edit(kernel, 10))]),
    streams: [2, 0, 2],
    atMost: 1300,
  },
  {
    name: 'a zip',
    source: Buffer.concat([zipEntry('a', kernel), zipEntry('b', ramdisk), Buffer.from('PK\x01\x02 and so on')]),
    target: Buffer.concat([
      zipEntry('a', edit(kernel, 11)),
      zipEntry('b', edit(ramdisk, 12)),
      Buffer.from('PK\x01\x02 and more'),
    ]),
    streams: [2, 0, 2],
    atMost: 1000,
  },
  {
    name: 'zlib streams between other bytes',
    source: Buffer.concat([noise(500, 13), deflate(kernel, { level: 6 }), noise(500, 14)]),
    target: Buffer.concat([noise(500, 13), deflate(edit(kernel, 15), { level: 6 }), noise(500, 14)]),
    streams: [1, 0, 1],
    atMost: 1000,
  },
  {
    name: 'streams that are all the same',
    source: gzip(kernel),
    target: Buffer.concat([gzip(kernel), noise(9, 16)]),
    streams: [1, 1, 0],
    atMost: 0,
  },
];

for (const { name, source, target, streams, atMost } of cases) {
  test(`unit: encodes ${name}`, () => {
    const result = encode(source, target);
    assert.ok(result);
    const { patch, notes } = result;
    assert.deepEqual([notes.streams, notes.unchanged, notes.remade], streams);
    assert.deepEqual(notes.unmade, []);
    if (atMost === 0) {
      assert.equal(patch, undefined);
      return;
    }
    assert.ok(patch);
    assert.ok(target.equals(applyPatch(patch, source, { outsideSource: 'reject' })));
    assert.ok(patch.length <= atMost, `${patch.length} bytes`);
    assert.deepEqual(encode(source, target)?.patch, patch);
  });
}

test('unit: finds every level and memLevel of zlib', () => {
  for (const memLevel of [8, 9] as const) {
    for (const level of levels) {
      const packed = deflateRaw(kernel, { level, memLevel });
      const stream = {
        container: 'gzip',
        start: 0,
        length: packed.length,
        expandedLength: kernel.length,
        expanded: <Made>(use: (bytes: Uint8Array) => Made) => use(kernel),
        levelHint: undefined,
      } as const;
      const found = findDeflateSettings(packed, stream);
      assert.ok(found, `level ${level}, memLevel ${memLevel}`);
      assert.deepEqual(deflateRaw(kernel, found), packed);
    }
  }
});

test('unit: finds nothing where the last byte is another', () => {
  const packed = deflateRaw(kernel, { level: 9 });
  packed[packed.length - 1] = (packed.at(-1) ?? 0) ^ 0x80;
  const stream = {
    container: 'gzip',
    start: 0,
    length: packed.length,
    expandedLength: kernel.length,
    expanded: <Made>(use: (bytes: Uint8Array) => Made) => use(kernel),
    levelHint: 9,
  } as const;
  assert.equal(findDeflateSettings(packed, stream), undefined);
});

const streamsOf = (bytes: Uint8Array) => searchDeflateStreams(bytes).streams;

test('property: what only looks like a stream is none', () => {
  const damaged = gzip(kernel);
  damaged[damaged.length - 5] = (damaged.at(-5) ?? 0) ^ 1;
  assert.deepEqual(streamsOf(damaged), []);
  assert.deepEqual(streamsOf(gzip(kernel).subarray(0, 20_000)), []);
  assert.deepEqual(streamsOf(gzip(Buffer.from('short'))), []);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 300, maxLength: 600 }), (tail) => {
      for (const head of ['1f8b0800', '1f8b08ff', '78da', '504b03040000000008']) {
        streamsOf(Buffer.concat([Buffer.from(head, 'hex'), tail]));
      }
    }),
    { numRuns: 200 },
  );
});

test('integration: a stream of GNU gzip is told, with what it costs', { skip: !hasTool('gzip') }, () => {
  const gnu = (bytes: Buffer): Buffer => spawnSync('gzip', ['-9nc'], { input: bytes }).stdout;
  const target = gnu(edit(kernel, 17));
  const result = encode(gnu(kernel), target);
  assert.ok(result);
  assert.equal(result.patch, undefined);
  const [told, ...others] = result.notes.unmade;
  assert.deepEqual(others, []);
  assert.equal(told?.container, 'gzip');
  assert.equal(told?.length, target.length - 18);
  assert.equal(told?.expandedLength, kernel.length + 40);
  assert.ok(told?.wouldTake !== undefined && told.wouldTake < 500);
});

test('property: encodes arbitrary files of streams and other bytes', () => {
  const content = fc.record({ seed: fc.nat(50), size: fc.integer({ min: 0, max: 4000 }), text: fc.boolean() });
  const piece = fc.record({
    content,
    packed: fc.constantFrom<'plain' | 'gzip' | 'zip'>('plain', 'gzip', 'zip'),
    level: fc.constantFrom(...levels),
  });
  const made = (
    pieces: readonly { content: { seed: number; size: number; text: boolean }; packed: string; level: Level }[],
  ): Buffer =>
    Buffer.concat(
      pieces.map(({ content: { seed, size, text }, packed, level }) => {
        const bytes = text ? prose(size, seed) : noise(size, seed);
        return packed === 'plain' ? bytes : packed === 'gzip' ? gzip(bytes, level) : zipEntry('n', bytes);
      }),
    );
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      (from, to) => {
        const source = made(from);
        const target = made(to);
        const patch = encode(source, target)?.patch;
        if (patch !== undefined) assert.ok(target.equals(applyPatch(patch, source, { outsideSource: 'reject' })));
      },
    ),
    { numRuns: 60 },
  );
});

/** Applies with other people's programs alone: Debian's bspatch, and the classic zlib in Python. */
function applyWithForeignTools(patch: Buffer, source: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-imgdiff-'));
  const bspatch = (from: Buffer, offset: number): Buffer => {
    const [a, p, b] = [join(folder, 'a'), join(folder, 'p'), join(folder, 'b')];
    writeFileSync(a, from);
    writeFileSync(p, patch.subarray(offset));
    assert.equal(spawnSync('bspatch', [a, b, p]).status, 0);
    return readFileSync(b);
  };
  const zlib = (
    bytes: Buffer,
    level: number,
    method: number,
    windowBits: number,
    memLevel: number,
    strategy: number,
  ): Buffer => {
    const script = `import sys,zlib
c = zlib.compressobj(${level}, ${method}, ${windowBits}, ${memLevel}, ${strategy})
sys.stdout.buffer.write(c.compress(sys.stdin.buffer.read()) + c.flush())`;
    const run = spawnSync('python3', ['-c', script], { input: bytes, maxBuffer: 1 << 28 });
    assert.equal(run.status, 0, String(run.stderr));
    return run.stdout;
  };
  try {
    const made: Buffer[] = [];
    let at = 12;
    const u32 = (): number => {
      at += 4;
      return patch.readInt32LE(at - 4);
    };
    const u64 = (): number => {
      at += 8;
      return Number(patch.readBigUInt64LE(at - 8));
    };
    for (let left = patch.readInt32LE(8); left > 0; left--) {
      const type = u32();
      if (type === 3) {
        const length = u32();
        made.push(patch.subarray(at, at + length));
        at += length;
        continue;
      }
      const [start, length, offset] = [u64(), u64(), u64()];
      const from = source.subarray(start, start + length);
      if (type === 0) {
        made.push(bspatch(from, offset));
        continue;
      }
      const [sourceExpanded, targetExpanded] = [u64(), u64()];
      const [level, method, windowBits, memLevel, strategy] = [u32(), u32(), u32(), u32(), u32()];
      const expanded = inflateRawSync(from);
      assert.equal(expanded.length, sourceExpanded);
      const target = bspatch(expanded, offset);
      assert.equal(target.length, targetExpanded);
      made.push(zlib(target, level, method, windowBits, memLevel, strategy));
    }
    return Buffer.concat(made);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const skip = !hasTool('bspatch') || !hasTool('python3');

test('integration: bspatch and the classic zlib make the same target, chunk by chunk', { skip }, () => {
  for (const { name, source, target } of cases) {
    const patch = encode(source, target)?.patch;
    if (patch !== undefined) assert.ok(target.equals(applyWithForeignTools(Buffer.from(patch), source)), name);
  }
  for (const level of levels) {
    const [source, target] = [gzip(kernel, level), gzip(edit(kernel, 18), level)];
    const patch = encode(source, target)?.patch;
    assert.ok(patch);
    assert.ok(target.equals(applyWithForeignTools(Buffer.from(patch), source)), `level ${level}`);
  }
});
