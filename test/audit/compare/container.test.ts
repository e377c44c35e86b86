import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import pako from 'pako';
import { compareFile } from '../../../src/audit/compare/compare-file.js';
import { readCpio } from '../../../src/formats/container/cpio.js';
import { readTar } from '../../../src/formats/container/tar.js';
import { readZip } from '../../../src/formats/container/zip.js';
import { type DebianTool, without } from '../../support/tools.js';
import { factOf, inFolder, run, words } from '../support.js';

type Pack = (folder: string, archive: string) => void;

const formats: readonly {
  readonly name: string;
  readonly tools: readonly DebianTool[];
  readonly pack: Pack;
  readonly list: (archive: string) => readonly string[];
  readonly read: (bytes: Uint8Array) => readonly { readonly name: string }[];
}[] = [
  {
    name: 'tar (GNU)',
    tools: ['tar'],
    pack: (folder, archive) => void run('tar', ['--format=gnu', '-cf', archive, '.'], { cwd: folder }),
    list: (archive) => run('tar', ['-tf', archive]).trim().split('\n'),
    read: readTar,
  },
  {
    name: 'tar (POSIX)',
    tools: ['tar'],
    pack: (folder, archive) => void run('tar', ['--format=posix', '-cf', archive, '.'], { cwd: folder }),
    list: (archive) => run('tar', ['-tf', archive]).trim().split('\n'),
    read: readTar,
  },
  {
    name: 'cpio',
    tools: ['cpio', 'find'],
    pack: (folder, archive) =>
      void run('sh', ['-c', `find . | LC_ALL=C sort | cpio -o -H newc --quiet > ${archive}`], { cwd: folder }),
    list: (archive) =>
      run('sh', ['-c', `cpio -t --quiet < ${archive}`])
        .trim()
        .split('\n'),
    read: readCpio,
  },
  {
    name: 'zip',
    tools: ['zip', 'unzip'],
    pack: (folder, archive) => void run('zip', ['-qry', archive, '.'], { cwd: folder }),
    list: (archive) => run('zipinfo', ['-1', archive]).trim().split('\n'),
    read: readZip,
  },
];

const longName = `deep/${'n'.repeat(120)}/${'m'.repeat(100)}.txt`;

function tree(folder: string, text: string): void {
  mkdirSync(join(folder, 'deep', 'n'.repeat(120)), { recursive: true });
  writeFileSync(join(folder, 'a.txt'), `one\n${text}\nthree\n`);
  writeFileSync(join(folder, 'same.bin'), Buffer.from([0, 1, 2, 3]));
  writeFileSync(join(folder, longName), 'long\n');
  chmodSync(join(folder, 'same.bin'), text === 'two' ? 0o755 : 0o4755);
  symlinkSync(text, join(folder, 'link'));
  if (text !== 'two') writeFileSync(join(folder, 'new.txt'), 'new');
}

for (const format of formats) {
  test(`property: ${format.name}: members are those that the tool lists, and changes are told`, {
    skip: without(...format.tools),
  }, () => {
    inFolder((folder) => {
      const sides = ['two', '2'].map((text) => {
        const root = join(folder, text);
        mkdirSync(root);
        tree(root, text);
        const archive = join(folder, `${text}.archive`);
        format.pack(root, archive.replace(/archive$/, 'zip'));
        const made = archive.replace(/archive$/, 'zip');
        const bytes = new Uint8Array(readFileSync(made));
        assert.deepEqual(
          format.read(bytes).map((member) => member.name),
          format.list(made),
        );
        return bytes;
      });
      const inner = compareFile('SYSTEM/x.archive', sides[0], sides[1]);
      const found = (inner.members ?? []).map((member) => `${member.status} ${member.name.replace(/^\.\//, '')}`);
      assert.deepEqual([...found].sort(), ['added new.txt', 'changed a.txt', 'changed link', 'changed same.bin']);
      const text = inner.members?.find((member) => member.name.endsWith('a.txt'))?.inner;
      assert.ok(text?.diff?.some((line) => line.sign === '+' && line.text === '2'));
      assert.match(
        inner.members?.find((member) => member.name.endsWith('same.bin'))?.detail ?? '',
        /-rwxr-xr-x.*→ -rwsr-xr-x/,
      );
      const packed = compareFile('SYSTEM/x.archive.gz', gzipSync(sides[0] ?? ''), gzipSync(sides[1] ?? ''));
      assert.equal(packed.members?.[0]?.inner?.members?.length, 4);
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: (sides[1]?.length ?? 1) - 1 }),
          fc.integer({ min: 0, max: 255 }),
          fc.boolean(),
          (at, byte, cut) => {
            const broken = cut ? sides[1]?.slice(0, at) : sides[1]?.slice();
            if (!cut && broken !== undefined) broken[at] = byte;
            assert.ok(compareFile('SYSTEM/x.archive', sides[0], broken).summary);
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}

const plain = words(60_000);

test('integration: the compressor of a gzip file is told: zlib by level, GNU gzip as another', {
  skip: without('gzip'),
}, () => {
  const other = compareFile('a.gz', undefined, pako.gzip(plain, { level: 9 }));
  assert.equal(factOf(other, 'compressor')?.after, 'zlib, level 9');
  assert.equal(
    factOf(compareFile('a.gz', undefined, pako.gzip(plain, { level: 6 })), 'compressor')?.after,
    'zlib, level 6',
  );
  inFolder((folder) => {
    const path = join(folder, 'a');
    writeFileSync(path, plain);
    run('gzip', ['-9n', path]);
    const inner = compareFile(
      'a.gz',
      pako.gzip(plain.slice(9), { level: 9 }),
      new Uint8Array(readFileSync(`${path}.gz`)),
    );
    assert.match(factOf(inner, 'compressor')?.after ?? '', /^not zlib/);
    assert.match(factOf(inner, 'compressor')?.about ?? '', /cannot make these bytes again/);
    assert.equal(inner.members?.[0]?.inner?.kind, 'text');
  });
});

test('unit: a decompression bomb is refused with a note, without its bytes', () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  const inner = compareFile('a.gz', gzipSync('x'), bomb);
  assert.match(inner.notes?.[0] ?? '', /unpacks to more than/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 100 * 1024 * 1024);
});

test('integration: other compressions are opened as well', { skip: without('xz') }, () => {
  const pack = (text: string): Uint8Array => execFileSync('xz', ['-c'], { input: text });
  const inner = compareFile('SYSTEM/lib/notes.txt.xz', pack('one\ntwo\n'), pack('one\n2\n'));
  assert.equal(inner.members?.[0]?.name, 'SYSTEM/lib/notes.txt');
  assert.ok(inner.members?.[0]?.inner?.diff?.some(({ sign, text }) => sign === '+' && text === '2'));
});
