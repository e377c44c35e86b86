import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { openBuild } from '../../../src/input/open-build.js';
import type { OpenBuild } from '../../../src/model/build.js';
import { InputError, UsageError } from '../../../src/model/errors.js';
import {
  additionJson,
  additionText,
  archiveCheckJson,
  archiveCheckText,
  archiveListingJson,
  archiveListingText,
} from '../../../src/report/archive.js';
import { archiveAdd } from '../../../src/usecases/archive/add.js';
import { archiveList, archiveVerify } from '../../../src/usecases/archive/check.js';
import { archiveGet } from '../../../src/usecases/archive/get.js';
import { isArchive, openFromArchive } from '../../../src/usecases/archive/open.js';
import { seededRandom } from '../../support/random.js';
import { directory, file, link, utf8, writeTargetFiles, writeTargetFolder } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('archive');
const random = seededRandom(11).bytes(9000);
const nodes = {
  'SYSTEM/bin/su': file('su', { mode: 0o4755, gid: 2000, selabel: 'u:object_r:su:s0', capabilities: 0x400n }),
  'SYSTEM/bin/sh': link('su'),
  'SYSTEM/empty': directory({ mode: 0o700 }),
  'SYSTEM/random': file(random),
  'SYSTEM/same': file(random),
  'SYSTEM/zero': file(''),
  'SYSTEM/text': file('again and again '.repeat(5000)),
  [utf8('SYSTEM/é')]: file('name'),
  'SYSTEM/\xff': file('no text'),
};
const first = writeTargetFiles(join(work, 'v1'), { nodes, revision: 'A01' });
const second = writeTargetFiles(join(work, 'v2'), {
  nodes: { ...nodes, 'SYSTEM/text': file('changed') },
  revision: 'A02',
  ownership: 'zip-modes',
});
const all = { modes: 'build' } as const;

async function same(a: OpenBuild, b: OpenBuild): Promise<void> {
  const { origin: _a, findings: _fa, ...left } = a.build;
  const { origin: _b, findings: _fb, ...right } = b.build;
  assert.deepEqual(left, right);
  for (const [path, entry] of a.build.entries) {
    if (entry.kind === 'file') assert.deepEqual(await b.content.read(path), await a.content.read(path));
  }
  await a.content.close();
  await b.content.close();
}

async function revisionOf(zip: string): Promise<string> {
  const { build, content } = await openBuild(zip, all);
  await content.close();
  return build.projectVersion?.revision ?? assert.fail();
}

const fresh = async (name: string): Promise<string> => {
  const archive = join(work, name);
  await archiveAdd({ build: first, archive });
  await archiveAdd({ build: second, archive });
  return archive;
};

test('integration: what was added comes back the same, digest and all', async () => {
  const archive = await fresh('plain');
  for (const [zip, role] of [
    [first, 'source'],
    [second, 'target'],
  ] as const) {
    const opened = await openFromArchive(archive, await revisionOf(zip), { ...all, role });
    await same(await openBuild(zip, { ...all, role }), opened);
  }
  const listing = await archiveList({ archive });
  assert.deepEqual(
    listing.builds.map(({ revision }) => revision),
    [await revisionOf(first), await revisionOf(second)],
  );
  assert.match(archiveListingText(listing).text, /2 builds in /);
  assert.match(archiveListingJson(listing).text, /"dfota-archive-listing"/);
  const check = await archiveVerify({ archive });
  assert.deepEqual(check.findings, []);
  assert.match(archiveCheckText(check).text, /2 builds, \d+ contents, .*: no findings/);
  assert.equal(archiveCheckText(check).exitCode, 0);
});

test('integration: a build is given back as a zip, of which every command makes the same', async () => {
  const archive = await fresh('given-back');
  for (const [at, zip] of [first, second].entries()) {
    const output = join(work, `given-back-${at}.zip`);
    const fetched = await archiveGet({ archive, version: await revisionOf(zip), output });
    assert.equal(fetched.written.size, readFileSync(output).length);
    const [before, after] = [await openBuild(zip, all), await openBuild(output, all)];
    // The zip is another one: its own digest alone differs.
    await same(before, { ...after, build: { ...after.build, digest: before.build.digest } });
  }
  const ninth = writeTargetFiles(join(work, 'v9'), { nodes, revision: 'A9' });
  await archiveAdd({ build: ninth, archive });
  const tenth = writeTargetFiles(join(work, 'v10'), { nodes, revision: 'A10' });
  await archiveAdd({ build: tenth, archive });
  const latest = await archiveGet({ archive, version: 'latest', output: join(work, 'latest.zip') });
  assert.equal(latest.build.revision, await revisionOf(tenth));
  const inside = join(archive, 'v1.zip');
  await assert.rejects(archiveGet({ archive, version: await revisionOf(first), output: inside }), UsageError);
  await assert.rejects(archiveGet({ archive, version: 'A09', output: join(work, 'none.zip') }), UsageError);
  const [blob = assert.fail()] = readdirSync(join(archive, 'blobs'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /[0-9a-f]{64}/.test(name),
  );
  writeFileSync(join(archive, 'blobs', blob), 'damaged');
  const output = join(work, 'damaged.zip');
  const gets = [first, second].map(async (zip) => archiveGet({ archive, version: await revisionOf(zip), output }));
  const ends = await Promise.allSettled(gets);
  assert.ok(ends.some((end) => end.status === 'rejected' && end.reason instanceof InputError));
});

test('integration: contents are stored once, packed where it helps', async () => {
  const archive = join(work, 'once');
  const added = await archiveAdd({ build: first, archive });
  const next = await archiveAdd({ build: second, archive });
  assert.ok(next.newBlobs < 5, `${next.newBlobs} new contents`);
  assert.match(additionText(next).text, /added from .*; new: \d contents?/);
  assert.ok(added.newBytes < added.build.bytes);
  const names = readdirSync(join(archive, 'blobs'), { recursive: true, encoding: 'utf8' });
  assert.ok(names.some((name) => name.endsWith('.z')) && names.some((name) => /[0-9a-f]{64}$/.test(name)));
});

test('integration: the same build again changes nothing, however it was packed', async () => {
  const archive = join(work, 'again');
  await archiveAdd({ build: first, archive });
  const before = readdirSync(archive, { recursive: true }).sort();
  assert.equal((await archiveAdd({ build: first, archive })).known, true);
  const stored = writeTargetFiles(join(work, 'v1-stored'), { nodes, revision: 'A01', stored: true });
  const again = await archiveAdd({ build: stored, archive });
  assert.equal(again.known, true);
  assert.match(additionText(again).text, /there already/);
  assert.match(additionJson(again).text, /"known": true/);
  assert.deepEqual(readdirSync(archive, { recursive: true }).sort(), before);
});

test('integration: a folder can be added', async () => {
  const folder = writeTargetFolder(join(work, 'v3-folder'), {
    nodes: { 'SYSTEM/bin/su': file('su', { mode: 0o4755 }) },
    revision: 'A03',
  });
  const archive = join(work, 'of-folder');
  await archiveAdd({ build: folder, archive });
  await same(await openBuild(folder, all), await openFromArchive(archive, await revisionOf(folder), all));
});

test('integration: another build of the same version, or one without a version, is refused', async () => {
  const archive = join(work, 'taken');
  await archiveAdd({ build: first, archive });
  const before = readdirSync(archive, { recursive: true }).sort();
  const other = writeTargetFiles(join(work, 'other'), { nodes: { 'SYSTEM/x': file('x') }, revision: 'A01' });
  await assert.rejects(archiveAdd({ build: other, archive }), /another build of the version/);
  const none = writeTargetFiles(join(work, 'none'), { nodes: { 'SYSTEM/etc/quectel-project-version': null } });
  await assert.rejects(archiveAdd({ build: none, archive }), /no project revision/);
  assert.deepEqual(readdirSync(archive, { recursive: true }).sort(), before);
});

test('integration: versions are found by their beginning or digest; unknown and ambiguous ones are told', async () => {
  const archive = await fresh('names');
  const revision = await revisionOf(first);
  const unique = revision.slice(0, revision.indexOf('A01') + 3);
  const { build } = await openFromArchive(archive, unique, all);
  assert.equal(build.projectVersion?.revision, revision);
  assert.equal((await openFromArchive(archive, build.digest.slice(0, 12), all)).build.digest, build.digest);
  await assert.rejects(openFromArchive(archive, revision.slice(0, 2), all), /several builds/);
  await assert.rejects(openFromArchive(archive, 'nothing', all), UsageError);
  await assert.rejects(openFromArchive(work, revision, all), /not an archive of builds/);
  assert.equal(await isArchive(archive), true);
  assert.equal(await isArchive(work), false);
});

test('integration: an interrupted add leaves nothing of the build', async () => {
  const archive = join(work, 'stopped');
  await archiveAdd({ build: first, archive });
  const before = readdirSync(archive, { recursive: true }).sort();
  const abort = new AbortController();
  const adding = archiveAdd(
    { build: second, archive },
    {
      signal: abort.signal,
      onProgress: ({ stage, doneItems, totalItems }) => {
        if (stage === 'archive-add' && doneItems === totalItems - 1) abort.abort(new Error('stop'));
      },
    },
  );
  await assert.rejects(adding, /stop/);
  assert.deepEqual(readdirSync(archive, { recursive: true }).sort(), before);
  writeFileSync(join(archive, 'lock'), '');
  await assert.rejects(archiveAdd({ build: second, archive }), /another process is adding/);
});

test('integration: an interrupted add to a new archive leaves a folder that was missing or empty as it was', async () => {
  const top = join(work, 'never');
  const empty = join(work, 'empty');
  mkdirSync(empty);
  for (const archive of [join(top, 'deep/archive'), empty]) {
    const abort = new AbortController();
    let begun: readonly string[] = [];
    const adding = archiveAdd(
      { build: first, archive },
      {
        signal: abort.signal,
        onProgress: ({ stage, doneItems }) => {
          if (stage !== 'archive-add' || doneItems < 3) return;
          begun = readdirSync(archive);
          abort.abort(new Error('stop'));
        },
      },
    );
    await assert.rejects(adding, /stop/);
    assert.deepEqual(begun.toSorted(), ['archive.json', 'blobs', 'builds', 'lock']);
  }
  assert.ok(!existsSync(top));
  assert.deepEqual(readdirSync(empty), []);
  // The folder of another process that began an archive here at the same time is not taken away.
  mkdirSync(top);
  writeFileSync(join(top, 'lock'), '');
  await assert.rejects(archiveAdd({ build: first, archive: top }), /another process is adding/);
  assert.deepEqual(readdirSync(top), ['lock']);
  await archiveAdd({ build: first, archive: empty });
  assert.equal((await archiveVerify({ archive: empty })).findings.length, 0);
});

test('integration: a process that ends at once takes a new archive away that it has begun, and no archive that was there', async () => {
  const [begun, known] = [join(work, 'begun'), await fresh('known')];
  for (const archive of [begun, known]) {
    const script = `
      import { removeAllTemporary } from ${JSON.stringify(new URL('../../../src/files/temporary.js', import.meta.url).href)};
      import { archiveAdd } from ${JSON.stringify(new URL('../../../src/usecases/archive/add.js', import.meta.url).href)};
      process.on('exit', removeAllTemporary);
      const onProgress = ({ stage, doneItems }) => stage === 'archive-add' && doneItems >= 3 && process.exit(9);
      await archiveAdd({ build: ${JSON.stringify(first)}, archive: ${JSON.stringify(archive)} }, { onProgress });
    `;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(status, 9, stderr);
  }
  assert.ok(!existsSync(begun));
  assert.equal((await archiveVerify({ archive: known })).builds, 2);
  assert.ok(!readdirSync(known).includes('lock'));
});

test('integration: verify finds what is missing, damaged, or left over; reading refuses it', async () => {
  const archive = await fresh('damaged');
  const blobs = readdirSync(join(archive, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\/[0-9a-f]{64}/.test(name),
  );
  const packed = blobs.find((name) => name.endsWith('.z')) ?? assert.fail();
  const plain =
    blobs.find((name) => !name.endsWith('.z') && readFileSync(join(archive, 'blobs', name)).length === 9000) ??
    assert.fail();
  writeFileSync(join(archive, 'blobs', packed), deflateRawSync(Buffer.alloc(100)));
  const bytes = readFileSync(join(archive, 'blobs', plain));
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
  writeFileSync(join(archive, 'blobs', plain), bytes);
  mkdirSync(join(archive, 'blobs/00'), { recursive: true });
  writeFileSync(join(archive, 'blobs/00', '0'.repeat(64)), 'x');
  const check = await archiveVerify({ archive });
  const codes = check.findings.map(({ severity, code }) => `${severity} ${code}`);
  assert.equal(codes.filter((code) => code === 'error archive-blob-damaged').length, 3);
  assert.equal(codes.filter((code) => code === 'error archive-build-incomplete').length, 2);
  assert.ok(codes.includes('information archive-unused'));
  assert.equal(archiveCheckJson(check).exitCode, 1);
  await assert.rejects(
    openFromArchive(archive, await revisionOf(first), all).then(async (opened) => {
      for (const [path, entry] of opened.build.entries) if (entry.kind === 'file') await opened.content.read(path);
    }),
    /its SHA-256 is not the one in its name/,
  );
  rmSync(join(archive, 'blobs', plain));
  await assert.rejects(openFromArchive(archive, await revisionOf(first), all), /content is missing/);
});

test('integration: damaged manifests are told, never believed', async () => {
  const archive = await fresh('manifests');
  const [name = ''] = readdirSync(join(archive, 'builds'));
  const path = join(archive, 'builds', name);
  const good = readFileSync(path, 'utf8');
  const edits: readonly (readonly [string, RegExp])[] = [
    ['{', /not JSON/],
    ['[]', /not the manifest/],
    ['{"format":"dfota-archived-build","version":9}', /version is 9/],
    [good.replace('SYSTEM/bin/su', '../../outside'), /entry \d+/],
    [good.replace(/"sha1":"."/, '"sha1":"X').replace(/"sha1":"[0-9a-f]{40}"/, '"sha1":"x"'), /entry \d+/],
    [good.replace('"size":', '"size":-'), /entry \d+/],
    [good.replace('"mode":"4755"', '"mode":"9"'), /entry \d+/],
  ];
  for (const [text, expected] of edits) {
    writeFileSync(path, text);
    const listing = await archiveList({ archive });
    assert.equal(listing.builds.length, text === good ? 2 : 1);
    assert.match(archiveListingText(listing).text, expected);
    assert.equal(archiveListingText(listing).exitCode, 1);
    await assert.rejects(openFromArchive(archive, await revisionOf(first), all), InputError);
    await assert.rejects(archiveAdd({ build: second, archive }), InputError);
  }
});

test('integration: no archive is made of a folder that holds other things', async () => {
  const folder = join(work, 'mine');
  mkdirSync(folder);
  writeFileSync(join(folder, 'mine'), '');
  await assert.rejects(archiveAdd({ build: first, archive: folder }), /it is not empty/);
  await assert.rejects(archiveList({ archive: folder }), /not an archive of builds/);
  await assert.rejects(archiveVerify({ archive: join(work, 'missing') }), /not an archive of builds/);
  await assert.rejects(archiveAdd({ build: first, archive: join(folder, 'mine') }), InputError);
  assert.deepEqual(readdirSync(folder), ['mine']);
});

test('integration: every content has memory of its own, which can be handed to a thread', async () => {
  const archive = await fresh('memory');
  const opened = await openFromArchive(archive, await revisionOf(first), all);
  for (const [path, entry] of opened.build.entries) {
    if (entry.kind !== 'file') continue;
    const bytes = await opened.content.read(path);
    const { length } = bytes;
    assert.equal(bytes.buffer.byteLength, length, path);
    assert.equal(structuredClone(bytes, { transfer: [bytes.buffer] }).length, length, path);
  }
});
