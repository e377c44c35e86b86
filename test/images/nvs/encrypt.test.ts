/** Encrypted partitions: the bytes of the original's functions (the vectors), read back, and with keys that are not theirs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dfota } from '../../../src/cli/dfota.js';
import { run } from '../../../src/cli/run.js';
import { decryptNvs } from '../../../src/formats/nvs/decrypt.js';
import { deriveNvsKeys, readNvsKeys } from '../../../src/formats/nvs/keys.js';
import { encryptPages, keyPartition } from '../../../src/images/nvs/encrypt.js';
import { imageOf, layPages } from '../../../src/images/nvs/pages.js';
import { testTerminal } from '../../support/terminal.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('nvs-encrypt');
const vector = (name: string): string =>
  fileURLToPath(new URL(`../../../../test/images/nvs/vectors/${name}`, import.meta.url));
const at = (name: string): string => join(work, name);

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

const make = (...words: string[]) => outcome('nvs', 'make', vector('encrypted.csv'), '--size', '0x5000', ...words);

test('integration: both versions and keys of both kinds give the bytes of the original', async () => {
  const cases = [
    ['encrypted-v1.bin', '--version', '1', '--key-file', vector('keys.bin')],
    ['encrypted-v2.bin', '--key-file', vector('keys.bin')],
    ['encrypted-hmac.bin', '--hmac-key', vector('hmac.bin')],
  ] as const;
  for (const [golden, ...words] of cases) {
    const output = at(`made-${golden}`);
    const made = await make(...words, '--output', output);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /NVS version [12], encrypted/);
    assert.ok(readFileSync(output).equals(readFileSync(vector(golden))), golden);
  }
});

test('integration: dump and diff decrypt; without keys every entry is damaged', async () => {
  assert.equal((await make('--output', at('plain.bin'))).code, 0);
  const keys = ['--key-file', vector('keys.bin')];
  const read = JSON.parse((await outcome('nvs', 'dump', vector('encrypted-v2.bin'), ...keys, '--json')).stdout);
  const plain = JSON.parse((await outcome('nvs', 'dump', at('plain.bin'), '--json')).stdout);
  assert.deepEqual(read.items, plain.items);
  assert.equal(read.items.length, 14);
  const blind = await outcome('nvs', 'dump', vector('encrypted-v2.bin'));
  assert.equal(blind.code, 1);
  const one = vector('encrypted-v1.bin');
  const diff = await outcome('nvs', 'diff', one, vector('encrypted-v2.bin'), ...keys);
  assert.deepEqual([diff.code, diff.stdout], [0, '0 removed, 0 added, 0 changed, 14 as before\n']);
});

test('integration: wrong keys, keys for a plain partition, and files that are no keys are told', async () => {
  const spoilt = readFileSync(vector('keys.bin'));
  spoilt[3] = (spoilt[3] ?? 0) ^ 1;
  writeFileSync(at('spoilt.bin'), spoilt);
  writeFileSync(at('short.bin'), spoilt.subarray(0, 40));
  writeFileSync(at('twins.bin'), Buffer.alloc(64, 1));
  const cases = [
    ['encrypted-v2.bin', '--hmac-key', vector('hmac.bin'), 'nvs-key-wrong', /not those of this partition/],
    ['mass.bin', '--key-file', vector('keys.bin'), 'nvs-key-wrong', /not encrypted/],
    ['encrypted-v2.bin', '--key-file', at('spoilt.bin'), 'nvs-key-file', /no partition of keys/],
    ['encrypted-v2.bin', '--key-file', at('short.bin'), 'nvs-key-file', /no partition of keys/],
    ['encrypted-v2.bin', '--key-file', at('twins.bin'), 'nvs-key-file', /no partition of keys/],
    ['encrypted-v2.bin', '--hmac-key', vector('keys.bin'), 'nvs-key-file', /no HMAC key/],
  ] as const;
  for (const [image, option, file, code, message] of cases) {
    const { code: exit, stdout } = await outcome('nvs', 'dump', vector(image), option, file, '--json');
    const [fault] = JSON.parse(stdout).error.faults;
    assert.deepEqual([exit, fault.code], [3, code], stdout);
    assert.match(fault.message, message);
  }
  const both = await make(
    '--key-file',
    vector('keys.bin'),
    '--hmac-key',
    vector('hmac.bin'),
    '--output',
    at('never.bin'),
  );
  assert.equal(both.code, 2);
  assert.equal(existsSync(at('never.bin')), false);
});

test('integration: new keys are written with the image, for the owner alone, and never over a file', async () => {
  const words = ['--generate-key', at('new-keys.bin'), '--output', at('new.bin')];
  const made = await make(...words);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(statSync(at('new-keys.bin')).size, 4096);
  if (process.platform !== 'win32') assert.equal(statSync(at('new-keys.bin')).mode & 0o777, 0o600);
  const sum = (name: string) =>
    createHash('sha256')
      .update(readFileSync(at(name)))
      .digest('hex');
  const [keys, image] = [sum('new-keys.bin'), sum('new.bin')];
  assert.equal((await make(...words)).code, 2);
  assert.deepEqual([sum('new-keys.bin'), sum('new.bin')], [keys, image]);
  assert.equal((await make('--key-file', at('new-keys.bin'), '--output', at('again.bin'))).code, 0);
  assert.equal(sum('again.bin'), image);
  const bad = at('bad.csv');
  writeFileSync(bad, 'key,type,encoding,value\nn,namespace,,\na,data,u8,256\n');
  const failed = ['--size', '0x3000', '--generate-key', at('unused.bin'), '--output', at('unused-image.bin')];
  assert.equal((await outcome('nvs', 'make', bad, ...failed)).code, 3);
  assert.deepEqual([existsSync(at('unused.bin')), existsSync(at('unused-image.bin'))], [false, false]);
});

test('unit: the sector is the address in the partition, so equal entries of two pages differ', () => {
  const keys = deriveNvsKeys(Buffer.alloc(32, 5));
  const entries = Array.from({ length: 300 }, () => ({ kind: 'namespace', name: 'n', number: 1 }) as const);
  const pages = layPages(entries, 2, 10) ?? assert.fail();
  const image = imageOf(encryptPages(pages, keys), 0x5000);
  const entry = (at: number) => Buffer.from(image.subarray(at, at + 32)).toString('hex');
  assert.equal(new Set([64, 96, 4096 + 64, 8192 + 64].map(entry)).size, 4);
  assert.deepEqual(Buffer.from(decryptNvs(image, keys)), Buffer.from(imageOf(pages, 0x5000)));
  assert.deepEqual(Buffer.from(readNvsKeys(keyPartition(keys))), Buffer.from(keys));
});
