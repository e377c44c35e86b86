/** Archives by HTTP: what is right comes, once; what refuses, fails, breaks off or lies is told and never used. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InputError, UsageError } from '../../../src/model/errors.js';
import { type IndexedBuild, parseIndex } from '../../../src/store/archive/index-file.js';
import { archiveAdd } from '../../../src/usecases/archive/add.js';
import { openArchivedTree } from '../../../src/usecases/archive/open.js';
import { archiveAddress } from '../../../src/usecases/archive/remote.js';
import { makeArchive, revisionOf } from '../../support/fleet.js';
import { type FolderServer, serveFolder } from '../../support/folder-server.js';
import { startNginx } from '../../support/nginx.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('remote-archive');
let server: FolderServer;
let builds: readonly IndexedBuild[] = [];
let count = 0;

before(async () => {
  await makeArchive(work, 2);
  server = await serveFolder(work);
  builds = parseIndex(readFileSync(join(work, 'releases/index.json'), 'utf8'), 'index.json');
});
after(() => server.close());

const newCopies = () => ({ folder: join(work, `copies-${++count}`), maxBytes: 2 ** 30 });

/** All contents of a version, as one text. */
async function readAll(archive: string, known: Parameters<typeof openArchivedTree>[2] = {}): Promise<string> {
  const { tree } = await openArchivedTree(archive, revisionOf(1), known);
  const parts: string[] = [];
  for (const [path, node] of tree.nodes) {
    if (node.kind === 'file') parts.push(`${path} ${Buffer.from(await tree.read(path)).toString('base64')}`);
  }
  return parts.join('\n');
}

const named = (): Parameters<typeof openArchivedTree>[2] => {
  const build = builds.find(({ revision }) => revision === revisionOf(1));
  return { digest: build?.digest, content: build?.content, copies: newCopies() };
};

async function codeOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof InputError || error instanceof UsageError, String(error));
    return error.faults[0]?.code;
  }
  return undefined;
}

test('integration: the index names every build, and stays as it is where nothing changes', async () => {
  assert.deepEqual(
    builds.map(({ revision }) => revision),
    [revisionOf(1), revisionOf(2)],
  );
  const before = readFileSync(join(work, 'releases/index.json'), 'utf8');
  await archiveAdd({ build: join(work, 'v1/targetfiles.zip'), archive: join(work, 'releases') });
  assert.equal(readFileSync(join(work, 'releases/index.json'), 'utf8'), before);
  for (const text of [
    '',
    '[]',
    '{"format":"dfota-archive-index","version":2,"builds":[]}',
    before.replace(/"[0-9a-f]{64}"/, '"x"'),
  ]) {
    assert.throws(() => parseIndex(text, 'index.json'), InputError);
  }
});

test('integration: a build comes as it is in the folder, by name and by digest, and its contents once', async () => {
  const url = `${server.url}/releases`;
  const expected = await readAll(join(work, 'releases'));
  assert.equal(await readAll(url, { copies: newCopies() }), expected);
  const known = named();
  assert.equal(await readAll(`${url}/`, known), expected);
  const before = server.asked.length;
  assert.equal(await readAll(url, known), expected);
  assert.deepEqual(server.asked.slice(before), []);
  assert.equal(await codeOf(() => openArchivedTree(url, 'A99', { copies: newCopies() })), 'archive-version-unknown');
});

describe('integration: on nginx', { skip: without('nginx') }, () => {
  test('integration: nginx serves an archive as it lies', async () => {
    const folder = join(work, 'nginx');
    mkdirSync(folder);
    const nginx = await startNginx(folder);
    try {
      await makeArchive(nginx.root, 1);
      assert.equal(
        await readAll(`${nginx.url}/releases`, { copies: newCopies() }),
        await readAll(join(nginx.root, 'releases')),
      );
    } finally {
      await nginx.stop();
    }
  });
});

test('integration: a budget holds what is kept', async () => {
  const copies = { folder: join(work, 'small'), maxBytes: 1000 };
  const expected = await readAll(join(work, 'releases'));
  assert.equal(await readAll(`${server.url}/releases`, { ...named(), copies }), expected);
  assert.equal(await readAll(`${server.url}/releases`, { ...named(), copies }), expected);
});

test('integration: servers that refuse, fail, break off or lie are told, and nothing wrong is read', async () => {
  const url = `${server.url}/releases`;
  const isBlob = (path: string): boolean => path.includes('/blobs/');
  const other = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte));
  const cases: readonly (readonly [string, FolderServer['twist'], string])[] = [
    ['401', () => ({ status: 401 }), 'archive-refused'],
    ['403 for contents', (path) => (isBlob(path) ? { status: 403 } : undefined), 'archive-refused'],
    ['500', () => ({ status: 500 }), 'archive-unreachable'],
    ['a redirect', () => ({ status: 302 }), 'archive-unreachable'],
    [
      'half a content',
      (path, body) => (isBlob(path) && body.length > 1 ? { body, cut: true } : undefined),
      'archive-unreachable',
    ],
    ['no contents', (path) => (isBlob(path) ? { status: 404 } : undefined), 'archive-blob-missing'],
    [
      'other bytes',
      (path, body) => (isBlob(path) && body.length > 9 ? { body: other(body) } : undefined),
      'archive-blob-damaged',
    ],
    [
      'the same content for all',
      (path, body) => (isBlob(path) && body.length > 0 ? { body: Buffer.from('hello') } : undefined),
      'archive-blob-damaged',
    ],
    [
      'far too many bytes',
      (path, body) => (isBlob(path) && body.length > 0 ? { body: Buffer.alloc(2 ** 22) } : undefined),
      'archive-blob-damaged',
    ],
    ['no manifest', (path) => (path.includes('/builds/') ? { status: 404 } : undefined), 'archive-manifest'],
    [
      'half a manifest as a whole',
      (path, body) => (path.includes('/builds/') ? { body: body.subarray(0, 500) } : undefined),
      'archive-manifest',
    ],
    [
      'a manifest with another content',
      (path, body) =>
        path.includes('/builds/')
          ? {
              body: Buffer.from(
                Buffer.from(body)
                  .toString('latin1')
                  .replace(/"sha1":"[0-9a-f]/, '"sha1":"'),
                'latin1',
              ),
            }
          : undefined,
      'archive-manifest',
    ],
  ];
  for (const [what, twist, code] of cases) {
    server.twist = twist;
    assert.equal(await codeOf(() => readAll(url, named())), code, what);
  }
  // The manifest of another build, whose own digests agree.
  const second = builds.find(({ revision }) => revision === revisionOf(2));
  const file = `${revisionOf(2)}-${second?.digest.slice(0, 12)}.json`;
  const lie = readFileSync(join(work, 'releases/builds', file));
  server.twist = (path) => (path.includes('/builds/') ? { body: lie } : undefined);
  assert.equal(await codeOf(() => readAll(url, named())), 'archive-manifest');
  // The same under the first one's name and digest: only the digest of the contents tells.
  const first = builds.find(({ revision }) => revision === revisionOf(1));
  const forged = lie.toString('latin1').replaceAll(second?.digest ?? '', first?.digest ?? '');
  server.twist = (path) => (path.includes('/builds/') ? { body: Buffer.from(forged, 'latin1') } : undefined);
  assert.equal(await codeOf(() => readAll(url, named())), 'archive-manifest');
  server.twist = (path) => (path.endsWith('index.json') ? { body: Buffer.from('<html>') } : undefined);
  assert.equal(await codeOf(() => readAll(url, { copies: newCopies() })), 'archive-manifest');
  server.twist = (path) => (path.endsWith('index.json') ? { status: 404 } : undefined);
  assert.equal(await codeOf(() => readAll(url, { copies: newCopies() })), 'archive-none');
  server.twist = undefined;
  assert.equal(await codeOf(() => readAll('http://127.0.0.1:1/releases', named())), 'archive-unreachable');
  assert.equal(await codeOf(() => readAll(url, named())), undefined);
});

test('integration: what fails once is tried again; the token comes from the environment and goes nowhere else', async () => {
  let failures = 2;
  server.twist = () => (failures-- > 0 ? { status: 503 } : undefined);
  process.env.DFOTA_ARCHIVE_TOKEN = 'open sesame';
  try {
    assert.equal(await codeOf(() => readAll(`${server.url}/releases`, named())), undefined);
    assert.ok(server.tokens.has('Bearer open sesame'));
    server.twist = () => ({ status: 401 });
    await assert.rejects(
      readAll(`${server.url}/releases`, named()),
      (error) => error instanceof InputError && !error.message.includes('sesame'),
    );
  } finally {
    delete process.env.DFOTA_ARCHIVE_TOKEN;
    server.twist = undefined;
  }
});

test('integration: copies that were damaged here are fetched again', async () => {
  const known = named();
  const expected = await readAll(`${server.url}/releases`, known);
  const folder = known?.copies?.folder ?? '';
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/[0-9a-f]{64}$/.test(name)) continue;
    writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, 90));
  }
  assert.equal(await readAll(`${server.url}/releases`, known), expected);
});

test('unit: addresses of archives', () => {
  assert.equal(archiveAddress('https://host/fleet/'), 'https://host/fleet');
  for (const text of ['ftp://host/x', 'https://u:secret@host/', 'https://host/?a', 'https://', 'https://host/#x']) {
    assert.throws(
      () => archiveAddress(text),
      (error) => error instanceof UsageError && !error.message.includes('secret'),
      text,
    );
  }
});
