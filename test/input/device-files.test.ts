import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseHashList, readDeviceFiles } from '../../src/input/device-files.js';
import { sha1Of } from '../../src/model/digest.js';
import { InputError } from '../../src/model/errors.js';
import { sha1Listing } from '../support/sha1-listing.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('device-files');
const a = sha1Of(Buffer.from('a'));

test('unit: a folder and the list that sha1sum makes of it say the same, wherever the paths begin', async () => {
  const folder = join(work, 'system');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/app'), 'a');
  writeFileSync(join(folder, 'odd\nname \\'), 'a');
  const expected = new Map([
    ['SYSTEM/bin/app', a],
    ['SYSTEM/odd\nname \\', a],
  ]);
  const sorted = (files: ReadonlyMap<string, string>) => new Map([...files].sort());
  assert.deepEqual(sorted((await readDeviceFiles(folder)).files), expected);
  for (const [cwd, start] of [
    [folder, '.'],
    [work, 'system'],
  ] as const) {
    const list = join(work, 'list');
    writeFileSync(list, sha1Listing(cwd, start));
    assert.deepEqual(sorted((await readDeviceFiles(list)).files), expected);
  }
});

test('unit: absolute paths, CRLF, binary marks and blank lines are taken', () => {
  const { files, faults } = parseHashList(`${a}  /bin/a\r\n\n${a.toUpperCase()} *./b\n`, 'list');
  assert.deepEqual(faults, []);
  assert.deepEqual(
    [...files],
    [
      ['bin/a', a],
      ['b', a],
    ],
  );
});

test('unit: lines that are none are named, and not more than a few', () => {
  const lines = ['no hash', `${a}  ../etc/passwd`, `${a.slice(1)}  x`, `${a}  `];
  const { faults } = parseHashList(lines.join('\n'), 'list');
  assert.deepEqual(
    faults.map(({ place }) => place?.line),
    [1, 2, 3, 4],
  );
  assert.equal(parseHashList('x\n'.repeat(1000), 'list').faults.length, 1);
  assert.equal(parseHashList(`${a}  x\n${'x\n'.repeat(1000)}`, 'list').faults.length, 20);
});

test('unit: what cannot be read is the user’s to mend', async () => {
  await assert.rejects(readDeviceFiles(join(work, 'nothing')), InputError);
  writeFileSync(join(work, 'bad'), 'x\n');
  await assert.rejects(readDeviceFiles(join(work, 'bad')), InputError);
});

test('unit: a list of another digest is one fault that names the digest', () => {
  for (const [digits, word] of [
    [32, /MD5/],
    [64, /SHA-256/],
    [128, /SHA-512/],
  ] as const) {
    const line = 'F'.repeat(digits);
    const list = Array.from({ length: 3000 }, (_, index) => `${line}  ./bin/f${index}`).join('\n');
    const { faults } = parseHashList(list, 'list');
    assert.deepEqual(
      faults.map(({ code }) => code),
      ['device-list-digest'],
    );
    assert.match(faults[0]?.message ?? '', word);
    assert.match(faults[0]?.found ?? '', /3000 lines/);
    assert.match(faults[0]?.remedy ?? '', /sha1sum/);
  }
  assert.match(parseHashList(`MD5 (./a b) = ${'0'.repeat(32)}\n`, 'list').faults[0]?.message ?? '', /MD5/);
});

test('unit: the spellings of sha1sum --tag and openssl, and a list that PowerShell wrote', async () => {
  const { files, faults } = parseHashList(`SHA1 (./bin/a b) = ${a}\nSHA1(./c)= ${a.toUpperCase()}\n`, 'list');
  assert.deepEqual(faults, []);
  assert.deepEqual([...files.keys()], ['bin/a b', 'c']);
  writeFileSync(join(work, 'utf16'), Buffer.from(`\ufeff${a}  ./bin/é\r\n`, 'utf16le'));
  const read = await readDeviceFiles(join(work, 'utf16'));
  assert.deepEqual([...read.files], [[Buffer.from('SYSTEM/bin/é').toString('latin1'), a]]);
});

test('unit: a list of another form is one fault that says what it is; what sha1sum says of itself is told as such', () => {
  for (const [text, found] of [
    ['4294967295 0 /system/x\n'.repeat(50), /4294967295/],
    ['<!DOCTYPE html>\n<html>\n'.repeat(20), /HTML/],
    [`path,sha1\n${`/system/a,${a}\n`.repeat(9)}`, /path,sha1/],
    [`Algorithm Hash Path\n--------- ---- ----\n${`SHA1 ${a} C:\\a\n`.repeat(9)}`, /Algorithm/],
  ] as const) {
    const { faults } = parseHashList(text, 'list');
    assert.equal(faults.length, 1, text.slice(0, 40));
    assert.match(faults[0]?.message ?? '', /no line of the list is one of sha1sum/);
    assert.match(faults[0]?.found ?? '', found);
  }
  const { files, faults } = parseHashList(`sha1sum: /system/x: Permission denied\n${a}  /system/a\n`, 'list');
  assert.equal(files.size, 1);
  assert.match(faults[0]?.remedy ?? '', /message of sha1sum.*2>\/dev\/null/);
});

test('unit: a list that is too large, or has no end, is refused after so many bytes', async () => {
  await assert.rejects(readDeviceFiles('/dev/zero'), (error) => {
    assert.ok(error instanceof InputError);
    return error.faults[0]?.code === 'device-list-large';
  });
});
