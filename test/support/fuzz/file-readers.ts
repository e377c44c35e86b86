/** The readers that take a path, for the fuzz: each input is a file in a folder of its own, and nothing else may come to be there. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdifySyntaxError } from '../../../src/device/edify/syntax.js';
import { PackageRefused, readScript } from '../../../src/device/package.js';
import { profileOf } from '../../../src/device/profile.js';
import { NotSimulated } from '../../../src/device/runtime.js';
import { openPackage, UnreadablePackage } from '../../../src/device/zip-reader.js';
import { readZip } from '../../../src/input/zip/zip-tree.js';
import { InputError, UsageError } from '../../../src/model/errors.js';
import { silent } from '../../../src/model/progress.js';
import { extract } from '../../../src/usecases/extract.js';
import type { FuzzReader } from './reader.js';
import { kept, smallPackage, smallZips, zip64 } from './samples.js';

/** Writes the input, lets it be read, and throws when anything but what is expected lies beside it afterwards. */
export async function inFolder(
  bytes: Uint8Array,
  expected: readonly string[],
  read: (folder: string, file: string) => Promise<unknown>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-fuzz-'));
  try {
    const file = join(folder, 'inner', 'input');
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(file, bytes);
    await read(inner, file).finally(() => {
      const stray = [...readdirSync(folder), ...readdirSync(inner)].filter(
        (name) => !['inner', 'input', ...expected].includes(name),
      );
      if (stray.length > 0) throw new Error(`written outside of the output: ${stray.join(', ')}`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const zipWords = [
  'PK\x01\x02',
  'PK\x03\x04',
  'PK\x05\x06',
  'PK\x06\x06',
  'PK\x06\x07',
  '../',
  '/',
  '\\',
  'SYSTEM/',
  '\0',
];

/** Readers of files by name. */
export const fileReaders = {
  'build-zip': {
    read: (bytes) =>
      inFolder(bytes, [], async (_folder, file) => {
        const tree = await readZip(file, { stage: 'inspect', onProgress: silent, signal: undefined });
        try {
          for (const [path, { kind }] of tree.nodes) if (kind === 'file') await tree.read(path);
        } finally {
          await tree.close();
        }
      }),
    throws: [InputError],
    samples: () => [...smallZips(), zip64()],
    words: zipWords,
  },
  'device-zip': {
    read: (bytes) =>
      inFolder(bytes, [], async (_folder, file) => {
        const reader = await openPackage(file);
        try {
          for (const name of reader.rows.keys()) await reader.read(name);
          await readScript(reader, profileOf('strict'));
        } finally {
          await reader.close();
        }
      }),
    throws: [UnreadablePackage, PackageRefused, EdifySyntaxError, NotSimulated],
    samples: () => [smallPackage()],
    words: zipWords,
  },
  extract: {
    read: (bytes) =>
      inFolder(bytes, ['output'], (folder, file) => extract({ input: file, output: join(folder, 'output') })),
    throws: [InputError, UsageError],
    samples: () => [...smallZips(), zip64(), kept('root.ubifs')],
    words: [...zipWords, '../../x', 'output/../y'],
  },
} as const satisfies Readonly<Record<string, FuzzReader>>;
