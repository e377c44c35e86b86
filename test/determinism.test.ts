/** The same builds give the same bytes, whatever the machine around the program is like. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sha256Of } from '../src/model/digest.js';
import { randomPair } from './support/random-pair.js';
import { type TargetFilesSpec, writeTargetFiles, writeTargetFolder } from './support/targetfiles.js';
import { workFolder } from './support/work-folder.js';

const program = fileURLToPath(new URL('../../bin/dfota.js', import.meta.url));
const work = workFolder('determinism');
const pair = randomPair(11, { rounds: 1 });
const files = (name: string, spec: TargetFilesSpec): string => writeTargetFiles(join(work, name), spec);
const zips = [files('v1', pair.source), files('v2', pair.target)];

interface Surroundings {
  readonly builds?: readonly string[];
  readonly umask?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `dfota generate` in a process of its own and gives the digest of what it writes. */
function digestOf(name: string, words: readonly string[], { builds = zips, umask, environment }: Surroundings): string {
  const output = join(work, `${name}.zip`);
  const command = [program, 'generate', ...builds, '--effort', 'fast', '--verify', 'off', '--quiet', ...words];
  const shell = ['-c', `umask ${umask ?? '022'}; exec "$@"`, 'sh', process.execPath, ...command, '--output', output];
  const { status, stderr } = spawnSync('sh', shell, { encoding: 'utf8', env: { ...process.env, ...environment } });
  assert.equal(status, 0, stderr);
  return sha256Of(readFileSync(output));
}

const plain = digestOf('plain', ['--no-cache', '--jobs', '1'], {
  environment: { TZ: 'UTC', LC_ALL: 'C', LANG: 'C' },
});

test('end-to-end: four workers, another time zone, locale and umask', () => {
  const environment = { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', SOURCE_DATE_EPOCH: '1' };
  assert.equal(digestOf('elsewhere', ['--no-cache', '--jobs', '4'], { umask: '077', environment }), plain);
});

test('end-to-end: a cold cache and a warm one', () => {
  const words = ['--cache', join(work, 'cache'), '--jobs', '2'];
  assert.equal(digestOf('cold', words, {}), plain);
  assert.equal(digestOf('warm', words, {}), plain);
});

test('end-to-end: folders in place of the zips', () => {
  const builds = [writeTargetFolder(join(work, 'f1'), pair.source), writeTargetFolder(join(work, 'f2'), pair.target)];
  assert.equal(digestOf('folders', ['--no-cache', '--jobs', '1'], { builds }), plain);
});

test('end-to-end: zips packed in another way, and an older package under the name of the output', () => {
  const again = { ...pair.source, stored: true, impliedDirectories: true };
  const target = { ...pair.target, stored: true };
  writeFileSync(join(work, 'repacked.zip'), Buffer.alloc(200_000, 1));
  const builds = [files('s1', again), files('s2', target)];
  assert.equal(digestOf('repacked', ['--no-cache', '--jobs', '1'], { builds }), plain);
});

test('end-to-end: other builds give other bytes', () => {
  const builds = [zips[0] ?? '', files('other', { ...pair.target, revision: 'A03' })];
  assert.notEqual(digestOf('other', ['--no-cache', '--jobs', '1'], { builds }), plain);
});
