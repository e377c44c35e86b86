/** Images that are damaged in one way each: what is said, and what can still be read. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { FormatError } from '../../../src/formats/format-error.js';
import { readLittlefs } from '../../../src/formats/littlefs/read.js';
import { type LittlefsNode, makeLittlefs } from '../../../src/images/littlefs/make.js';
import { mendLittlefs } from '../../support/fuzz/checksums.js';
import { workOf } from '../../support/work-count.js';

const blockSize = 512;
const content = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const nodes: readonly LittlefsNode[] = [
  { kind: 'file', path: 'a.py', bytes: content(3000, 1) },
  { kind: 'directory', path: 'data' },
  { kind: 'file', path: 'data/b.txt', bytes: content(40, 2) },
  { kind: 'file', path: 'data/c.bin', bytes: content(1500, 3) },
  { kind: 'file', path: 'empty', bytes: content(0, 0) },
];

/** Blocks: 0 superblock, 2 the root, 4 data/, then a.py (6 to 11), data/b.txt (12), data/c.bin (13 to 15). */
function sound(): Buffer {
  const image = makeLittlefs(nodes, { size: 64 * blockSize, blockSize });
  return image.kind === 'made' ? Buffer.from(image.bytes) : assert.fail();
}

/** Changes both blocks of a pair, and makes their check sums right again. */
function changed(block: number, change: (bytes: Buffer) => void): Buffer {
  const image = sound();
  for (const copy of [block, block + 1]) change(image.subarray(copy * blockSize, (copy + 1) * blockSize));
  return mendLittlefs(image);
}

/** Where entries stand in their blocks: type, three lengths, two numbers, the name. */
const entries = { 'a.py': 16, data: 32, empty: 48, 'b.txt': 16, 'c.bin': 33 } as const;

/** Gives an entry other numbers, or another type. */
function entry(block: number, name: keyof typeof entries, numbers: readonly (number | undefined)[], type?: number) {
  return changed(block, (bytes) => {
    const at = entries[name];
    if (type !== undefined) bytes.writeUInt8(type, at);
    for (const [index, value] of numbers.entries())
      if (value !== undefined) bytes.writeUInt32LE(value, at + 4 + 4 * index);
  });
}

function tail(block: number, first: number, second: number): Buffer {
  return changed(block, (bytes) => {
    bytes.writeUInt32LE(first, 8);
    bytes.writeUInt32LE(second, 12);
  });
}

function pointer(block: number, index: number, value: number): Buffer {
  const image = sound();
  image.writeUInt32LE(value, block * blockSize + 4 * index);
  return image;
}

function told(image: Uint8Array): readonly string[] {
  return readLittlefs(image).problems.map(({ code, path = '-', block = '-' }) => `${code} ${path} ${block}`);
}

const cases: readonly (readonly [title: string, image: Buffer, problems: readonly string[], unreadable?: string])[] = [
  ['nothing', sound(), []],
  ['a superblock', sound().fill(0, 0, 512), ['littlefs-superblock - 0']],
  ['the other superblock', sound().fill(7, 512, 1024), ['littlefs-superblock - 1']],
  ['a directory', sound().fill(0, 4 * 512, 6 * 512), ['littlefs-directory data 4']],
  [
    'a directory that is its own child',
    entry(2, 'data', [2, 3]),
    ['littlefs-directory data 2', 'littlefs-interrupted - 4'],
  ],
  ['a directory that is no pair', entry(2, 'data', [4, 4]), ['littlefs-directory data 4', 'littlefs-interrupted - 4']],
  ['a directory behind the end', entry(2, 'data', [4, 64]), ['littlefs-directory data 4', 'littlefs-interrupted - 4']],
  [
    'a directory that is nowhere',
    entry(2, 'data', [0xffffffff, 5]),
    ['littlefs-directory data 4294967295', 'littlefs-interrupted - 4'],
  ],
  ['an entry of another type', entry(2, 'a.py', [], 0x33), ['littlefs-entry a.py 3']],
  ['the head of a file behind the end', entry(2, 'a.py', [64]), ['littlefs-file a.py 64'], 'a.py'],
  ['the head of a file in the superblock', entry(2, 'a.py', [1]), ['littlefs-file a.py 1'], 'a.py'],
  ['the size of a file', entry(2, 'a.py', [undefined, 0x7fffffff]), ['littlefs-file a.py -'], 'a.py'],
  ['two files in one place', entry(4, 'c.bin', [11, 3000]), ['littlefs-shared data/c.bin 11'], 'data/c.bin'],
  ['a file in the place of a directory', entry(4, 'c.bin', [5]), ['littlefs-shared data/c.bin 5'], 'data/c.bin'],
  ['a first pointer', pointer(9, 0, 9), ['littlefs-shared a.py 9'], 'a.py'],
  ['a pointer for seeking', pointer(10, 1, 9), ['littlefs-file a.py 10']],
  ['the list, short', tail(2, 0xffffffff, 0xffffffff), ['littlefs-list - 4']],
  ['the list, in a loop', tail(4, 2, 3), ['littlefs-list - 2']],
  ['the list, behind the end', tail(4, 64, 65), ['littlefs-list - 64']],
  ['the list, half in another place', tail(2, 4, 20), ['littlefs-interrupted - 4']],
  ['a move that was not done', entry(2, 'a.py', [], 0x91), ['littlefs-interrupted a.py -']],
  ['a directory that was moved', entry(2, 'data', [], 0xa2), ['littlefs-interrupted data -']],
  ['a name with a slash', changed(2, (bytes) => bytes.write('/', entries.empty + 13)), ['littlefs-entry e/pty 3']],
  [
    'a name that is there twice',
    changed(4, (bytes) => bytes.write('b.txt', entries['c.bin'] + 12)),
    ['littlefs-entry data/b.txt 5'],
  ],
  ['a short entry', changed(4, (bytes) => bytes.writeUInt8(4, entries['c.bin'] + 1)), ['littlefs-entry data 5']],
  ['a long name', changed(4, (bytes) => bytes.writeUInt8(200, entries['c.bin'] + 3)), ['littlefs-entry data 5']],
];

test('unit: what is damaged is said, with its place, and the rest is read', () => {
  for (const [title, image, expected, unreadable] of cases) {
    assert.deepEqual(told(image), expected, title);
    const { content, entries: found } = readLittlefs(image);
    for (const { path, kind } of found) {
      if (kind === 'file' && path === unreadable) assert.throws(() => content(path), FormatError, title);
      else if (kind === 'file') assert.equal(content(path).length, found.find((one) => one.path === path)?.size, title);
    }
    assert.ok(
      found.some(({ path }) => path === 'empty' || title.startsWith('a name with')),
      title,
    );
  }
});

test('unit: an image that is cut short is read as far as it goes', () => {
  const image = sound().subarray(0, 14 * blockSize);
  assert.deepEqual(told(image), ['littlefs-cut - -', 'littlefs-file data/c.bin 15']);
  const { content } = readLittlefs(image);
  assert.deepEqual(content('a.py'), content('a.py').fill(1));
  assert.throws(() => content('data/c.bin'), FormatError);
});

test('unit: what is no LittleFS of version 1 is told apart', () => {
  const second = sound();
  second.write('littlefs', 8);
  const newer = changed(0, (bytes) => bytes.writeUInt32LE(0x00020000, 36));
  for (const [image, message] of [
    [Buffer.alloc(0), /neither block 0 nor block 1/],
    [Buffer.alloc(4096, 0xff), /neither block 0 nor block 1/],
    [second, /version 2/],
    [newer, /disk version is 2\.0/],
    [sound().fill(0, 0, 1024), /neither block 0 nor block 1/],
  ] as const)
    assert.throws(() => readLittlefs(image), message);
});

/** All entries of the root lead to the same place; making the check sums right is part of making it. */
function crowd(count: number, point: (at: number, entry: Buffer) => void): Buffer {
  const files = Array.from({ length: count }, (_, at) => ({
    kind: 'file' as const,
    path: `f${String(at).padStart(6, '0')}`,
    bytes: at === 0 ? content(count * 40, 1) : content(0, 0),
  }));
  const size = Math.ceil((count * 60) / blockSize + 64) * blockSize * 4;
  const image = makeLittlefs(files, { size, blockSize });
  const bytes = image.kind === 'made' ? Buffer.from(image.bytes) : assert.fail();
  let from = 0;
  for (let index = 1; index < count; index += 1) {
    const name = `f${String(index).padStart(6, '0')}`;
    const first = bytes.indexOf(name, from);
    const second = bytes.indexOf(name, first + 1);
    for (const at of [first, second]) point(index, bytes.subarray(at - 12, at));
    from = Math.floor(first / blockSize) * blockSize;
  }
  return mendLittlefs(bytes);
}

test('unit: files and directories that all claim the same blocks cost no more than their number', () => {
  for (const [title, point] of [
    ['a file', (_: number, bytes: Buffer) => bytes.writeUInt32LE(0x7ff0, 8)],
    ['a directory', (_: number, bytes: Buffer) => bytes.set([0x22, 8, 0, 7, 2, 0, 0, 0, 3, 0, 0, 0])],
  ] as const) {
    const [one, two] = [crowd(1500, point), crowd(3000, point)];
    const { problems, moreProblems } = readLittlefs(one);
    assert.equal(problems.length + moreProblems, 1499, title);
    const ratio = workOf(() => readLittlefs(two)) / workOf(() => readLittlefs(one));
    assert.ok(ratio < 2.4, `${title}: ${ratio}`);
  }
});
