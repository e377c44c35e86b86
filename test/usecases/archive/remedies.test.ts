/** Every damage of an archive that is told names what mends it; here that is done as it is told, and the archive is whole again. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { dfota } from '../../../src/cli/dfota.js';
import { run } from '../../../src/cli/run.js';
import { sha256Of } from '../../../src/model/digest.js';
import { archiveAdd } from '../../../src/usecases/archive/add.js';
import { openFromArchive } from '../../../src/usecases/archive/open.js';
import { seededRandom } from '../../support/random.js';
import { file, writeTargetFiles } from '../../support/targetfiles.js';
import { testTerminal } from '../../support/terminal.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('archive-remedies');
const noise = seededRandom(5).bytes(9000);
const text = Buffer.from('again and again '.repeat(5000));
const old = Buffer.from('old words '.repeat(300));
const nodes = { 'SYSTEM/noise': file(noise), 'SYSTEM/text': file(text), 'SYSTEM/words': file(old) };
const first = writeTargetFiles(join(work, 'v1'), { nodes, revision: 'A01' });
const second = writeTargetFiles(join(work, 'v2'), {
  nodes: { ...nodes, 'SYSTEM/words': file('new words '.repeat(300)) },
  revision: 'A02',
});
const made = join(work, 'made');

async function freshArchive(name: string): Promise<string> {
  if (readdirSync(work).includes('made') === false) {
    await archiveAdd({ build: first, archive: made });
    await archiveAdd({ build: second, archive: made });
  }
  const archive = join(work, name);
  cpSync(made, archive, { recursive: true });
  return archive;
}

async function program(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

const blobOf = (archive: string, bytes: Uint8Array, end = ''): string => {
  const name = sha256Of(bytes);
  return join(archive, 'blobs', name.slice(0, 2), `${name}${end}`);
};
const manifestOf = (archive: string, revision: string): string => {
  const name = readdirSync(join(archive, 'builds')).find((one) => one.includes(revision)) ?? assert.fail();
  return join(archive, 'builds', name);
};
function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  writeFileSync(path, bytes);
}

/** Does what a remedy says: deletes the file that it names, then runs the command that it names, with the build. */
async function follow(told: string, build: string): Promise<void> {
  const deleted = /delete (\/[^\s,;]+)/.exec(told)?.[1];
  if (deleted !== undefined) rmSync(deleted);
  const command = /dfota (archive add BUILD --to \S+?)[;,)]?(\s|$)/.exec(told)?.[1] ?? assert.fail(told);
  const words = command.split(' ').map((word) => (word === 'BUILD' ? build : word));
  const { code, stdout, stderr } = await program(...words.map((word) => (word === 'ARCHIVE' ? lastArchive : word)));
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /nothing was written/);
}
let lastArchive = '';

const damages: readonly (readonly [string, (archive: string) => void])[] = [
  ['a lost content', (archive) => rmSync(blobOf(archive, noise))],
  ['a lost packed content', (archive) => rmSync(blobOf(archive, text, '.z'))],
  ['a truncated content', (archive) => truncateSync(blobOf(archive, noise), 4000)],
  ['a truncated packed content', (archive) => truncateSync(blobOf(archive, text, '.z'), 20)],
  ['an emptied content', (archive) => truncateSync(blobOf(archive, noise), 0)],
  ['a flipped byte', (archive) => flip(blobOf(archive, noise), 5000)],
  ['a flipped byte of a packed content', (archive) => flip(blobOf(archive, text, '.z'), 10)],
  ['other bytes', (archive) => writeFileSync(blobOf(archive, text, '.z'), deflateRawSync(Buffer.alloc(80_000)))],
  [
    'a packed content in the plain form, damaged',
    (archive) => {
      rmSync(blobOf(archive, text, '.z'));
      writeFileSync(blobOf(archive, text), 'rubbish');
    },
  ],
  ['a damaged form beside the whole one', (archive) => writeFileSync(blobOf(archive, text), 'rubbish')],
  ['the folder of all contents lost', (archive) => rmSync(join(archive, 'blobs'), { recursive: true })],
  ['a lost manifest', (archive) => rmSync(manifestOf(archive, 'A01'))],
  ['half a manifest', (archive) => truncateSync(manifestOf(archive, 'A01'), 300)],
  [
    'a mode in a manifest',
    (archive) => {
      const path = manifestOf(archive, 'A01');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"mode":"755"', '"mode":"777"'));
    },
  ],
  [
    'the digest of a content in a manifest',
    (archive) => {
      const path = manifestOf(archive, 'A01');
      writeFileSync(path, readFileSync(path, 'utf8').replace(sha256Of(noise), sha256Of(Buffer.from('else'))));
    },
  ],
  ['archive.json lost', (archive) => rmSync(join(archive, 'archive.json'))],
  ['archive.json emptied', (archive) => truncateSync(join(archive, 'archive.json'), 0)],
];

for (const [name, damage] of damages) {
  test(`integration: ${name} is told, and what is told to be done mends it`, async () => {
    const archive = await freshArchive(name.replaceAll(' ', '-'));
    lastArchive = archive;
    damage(archive);
    const check = await program('archive', 'verify', archive);
    const told = check.code === 1 ? check.stdout : check.stderr;
    const isLostManifest = name === 'a lost manifest';
    assert.equal(check.code, isLostManifest ? 0 : name.startsWith('archive.json') ? 3 : 1, told);
    const remedies = told.split('\n').filter((line) => /to do(?: for these \d+)?:/.test(line));
    if (!isLostManifest) assert.ok(remedies.length > 0, told);
    await follow(isLostManifest ? `dfota archive add BUILD --to ${archive}` : remedies.join('\n'), first);
    if (name.includes('all contents')) assert.equal((await program('archive', 'add', second, '--to', archive)).code, 0);
    const after = await program('archive', 'verify', archive, '--json');
    assert.equal(after.code, 0, after.stdout);
    assert.match(after.stdout, /"findings": \[\]/);
    for (const version of ['A01', 'A02']) {
      const revision = `RG520NNADAR01${version}M4G_OCPU_01.001`;
      const { build, content } = await openFromArchive(archive, revision, { modes: 'build' });
      for (const [path, entry] of build.entries) if (entry.kind === 'file') await content.read(path);
      await content.close();
    }
  });
}

test('integration: generate names the same remedy for a lost and for a damaged content', async () => {
  const archive = await freshArchive('generate');
  const words = ['--from-archive', archive, '--source-version', 'RG520NNADAR01A01', '--target', second, '--no-cache'];
  const generate = () => program('generate', ...words, '--output', join(work, 'update.zip'));
  for (const damage of [rmSync, (path: string) => flip(path, 9)]) {
    damage(blobOf(archive, old, '.z'));
    const { code, stderr } = await generate();
    assert.equal(code, 3, stderr);
    await follow(stderr, first);
  }
  assert.equal((await generate()).code, 0);
});

test('integration: a damaged content is mended by another build that has it', async () => {
  const archive = await freshArchive('other-build');
  truncateSync(blobOf(archive, noise), 10);
  const third = writeTargetFiles(join(work, 'v3'), { nodes, revision: 'A03' });
  const { stdout } = await program('archive', 'add', third, '--to', archive);
  assert.match(stdout, /repaired: 1 content missing or damaged/);
  assert.equal((await program('archive', 'verify', archive)).code, 0);
});

test('integration: a lock is told with its holder and how to go on; that of a process which is gone is taken over', async () => {
  const archive = await freshArchive('locked');
  const lock = join(archive, 'lock');
  const holder = { host: 'elsewhere', process: 77, since: '2026-01-02T03:04:05.000Z' };
  for (const [content, told] of [
    ['', /a lock that does not say whose it is/],
    [JSON.stringify(holder), /process 77 on host elsewhere, since 2026-01-02T03:04:05.000Z/],
    [JSON.stringify({ ...holder, host: hostname(), process: process.pid }), /process \d+ on this host/],
  ] as const) {
    writeFileSync(lock, content);
    const { code, stderr } = await program('archive', 'add', first, '--to', archive);
    assert.equal(code, 3);
    assert.match(stderr, told);
    const named = /delete (\S+)/.exec(stderr)?.[1] ?? assert.fail(stderr);
    rmSync(named);
    assert.equal((await program('archive', 'add', first, '--to', archive)).code, 0);
  }
  writeFileSync(lock, JSON.stringify({ ...holder, host: hostname(), process: 2 ** 22 + 1 }));
  assert.equal((await program('archive', 'add', first, '--to', archive)).code, 0);
  assert.deepEqual(readdirSync(archive).sort(), ['archive.json', 'blobs', 'builds', 'index.json']);
});

test('integration: what a killed run left half written is swept by the next one', async () => {
  const archive = await freshArchive('left');
  mkdirSync(join(archive, 'blobs/00'), { recursive: true });
  writeFileSync(join(archive, 'blobs/00/.half.123-0.tmp'), 'half');
  writeFileSync(join(archive, 'builds/.half.json.123-0.tmp'), 'half');
  renameSync(join(archive, 'archive.json'), join(archive, '.archive.json.1-0.tmp'));
  assert.equal((await program('archive', 'add', first, '--to', archive)).code, 0);
  assert.deepEqual(
    readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((name) => /[^e]\.tmp|half/.test(name)),
    ['.archive.json.1-0.tmp'],
  );
});
