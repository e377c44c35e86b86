import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fileKind } from '../../src/formats/file-kind.js';
import { type FileKind, kindInWords } from '../../src/model/file-kind.js';
import { seededRandom } from '../support/random.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('file-kind');

function at(offset: number, text: string): Buffer {
  const bytes = Buffer.from(seededRandom(7).bytes(4096));
  Buffer.from(text, 'latin1').copy(bytes, offset);
  return bytes;
}

const kinds: readonly (readonly [FileKind, Uint8Array])[] = [
  ['empty', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(5000)],
  ['erased', Buffer.alloc(5000, 0xff)],
  ['boot', at(0, 'ANDROID!')],
  ['zip', at(0, 'PK\x03\x04')],
  ['gzip', gzipSync('x')],
  ['tar', at(257, 'ustar')],
  ['cpio', at(0, '070701')],
  ['rar', at(0, 'Rar!\x1a\x07\x01\0')],
  ['7z', at(0, '7z\xbc\xaf\x27\x1c')],
  ['ext4', at(1080, '\x53\xef')],
  ['sparse', at(0, '\x3a\xff\x26\xed')],
  ['ubi', at(0, 'UBI#\x01')],
  ['elf', readFileSync(process.execPath).subarray(0, 4096)],
  ['script', Buffer.from('#!/bin/sh\n')],
  ['lfs-pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
  ['html', Buffer.from('\ufeff\r\n<!DOCTYPE html><html>')],
  ['html', Buffer.from('<HTML><HEAD>')],
  ['html', Buffer.from('<?xml version="1.0"?><!DOCTYPE html><html xmlns="">')],
  ['xml', Buffer.from('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>')],
  ['json', Buffer.from('{"message":"Not Found"}')],
  ['pdf', Buffer.from('%PDF-1.7\n')],
  ['picture', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['picture', Buffer.from('ffd8ffe0', 'hex')],
  ['picture', Buffer.from('GIF89a')],
  ['text', Buffer.from('404: Not Found\n')],
  ['unknown', at(0, '\x01\x02\x03')],
];

for (const [kind, bytes] of kinds) {
  test(`unit: ${kindInWords(kind)} is recognised`, () => {
    assert.equal(fileKind(bytes.subarray(0, 4096), bytes.length), kind);
  });
}

test('integration: what other tools write is recognised', { skip: without('gzip', 'xz') }, () => {
  const folder = join(work, 'tree');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a'), 'some text\n'.repeat(100));
  const made: readonly (readonly [FileKind, string, readonly string[]])[] = [
    ['gzip', 'a.tar.gz', ['tar', '-czf', 'a.tar.gz', 'tree']],
    ['xz', 'a.tar.xz', ['tar', '-cJf', 'a.tar.xz', 'tree']],
    ['tar', 'a.tar', ['tar', '-cf', 'a.tar', 'tree']],
    ['zip', 'a.zip', ['zip', '-qry', 'a.zip', 'tree']],
    ['squashfs', 'a.sqsh', ['mksquashfs', 'tree', 'a.sqsh', '-quiet', '-no-progress']],
    ['ubifs', 'a.ubifs', ['mkfs.ubifs', '-m', '2048', '-e', '126976', '-c', '100', '-r', 'tree', 'a.ubifs']],
  ];
  for (const [kind, name, [program = '', ...words]] of made) {
    try {
      execFileSync(program, words, { cwd: work, stdio: 'ignore' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw error;
    }
    const bytes = readFileSync(join(work, name));
    assert.equal(fileKind(bytes.subarray(0, 4096), bytes.length), kind);
  }
});

test('unit: a start that fits nothing is no kind, whatever its length', () => {
  for (let length = 1; length < 40; length++) assert.equal(fileKind(Buffer.alloc(length, 1)), 'unknown');
});
