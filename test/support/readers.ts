/** Every reader of foreign bytes in one shape: it reads all that it can, and throws only what it may not throw. */
import { deflateRawSync } from 'node:zlib';
import { applyPatch } from '../../src/applypatch/apply.js';
import { PatchFormatError } from '../../src/applypatch/fault.js';
import { compareContents } from '../../src/audit/compare/compare-file.js';
import { parseEdify } from '../../src/device/edify/parse.js';
import { EdifySyntaxError } from '../../src/device/edify/syntax.js';
import { FormatError } from '../../src/formats/format-error.js';
import { openSquashfs } from '../../src/formats/squashfs/file-system.js';
import { memorySource } from '../../src/model/byte-source.js';
import { InputError } from '../../src/model/errors.js';
import { readWhole } from '../../src/model/input-tree.js';
import { ubifsOf, ubiOf } from './image-of.js';

async function allowing(
  kinds: readonly (abstract new (...args: never[]) => Error)[],
  read: () => unknown,
): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
  }
}

/** More than any file of the test images has; a size that was made huge is read as a hole: right, but slow. */
const readUpTo = 1_000_000;

async function readTree(bytes: Uint8Array, blockSize: number): Promise<void> {
  await allowing([InputError], async () => {
    const tree = await ubifsOf(bytes, blockSize);
    for (const { path, kind, size } of tree.entries) {
      if (kind === 'file' && size <= readUpTo) await allowing([InputError], () => readWhole(tree, path));
    }
  });
}

/** A deflate stream of 48 MiB, a thousandth of it in bytes. */
export const patchSource = deflateRawSync(Buffer.alloc(48 << 20), { level: 9 });

export const readers = {
  'ubifs-126976': (bytes: Uint8Array) => readTree(bytes, 126_976),
  'ubifs-15360': (bytes: Uint8Array) => readTree(bytes, 15_360),
  ubi: (bytes: Uint8Array) =>
    allowing([InputError], async () => {
      const image = await ubiOf(bytes);
      for (const volume of image.volumes) {
        await allowing([InputError], async () => {
          for await (const block of volume.blocks()) if (block.length === 0) throw new FormatError('an empty block');
        });
      }
    }),
  squashfs: (bytes: Uint8Array) =>
    allowing([InputError], async () => {
      const tree = await openSquashfs(memorySource('input', bytes));
      for (const { path, kind, size } of tree.entries) {
        if (kind === 'file' && size <= readUpTo) await allowing([InputError], () => readWhole(tree, path));
      }
    }),
  /** As an audit looks at a file: this takes every format there is. */
  compare: async (bytes: Uint8Array) => {
    await compareContents('SYSTEM/a', bytes, bytes);
    await compareContents('SYSTEM/a', undefined, bytes);
  },
  edify: async (bytes: Uint8Array) =>
    allowing([EdifySyntaxError], () => parseEdify(Buffer.from(bytes).toString('latin1'), () => true)),
  /** Against a source that a patch can expand to much more. */
  patch: async (bytes: Uint8Array) =>
    allowing([PatchFormatError], () =>
      applyPatch(bytes, patchSource, { maxTargetSize: 1 << 24, maxExpandedSize: 1 << 26 }),
    ),
} as const satisfies Readonly<Record<string, (bytes: Uint8Array) => Promise<void>>>;

export type ReaderName = keyof typeof readers;

export function isReader(name: string): name is ReaderName {
  return Object.hasOwn(readers, name);
}
