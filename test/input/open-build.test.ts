import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openBuild } from '../../src/input/open-build.js';
import { type Build, type Entry, ownershipCounts } from '../../src/model/build.js';
import { sha1Of } from '../../src/model/digest.js';
import { InputError } from '../../src/model/errors.js';
import { toBuildPath } from '../../src/model/path.js';
import type { Progress } from '../../src/model/progress.js';
import { randomPair } from '../support/random-pair.js';
import {
  allNodes,
  directory,
  file,
  link,
  modeOf,
  type NodeSpec,
  type TargetFilesSpec,
  utf8,
  writeTargetFiles,
  writeTargetFolder,
} from '../support/targetfiles.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('open-build');
let folders = 0;
const fresh = (): string => join(work, String(++folders));

async function buildAt(path: string, modes: 'build' | 'note' = 'build'): Promise<Build> {
  const { build, content } = await openBuild(path, { modes });
  await content.close();
  return build;
}

function entryOf(build: Build, path: string): Entry {
  const entry = build.entries.get(toBuildPath(path));
  assert.ok(entry !== undefined, `no ${path}`);
  return entry;
}

/** What an entry is, in the words of the specs. */
function told(entry: Entry): string {
  if (entry.kind === 'link') return `link ${entry.destination}`;
  const { uid, gid, mode } = entry.ownership;
  const what = entry.kind === 'file' ? `file ${entry.content.size} ${entry.content.sha1}` : 'directory';
  return `${what} ${uid}:${gid} ${mode.toString(8)}`;
}

function expectedOf(node: NodeSpec): string {
  if (node.kind === 'link') return `link ${node.to}`;
  const what = node.kind === 'file' ? `file ${node.data.length} ${sha1Of(node.data)}` : 'directory';
  return `${what} ${node.uid ?? 0}:${node.gid ?? 0} ${modeOf(node).toString(8)}`;
}

const rich: TargetFilesSpec = {
  nodes: {
    'SYSTEM/bin/su': file('su', { mode: 0o4755, gid: 2000 }),
    'SYSTEM/bin/sh': link('su'),
    'SYSTEM/bin/dangling': link('/nowhere/at all'),
    'SYSTEM/empty': directory({ mode: 0o700, uid: 7 }),
    'SYSTEM/empty.txt': file(''),
    [utf8('SYSTEM/a "b\\ é')]: file('odd name'),
    'SYSTEM/not-utf8-\xff\xfe': file('bytes'),
    'SYSTEM/with 0 0 644': file('a name that looks like a row', { mode: 0o600 }),
    'SYSTEM/large': file(Buffer.alloc(5_000_000, 'some text that repeats ')),
  },
};

for (const [title, spec] of [
  ['deflated', rich],
  ['stored', { ...rich, stored: true }],
  ['without entries for directories', { ...rich, impliedDirectories: true }],
] as const) {
  test(`unit: a zip, ${title}: kinds, sizes, digests, owners, in byte order`, async () => {
    const build = await buildAt(writeTargetFiles(fresh(), spec));
    const nodes = [...allNodes(spec)];
    assert.deepEqual(
      [...build.entries.keys()],
      nodes.map(([path]) => path),
    );
    for (const [path, node] of nodes) {
      if (path === 'SYSTEM' || path.startsWith('SYSTEM/'))
        assert.equal(told(entryOf(build, path)), expectedOf(node), path);
    }
    assert.deepEqual(build.findings, []);
    assert.deepEqual([...ownershipCounts(build.entries).keys()], ['filesystem-config']);
  });
}

test('unit: a folder of the same layout gives the same entries', async () => {
  const zip = await buildAt(writeTargetFiles(fresh(), rich));
  const folder = await buildAt(writeTargetFolder(fresh(), rich));
  for (const [path, entry] of zip.entries) assert.equal(told(entryOf(folder, path)), told(entry));
  assert.equal(folder.entries.size, zip.entries.size);
  assert.deepEqual(folder.misc, zip.misc);
  assert.deepEqual(folder.projectVersion, zip.projectVersion);
});

test('unit: metadata', async () => {
  const spec = {
    misc: { use_set_metadata: '1', boot_size: '4096', cache_size: '0x00A00000' },
    packageTime: '2024-01-02,03:04',
  };
  const build = await buildAt(writeTargetFiles(fresh(), spec));
  assert.equal(build.misc.recoveryApiVersion, 3);
  assert.equal(build.misc.bootSize, 4096);
  assert.equal(build.misc.cacheSize, 0xa00000);
  assert.equal(build.misc.blockSize, 262144);
  assert.equal(build.misc.useSetMetadata, true);
  assert.deepEqual(
    build.partitions.map(({ mountPoint, type, device }) => [mountPoint, type, device]),
    [
      ['/boot', 'MTD', 'boot'],
      ['/cache', 'UBI', 'cache'],
      ['/data', 'UBI', 'userdata'],
      ['/recovery', 'MTD', 'recovery'],
      ['/system', 'UBI', 'system'],
    ],
  );
  assert.equal(build.projectVersion?.project, 'RG520NNADA_VB');
  assert.equal(build.projectVersion?.branch, 'SDX6X');
  assert.equal(build.projectVersion?.packageTime, '2024-01-02,03:04');
});

test('unit: the digest of a zip is that of its bytes', async () => {
  const path = writeTargetFiles(fresh(), rich);
  const build = await buildAt(path);
  assert.equal(build.digest, createHash('sha256').update(readFileSync(path)).digest('hex'));
});

test('unit: the digest of a folder changes with a byte, a mode, a link', async () => {
  const digests = new Set<string>();
  for (const nodes of [
    { 'SYSTEM/x': file('1') },
    { 'SYSTEM/x': file('2') },
    { 'SYSTEM/x': file('1', { mode: 0o600 }) },
    { 'SYSTEM/x': link('1') },
  ]) {
    digests.add((await buildAt(writeTargetFolder(fresh(), { nodes, ownership: 'zip-modes' }))).digest);
  }
  assert.equal(digests.size, 4);
  const again = await buildAt(writeTargetFolder(fresh(), { nodes: { 'SYSTEM/x': file('1') }, ownership: 'zip-modes' }));
  assert.ok(digests.has(again.digest));
});

test('unit: where owners and modes come from', async () => {
  const nodes = {
    'SYSTEM/bin/su': file('su', { mode: 0o4755, gid: 2000 }),
    'SYSTEM/etc/key': file('key', { mode: 0o600 }),
    'META/filesystem_config.txt': file('system 0 0 755\nsystem/bin/su 0 2000 4750\n'),
  };
  const zip = writeTargetFiles(fresh(), { nodes });
  const build = await buildAt(zip);
  assert.match(told(entryOf(build, 'SYSTEM/bin/su')), / 0:2000 4750$/);
  assert.match(told(entryOf(build, 'SYSTEM/etc/key')), / 0:0 600$/);
  assert.match(told(entryOf(build, 'SYSTEM/etc')), / 0:0 755$/);
  assert.deepEqual(
    ownershipCounts(build.entries),
    new Map([
      ['filesystem-config', 2],
      ['zip-mode', 5],
    ]),
  );

  const note = await buildAt(zip, 'note');
  assert.match(told(entryOf(note, 'SYSTEM/bin/su')), / 0:2000 4750$/);
  assert.match(told(entryOf(note, 'SYSTEM/etc/key')), / 0:0 755$/);
  assert.deepEqual(
    ownershipCounts(note.entries),
    new Map([
      ['filesystem-config', 2],
      ['note-default', 5],
    ]),
  );

  const dos = await buildAt(writeTargetFiles(fresh(), { nodes: { 'SYSTEM/x': file('x') }, ownership: 'none' }));
  assert.match(told(entryOf(dos, 'SYSTEM/x')), / 0:0 755$/);
  assert.deepEqual(
    dos.findings.map(({ code }) => code),
    ['modes-not-in-input'],
  );
});

test('unit: labels and capabilities of filesystem_config.txt', async () => {
  const nodes = { 'SYSTEM/bin/ping': file('p', { mode: 0o755, selabel: 'u:object_r:ping:s0', capabilities: 0x2000n }) };
  const entry = entryOf(await buildAt(writeTargetFiles(fresh(), { nodes })), 'SYSTEM/bin/ping');
  assert.ok(entry.kind === 'file');
  assert.equal(entry.ownership.selabel, 'u:object_r:ping:s0');
  assert.equal(entry.ownership.capabilities, 0x2000n);
});

test('unit: bytes are read when asked for and checked again', async () => {
  for (const path of [writeTargetFiles(fresh(), rich), writeTargetFolder(fresh(), rich)]) {
    const { build, content } = await openBuild(path, { modes: 'build' });
    for (const [name, node] of allNodes(rich)) {
      if (node.kind === 'file')
        assert.deepEqual(Buffer.from(await content.read(toBuildPath(name))), Buffer.from(node.data));
    }
    assert.equal(build.origin, path);
    await content.close();
  }
});

test('unit: an input that changes while it is in use is noticed', async () => {
  const folder = writeTargetFolder(fresh(), rich);
  const { content } = await openBuild(folder, { modes: 'build' });
  writeFileSync(join(folder, 'SYSTEM/bin/su'), 'other');
  await assert.rejects(content.read(toBuildPath('SYSTEM/bin/su')), /changed while it was in use/);
  await content.close();
});

test('unit: progress ends with everything done', async () => {
  const seen: Progress[] = [];
  const path = writeTargetFiles(fresh(), rich);
  const { content } = await openBuild(path, {
    modes: 'build',
    role: 'target',
    onProgress: (progress) => seen.push(progress),
  });
  await content.close();
  const last = seen.at(-1);
  assert.ok(last !== undefined && last.stage === 'read-target');
  assert.equal(last.doneBytes, last.totalBytes);
  assert.equal(last.doneItems, last.totalItems);
});

test('unit: an abort ends the reading', async () => {
  const path = writeTargetFiles(fresh(), rich);
  await assert.rejects(openBuild(path, { modes: 'build', signal: AbortSignal.abort(new Error('enough')) }), /enough/);
});

test('unit: special files of a folder are left out with a finding', async () => {
  const folder = writeTargetFolder(fresh(), rich);
  execFileSync('mkfifo', [join(folder, 'SYSTEM/pipe')]);
  const build = await buildAt(folder);
  assert.deepEqual(
    build.findings.map(({ code, found }) => [code, found]),
    [['special-file-skipped', 'a named pipe']],
  );
  assert.ok(!build.entries.has(toBuildPath('SYSTEM/pipe')));
});

test('unit: a zip64 zip and data descriptors are read', async () => {
  const entries = [...allNodes({})].map(([name, node]) => ({
    name: node.kind === 'directory' ? `${name}/` : name,
    data: node.kind === 'file' ? node.data : Buffer.alloc(0),
    mode: node.kind === 'directory' ? 0o040755 : 0o100644,
    zip64: true,
    flags: node.kind === 'file' ? 8 : 0,
  }));
  const path = `${fresh()}.zip`;
  writeFileSync(path, buildZip(entries, { zip64: true, comment: 'with a comment' }));
  assert.equal((await buildAt(path)).entries.size, entries.length);
});

test('integration: what zip -qry makes is read as zipinfo lists it', { skip: without('zip', 'unzip') }, async () => {
  const folder = writeTargetFolder(fresh(), rich);
  const zip = join(work, 'by-zip.zip');
  execFileSync('zip', ['-qry', zip, '.'], { cwd: folder });
  const build = await buildAt(zip);
  const listing = execFileSync('zipinfo', ['-l', zip], { encoding: 'latin1' });
  const listed = listing.split('\n').flatMap((line) => {
    const parts = /^([-dl])(\S{9}) +\S+ +unx +([0-9]+) +\S+ +[0-9]+ +\S+ +\S+ +\S+ (.*)$/.exec(line);
    return parts === null ? [] : [parts];
  });
  assert.equal(listed.length, build.entries.size);
  for (const [, type = '', rights = '', size = '', name = ''] of listed) {
    if (!/^[\x20-\x7e]*$/.test(name)) continue;
    const entry = entryOf(build, name.replace(/\/$/, ''));
    assert.equal(entry.kind, { '-': 'file', d: 'directory', l: 'link' }[type], name);
    if (entry.kind === 'file') assert.equal(entry.content.size, Number(size), name);
    if (entry.kind !== 'link' && name.startsWith('SYSTEM')) {
      const bits = [...rights].map((letter) => (/[-ST]/.test(letter) ? '0' : '1')).join('');
      assert.equal(entry.ownership.mode & 0o777, Number.parseInt(bits, 2), name);
    }
  }
});

const byteName = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[\0/]/g, '_'))
  .filter((name) => name !== '.' && name !== '..' && !/^[\\-]|^[A-Za-z]:/.test(name));

test('property: random trees zipped by zip, and as folders, are read as they are', {
  skip: without('zip', 'unzip'),
}, async () => {
  const node = fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      data: fc.uint8Array({ maxLength: 300 }),
      mode: fc.constantFrom(0o644, 0o755, 0o4711),
    }),
    fc.record({
      kind: fc.constant('link' as const),
      to: fc
        .uint8Array({ minLength: 1, maxLength: 30 })
        .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/\0/g, 'x')),
    }),
    fc.record({ kind: fc.constant('directory' as const), mode: fc.constantFrom(0o755, 0o700) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(byteName, node, { maxKeys: 6 }),
      fc.dictionary(byteName, node, { maxKeys: 6 }),
      async (top, below) => {
        const nodes: Record<string, NodeSpec> = { 'SYSTEM/d': directory() };
        for (const [name, spec] of Object.entries(below)) nodes[`SYSTEM/d/${name}`] = spec;
        for (const [name, spec] of Object.entries(top)) if (name !== 'd') nodes[`SYSTEM/${name}`] = spec;
        const spec: TargetFilesSpec = { nodes, ownership: 'zip-modes' };
        const folder = writeTargetFolder(fresh(), spec);
        const zip = `${fresh()}.zip`;
        execFileSync('zip', ['-qry', zip, '.'], { cwd: folder });
        for (const path of [folder, zip]) {
          const build = await buildAt(path);
          assert.deepEqual(
            [...build.entries].map(([name, entry]) => `${name} ${told(entry)}`),
            [...allNodes(spec)].map(([name, node]) => `${name} ${expectedOf(node)}`),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('property: pairs with every kind of change are read as they are, as zip and as folder', async () => {
  for (const seed of [1, 2, 3]) {
    const { source, target } = randomPair(seed);
    for (const spec of [source, target]) {
      const [zip, folder] = [
        await buildAt(writeTargetFiles(fresh(), spec)),
        await buildAt(writeTargetFolder(fresh(), spec)),
      ];
      const system = (name: string): boolean => name === 'SYSTEM' || name.startsWith('SYSTEM/');
      const expected = [...allNodes(spec)]
        .filter(([name]) => system(name))
        .map(([name, node]) => `${name} ${expectedOf(node)}`);
      for (const build of [zip, folder]) {
        const found = [...build.entries]
          .filter(([name]) => system(name))
          .map(([name, entry]) => `${name} ${told(entry)}`);
        assert.deepEqual(found, expected, `seed ${seed}, ${build.origin}`);
      }
    }
  }
});

test('unit: what is no build at all', async () => {
  await assert.rejects(openBuild(join(work, 'nothing-here'), { modes: 'build' }), (error) => {
    assert.ok(error instanceof InputError);
    return error.faults[0]?.code === 'input-missing';
  });
  await assert.rejects(openBuild('/dev/null', { modes: 'build' }), /neither a file nor a folder/);
  const empty = fresh();
  mkdirSync(empty);
  await assert.rejects(openBuild(empty, { modes: 'build' }), (error) => {
    assert.ok(error instanceof InputError);
    assert.deepEqual(
      error.faults.map(({ code }) => code),
      ['no-system', 'no-misc-info'],
    );
    return true;
  });
});

test('unit: a link to a zip or folder is followed, links inside are not', async () => {
  const folder = writeTargetFolder(fresh(), rich);
  const alias = fresh();
  symlinkSync(folder, alias);
  const build = await buildAt(alias);
  assert.equal(build.digest, (await buildAt(folder)).digest);
  assert.equal(entryOf(build, 'SYSTEM/bin/sh').kind, 'link');
});
