import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import fc from 'fast-check';
import { deflateRaw } from 'pako';
import { InputError } from '../../src/model/errors.js';
import { largestFileBytes } from '../../src/model/limits.js';
import { mostEntries, type PackageEntry } from '../../src/package/entry.js';
import { writePackage } from '../../src/package/write.js';
import { without } from '../support/tools.js';

const run = promisify(execFile);

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dfota-package-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** CRC-32, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function stored(name: string, text: string, mode: PackageEntry['mode'] = 0o644): PackageEntry {
  const bytes = Buffer.from(text, 'latin1');
  return { name, mode, method: 'stored', bytes, crc32: crc32(bytes), size: bytes.length };
}

function deflated(name: string, text: string): PackageEntry {
  const bytes = Buffer.from(text, 'latin1');
  return { ...stored(name, text), method: 'deflated', bytes: async () => deflateRaw(bytes) };
}

const sample: readonly PackageEntry[] = [
  deflated('system/etc/new.conf', 'hello '.repeat(100)),
  stored('system/empty', ''),
  stored('patch/system/bin/a b"c\\d.p', 'BSDIFF40'),
  deflated('META-INF/com/google/android/updater-script', 'unmount("/system");\n'),
  stored('META-INF/com/google/android/update-binary', '\x7fELF', 0o755),
  stored('quectel-project-version', 'Project Name: X\n'),
];

test('integration: foreign tools read the package, and see the form that the device wants', {
  skip: without('unzip'),
}, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'update.zip');
    const written = await writePackage(sample, file);
    const { stdout: tested } = await run('unzip', ['-tq', file]);
    assert.match(tested, /^No errors detected/);
    const { stdout: listing } = await run('zipinfo', [file]);
    assert.equal(
      listing.split('\n').slice(2, 8).join('\n'),
      `-rw-r--r--  2.0 unx      600 b- defN 09-Jan-01 00:00 system/etc/new.conf
-rw-r--r--  2.0 unx        0 b- stor 09-Jan-01 00:00 system/empty
-rw-r--r--  2.0 unx        8 b- stor 09-Jan-01 00:00 patch/system/bin/a b"c\\d.p
-rw-r--r--  2.0 unx       20 b- defN 09-Jan-01 00:00 META-INF/com/google/android/updater-script
-rwxr-xr-x  2.0 unx        4 b- stor 09-Jan-01 00:00 META-INF/com/google/android/update-binary
-rw-r--r--  2.0 unx       16 b- stor 09-Jan-01 00:00 quectel-project-version`,
    );
    const { stdout: verbose } = await run('zipinfo', ['-v', file]);
    assert.equal(verbose.match(/extended local header: {26}no\n/g)?.length, sample.length);
    assert.equal(verbose.match(/length of extra field: {26}0 bytes\n/g)?.length, sample.length);
    assert.equal(
      verbose.match(/file last modified on \(DOS date\/time\): {10}2009 Jan 1 00:00:00\n/g)?.length,
      sample.length,
    );
    const { stdout: content } = await run('unzip', ['-p', file, 'system/etc/new.conf']);
    assert.equal(content, 'hello '.repeat(100));
    const bytes = await readFile(file);
    assert.equal(written.size, bytes.length);
    assert.equal(written.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.equal(written.md5, createHash('md5').update(bytes).digest('hex'));
    assert.deepEqual(
      written.entries.map(({ name, method, size }) => [name, method, size]),
      sample.map(({ name, method, size }) => [name, method, size]),
    );
    assert.equal(written.entries[0]?.packedSize, deflateRaw(Buffer.from('hello '.repeat(100))).length);
    // The local headers say the sizes too, nothing follows the data, the end record has no comment.
    assert.deepEqual([...bytes.subarray(0, 8)], [0x50, 0x4b, 3, 4, 20, 0, 0, 0]);
    assert.equal(bytes.readUInt32LE(22), 600);
    assert.equal(bytes.readUInt32LE(bytes.length - 22), 0x06054b50);
    assert.equal(bytes.readUInt16LE(bytes.length - 2), 0);
    assert.equal(bytes.indexOf(Buffer.from('PK\x06\x06', 'latin1')), -1);
    assert.equal(bytes.indexOf(Buffer.from('PK\x07\x08', 'latin1')), -1);
    assert.deepEqual(await readdir(folder), ['update.zip']);
  });
});

test('integration: the same entries give the same bytes in another time zone and umask, over an older package', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'update.zip');
    await writeFile(file, 'old');
    const first = await writePackage(sample, file);
    const { TZ } = process.env;
    const umask = process.umask(0o077);
    process.env.TZ = 'America/New_York';
    try {
      const second = await writePackage(sample, file);
      assert.deepEqual(second, first);
    } finally {
      process.umask(umask);
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });
});

/** The same package, by zip.js: the date of 2009-01-01 as DOS has it, Unix as the system, nothing that is optional. */
async function byZipJs(entries: readonly (PackageEntry & { readonly bytes: Uint8Array })[]): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), {
    versionMadeBy: 0x0314,
    version: 20,
    rawLastModDate: 0x3a210000,
    extendedTimestamp: false,
    dataDescriptor: false,
    zip64: false,
    useUnicodeFileNames: false,
    useWebWorkers: false,
    keepOrder: true,
  });
  for (const { name, mode, method, bytes, size, crc32: sum } of entries) {
    await zip.add(name, new Uint8ArrayReader(new Uint8Array(bytes)), {
      passThrough: 'compressed',
      compressionMethod: method === 'stored' ? 0 : 8,
      uncompressedSize: size,
      crc32: sum,
      externalFileAttributes: ((0o100000 | mode) << 16) >>> 0,
    });
  }
  return zip.close();
}

test('property: the bytes are those that another writer makes of the same entries', async () => {
  const name = fc
    .array(fc.string({ unit: fc.constantFrom(...'aZ0 .-_"\\~!'), minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.map((part) => (/^(\.+$|\\)/.test(part) ? `x${part}` : part)).join('/'));
  const entry = fc.record({
    name,
    mode: fc.constantFrom(0o644 as const, 0o755 as const),
    method: fc.constantFrom('stored' as const, 'deflated' as const),
    content: fc.uint8Array({ maxLength: 300 }),
  });
  await inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 12 }), async (all) => {
        const entries = all.map(({ name, mode, method, content }) => ({
          name,
          mode,
          method,
          bytes: method === 'stored' ? content : deflateRaw(content),
          crc32: crc32(content),
          size: content.length,
        }));
        const file = join(folder, 'update.zip');
        await writePackage(entries, file);
        assert.deepEqual(new Uint8Array(await readFile(file)), new Uint8Array(await byZipJs(entries)));
      }),
      { numRuns: 60 },
    );
  });
});

const refused: readonly (readonly [string, readonly PackageEntry[], RegExp])[] = [
  ['a byte of 127', [stored('a\x7f', '')], /package-name/],
  ['a byte above', [stored('\xe9', '')], /package-name/],
  ['a line feed', [stored('a\nb', '')], /package-name/],
  ['an absolute name', [stored('/a', '')], /package-name/],
  ['a way out', [stored('a/../b', '')], /package-name/],
  ['no name', [stored('', '')], /package-name/],
  ['a folder', [stored('a/', '')], /package-name/],
  ['a name that means something else to recovery', [stored('BOOTABLE_IMAGES/boot.img', '')], /package-name/],
  ['two of a name', [stored('a', ''), stored('a', 'x')], /package-duplicate/],
  ['4 GiB', [{ ...stored('a', ''), size: 2 ** 32 }], /package-size/],
  ['an entry above the limit', [{ ...stored('a', ''), size: largestFileBytes + 1 }], /package-size/],
  [
    'too much together',
    Array.from({ length: 9 }, (_, index) => ({ ...stored(`a${index}`, ''), size: largestFileBytes })),
    /package-size/,
  ],
  ['too many', Array.from({ length: mostEntries + 1 }, (_, index) => stored(`a${index}`, '')), /package-entries/],
];

test('unit: what the device cannot read is refused before anything is written', async () => {
  await inFolder(async (folder) => {
    for (const [name, entries, code] of refused) {
      await assert.rejects(
        writePackage(entries, join(folder, 'update.zip')),
        (error) => error instanceof InputError && error.faults.length === 1 && code.test(error.faults[0]?.code ?? ''),
        name,
      );
    }
    assert.deepEqual(await readdir(folder), []);
  });
});

test('integration: nothing is left behind by a failure', { skip: without('unzip') }, async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'update.zip');
    await writeFile(file, 'old');
    const failed = new Error('not proved');
    let checked = '';
    const check = async (temporary: string): Promise<void> => {
      checked = temporary;
      assert.match((await run('unzip', ['-tq', temporary])).stdout, /^No errors/);
      throw failed;
    };
    await assert.rejects(writePackage(sample, file, { check }), (error) => error === failed);
    assert.notEqual(checked, file);
    const unread: PackageEntry = {
      ...stored('later', 'x'),
      bytes: async () => {
        throw failed;
      },
    };
    await assert.rejects(writePackage([...sample, unread], file), (error) => error === failed);
    await assert.rejects(writePackage([{ ...stored('a', 'x'), size: 2 }], file), /stored 1 bytes/);
    const controller = new AbortController();
    const stop = new Error('stopped');
    const stopThenRead = async (): Promise<Uint8Array> => {
      controller.abort(stop);
      return Buffer.from('x');
    };
    const stopping: PackageEntry = { ...stored('stop', 'x'), bytes: stopThenRead };
    await assert.rejects(
      writePackage([...sample, stopping, stored('after', '')], file, { signal: controller.signal }),
      (error) => error === stop,
    );
    await assert.rejects(writePackage(sample, file, { signal: controller.signal }), (error) => error === stop);
    assert.deepEqual(await readdir(folder), ['update.zip']);
    assert.equal(await readFile(file, 'utf8'), 'old');
  });
});

test('integration: an output that cannot be written is the user’s to mend', async () => {
  await inFolder(async (folder) => {
    const code = (expected: string) => (error: unknown) =>
      error instanceof InputError && error.faults[0]?.code === expected;
    await assert.rejects(writePackage(sample, join(folder, 'missing', 'update.zip')), code('output-folder'));
    await mkdir(join(folder, 'update.zip'));
    await assert.rejects(writePackage(sample, join(folder, 'update.zip')), code('output-is-folder'));
    assert.deepEqual(await readdir(folder), ['update.zip']);
  });
});

test('integration: a disk that is full midway leaves nothing behind', async () => {
  await inFolder(async (folder) => {
    // A limit on the size of files stands for the full disk: the write fails halfway in the same way.
    const program = `
      import { writePackage } from '${new URL('../../src/package/write.js', import.meta.url)}';
      const bytes = new Uint8Array(3_000_000);
      const entry = { name: 'a', mode: 0o644, method: 'stored', bytes, crc32: 0, size: bytes.length };
      await writePackage([entry], ${JSON.stringify(join(folder, 'update.zip'))}).catch((error) => {
        console.log(error.name, error.faults?.[0]?.code ?? error);
      });`;
    await writeFile(join(folder, 'program.mjs'), program);
    const { stdout } = await run('sh', [
      '-c',
      'ulimit -f 1000; exec "$0" "$1"',
      process.execPath,
      join(folder, 'program.mjs'),
    ]);
    assert.equal(stdout, 'InputError disk-full\n');
    assert.deepEqual(await readdir(folder), ['program.mjs']);
  });
});
