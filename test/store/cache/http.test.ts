/** Shared caches: the contract on Debian's nginx and on our own server, and what becomes of servers that refuse, fail, dawdle and lie. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Sha256, sha256Of, toSha256 } from '../../../src/model/digest.js';
import { UsageError } from '../../../src/model/errors.js';
import type { PatchCache } from '../../../src/model/patch-cache.js';
import { readActionResult, writeActionResult } from '../../../src/store/cache/action-result.js';
import { cacheAddress } from '../../../src/store/cache/address.js';
import { openPatchCache } from '../../../src/store/cache/folder.js';
import { type HttpCacheOptions, openHttpCache } from '../../../src/store/cache/http.js';
import { serveCache } from '../../../src/store/cache/server.js';
import { startNginx } from '../../support/nginx.js';
import { testPatchCache } from '../../support/patch-cache-contract.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('http-cache');
const cleanUp: (() => Promise<void>)[] = [];
after(async () => {
  for (const act of cleanUp) await act();
});

const newFolder = (): string => mkdtempSync(join(work, 'store-'));
const key = (text: string): Sha256 => sha256Of(Buffer.from(text));
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
const codesOf = (cache: PatchCache): readonly string[] => cache.findings().map(({ code }) => code);

async function ownServer(directory = newFolder(), token?: string) {
  const options = { directory, host: '127.0.0.1', port: 0, token, maxBytes: 2 ** 30, onRequest: () => {} };
  const server = await serveCache(options);
  cleanUp.push(() => server.close());
  return { directory, url: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}

testPatchCache('dfota cache serve', async () => {
  const { directory, url, close } = await ownServer();
  return {
    open: () => openHttpCache({ url }),
    damage: async (name, change) => {
      const file = join(directory, name.slice(0, 2), name);
      writeFileSync(file, change(readFileSync(file)));
    },
    breakDown: close,
  };
});

describe('integration: on nginx', { skip: without('nginx') }, () => {
  testPatchCache('nginx with WebDAV', async () => {
    const nginx = await startNginx(newFolder());
    cleanUp.push(nginx.stop);
    return {
      open: () => openHttpCache({ url: nginx.url }),
      damage: async (name, change) => {
        const named = readActionResult(readFileSync(join(nginx.root, 'ac', name)));
        const file = join(nginx.root, 'cas', named?.sha256 ?? '');
        const changed = change(readFileSync(file));
        // A short content may survive a change: then the record has it.
        const spared = readFileSync(file).equals(changed);
        if (!spared) writeFileSync(file, changed);
        else writeFileSync(join(nginx.root, 'ac', name), change(readFileSync(join(nginx.root, 'ac', name))));
      },
      breakDown: nginx.stop,
    };
  });

  test('integration: nginx that only lets read: nothing is kept, and one warning says so', async () => {
    const nginx = await startNginx(newFolder(), 'limit_except GET { deny all; }');
    cleanUp.push(nginx.stop);
    const cache = await openHttpCache({ url: nginx.url });
    await cache.put(key('a'), bytesOf('a'));
    await cache.put(key('b'), bytesOf('b'));
    assert.equal(await cache.get(key('a')), undefined);
    assert.deepEqual(codesOf(cache), ['cache-not-kept']);
  });

  test('integration: read-only mode puts nothing and warns of nothing', async () => {
    const nginx = await startNginx(newFolder());
    cleanUp.push(nginx.stop);
    const writer = await openHttpCache({ url: nginx.url });
    await writer.put(key('a'), bytesOf('kept'));
    const reader = await openHttpCache({ url: nginx.url, readOnly: true });
    await reader.put(key('b'), bytesOf('not kept'));
    assert.deepEqual(await reader.get(key('a')), bytesOf('kept'));
    assert.equal(await writer.get(key('b')), undefined);
    assert.deepEqual([...codesOf(reader), ...codesOf(writer)], []);
  });
});

test('integration: what local runs keep is served, and what is put by HTTP is there for local runs', async () => {
  const { directory, url } = await ownServer();
  const local = await openPatchCache({ directory });
  await local.put(key('local'), bytesOf('made here'));
  const shared = await openHttpCache({ url });
  assert.deepEqual(await shared.get(key('local')), bytesOf('made here'));
  await shared.put(key('shared'), bytesOf('made there'));
  assert.deepEqual(await local.get(key('shared')), bytesOf('made there'));
  // After a restart too, and by content alone.
  const again = await ownServer(directory);
  const content = await fetch(`${again.url}/cas/${sha256Of(bytesOf('made there'))}`);
  assert.equal(await content.text(), 'made there');
});

test('integration: our server keeps a content only under its digest, and a record only when its content is there', async () => {
  const { url } = await ownServer();
  const put = async (path: string, body: Uint8Array<ArrayBuffer>): Promise<number> =>
    (await fetch(`${url}${path}`, { method: 'PUT', body })).status;
  assert.equal(await put(`/cas/${key('x')}`, bytesOf('y')), 400);
  assert.equal(await put(`/cas/${key('x')}`, bytesOf('x')), 201);
  assert.equal(await put(`/ac/${key('k')}`, bytesOf('no record')), 400);
  const record = (text: string) => new Uint8Array(writeActionResult({ sha256: key(text), size: text.length }));
  assert.equal(await put(`/ac/${key('k')}`, record('z')), 400);
  assert.equal(await put(`/ac/${key('k')}`, record('x')), 201);
  for (const path of ['/', '/ac/../../etc/passwd', '/ac/abc', `/other/${key('x')}`, `/cas/${key('none')}`]) {
    assert.equal((await fetch(`${url}${path}`)).status, 404, path);
  }
  assert.equal((await fetch(`${url}/cas/${key('x')}`, { method: 'DELETE' })).status, 405);
});

test('integration: with a token our server answers nobody else; a missing or wrong one is told at once', async () => {
  const { url } = await ownServer(newFolder(), 'secret');
  const cache = await openHttpCache({ url, token: 'secret' });
  await cache.put(key('a'), bytesOf('a'));
  assert.deepEqual(await cache.get(key('a')), bytesOf('a'));
  for (const token of [undefined, 'other']) {
    const refused = await openHttpCache({ url, token });
    assert.deepEqual(codesOf(refused), ['cache-refused'], token);
    assert.match(refused.findings()[0]?.message ?? '', token === undefined ? /wants a token/ : /not accept the token/);
    assert.equal(await refused.get(key('a')), undefined);
    await refused.put(key('b'), bytesOf('b'));
  }
  assert.equal(await cache.get(key('b')), undefined);
});

/** A server that answers as it is told. */
async function scripted(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  cleanUp.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${address.port}`, asked: () => asked };
}

const quick = { silenceMs: 150, wholeMs: 400 };

/** Opens a cache on a server that is well at first, and asks for an entry of which it has a right record. */
async function meet(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: Partial<HttpCacheOptions> = {},
) {
  const { url, asked } = await scripted((request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else answer(request, response);
  });
  const cache = await openHttpCache({ url, ...quick, ...options });
  return { cache, asked };
}

const good = bytesOf('the bytes that were kept');
const record = writeActionResult({ sha256: sha256Of(good), size: good.length });

test('integration: a server that answers 500, redirects, hangs or breaks off is asked a few times, then not again', async () => {
  const faults: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
    'status 500': (_request, response) => response.writeHead(500).end(),
    'status 302': (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    silent: () => {},
    'breaks off': (_request, response) => {
      response.writeHead(200, { 'content-length': String(record.length) });
      response.write(record.subarray(0, 10));
      setTimeout(() => response.destroy(), 10);
    },
    'no whole answer': (_request, response) => {
      response.writeHead(200, { 'content-length': '100000' });
      const drip = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(drip));
    },
  };
  for (const [what, fault] of Object.entries(faults)) {
    const { cache, asked } = await meet(fault);
    for (let i = 0; i < 6; i += 1) assert.equal(await cache.get(key(`${i}`)), undefined, what);
    assert.equal(asked(), 1 + 3 * 2, what);
    assert.deepEqual(codesOf(cache), ['cache-fails', 'cache-unreachable'], what);
    assert.match(cache.findings()[1]?.found ?? '', new RegExp(what));
  }
});

test('integration: a server that cannot be reached, or fails at the first question, is told when the cache is opened', async () => {
  const gone = await ownServer();
  await gone.close();
  const failing = await scripted((_request, response) => response.writeHead(503).end());
  for (const url of [gone.url, failing.url, 'http://no-such-host.invalid']) {
    const cache = await openHttpCache({ url, ...quick });
    assert.deepEqual(codesOf(cache), ['cache-unreachable'], url);
    assert.equal(await cache.get(key('a')), undefined);
    await cache.put(key('a'), good);
  }
  assert.equal(failing.asked(), 2);
});

test('integration: false records and contents are misses that are told, and the next put replaces all of them', async () => {
  const contents: Readonly<Record<string, Uint8Array>> = {
    'other bytes': bytesOf('THE BYTES THAT WERE KEPT'),
    'half of them': good.subarray(0, 12),
    'more of them': new Uint8Array(good.length + 70_000),
    none: new Uint8Array(0),
  };
  const records: Readonly<Record<string, Uint8Array>> = {
    'no record': bytesOf('<html>'),
    'a record of another tool': Buffer.from(record).fill(120, 4, 10),
    'a huge size': writeActionResult({ sha256: sha256Of(good), size: 2 ** 52 }),
  };
  const cases = [
    ...Object.entries(contents).map(([what, content]) => ({ what, record, content })),
    ...Object.entries(records).map(([what, other]) => ({ what, record: other, content: good })),
  ];
  for (const { what, record, content } of cases) {
    const written: string[] = [];
    const { url } = await scripted((request, response) => {
      const isRecord = request.url?.startsWith('/ac/') === true;
      request.resume();
      if (request.method === 'PUT') written.push(isRecord ? 'ac' : 'cas');
      // It claims to have every content.
      if (request.method !== 'GET') response.writeHead(200).end();
      else response.end(isRecord ? record : content);
    });
    const cache = await openHttpCache({ url });
    assert.equal(await cache.get(key('a')), undefined, what);
    assert.deepEqual(codesOf(cache), ['cache-entry-wrong'], what);
    await cache.put(key('a'), good);
    assert.deepEqual(written, ['cas', 'ac'], what);
  }
});

test('integration: an entry that turned out wrong is replaced although the server has a content of that digest', async () => {
  const { url } = await ownServer();
  const cache = await openHttpCache({ url });
  await cache.put(key('a'), bytesOf('a lie'));
  await cache.reject(key('a'));
  assert.deepEqual(codesOf(cache), ['cache-entry-wrong']);
  await cache.put(key('a'), good);
  assert.deepEqual(await (await openHttpCache({ url })).get(key('a')), good);
});

test('integration: a server that takes no large body keeps the others', async () => {
  const kept: string[] = [];
  const { url } = await scripted((request, response) => {
    request.resume();
    const large = Number(request.headers['content-length'] ?? 0) > 1000;
    if (request.method === 'PUT' && !large) kept.push(request.url ?? '');
    response.writeHead(request.method !== 'PUT' ? 404 : large ? 413 : 201).end();
  });
  const cache = await openHttpCache({ url });
  for (let i = 0; i < 5; i += 1) await cache.put(key('large'), new Uint8Array(2000).fill(i));
  await cache.put(key('small'), good);
  assert.deepEqual(codesOf(cache), ['cache-not-kept']);
  assert.match(cache.findings()[0]?.found ?? '', /^5 times, first: status 413 for 2000 bytes$/);
  assert.equal(kept.length, 2);
});

test('unit: addresses are HTTP, and hold no secret', () => {
  for (const text of ['https://cache.example/dfota', 'http://127.0.0.1:8080', 'http://[::1]:80/']) cacheAddress(text);
  for (const text of [
    'ftp://host/x',
    'redis://host',
    'http://',
    'https://me:secret@host/',
    'http://h/?a=b',
    'http://h/#x',
  ]) {
    assert.throws(
      () => cacheAddress(text),
      (error) => {
        assert.ok(error instanceof UsageError, text);
        assert.equal(error.faults[0]?.code, 'cache-url');
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  }
});

test('unit: records have the encoding of protocol buffers', () => {
  // Spelt out: output_files { path: "dfota-result" digest { hash: "aa…" size_bytes: 300 } }
  const sha256 = toSha256('aa'.repeat(32));
  const expected = Buffer.concat([
    Buffer.from([0x12, 0x55, 0x0a, 0x0c]),
    Buffer.from('dfota-result'),
    Buffer.from([0x12, 0x45, 0x0a, 0x40]),
    Buffer.from(sha256),
    Buffer.from([0x10, 0xac, 0x02]),
  ]);
  assert.deepEqual(Buffer.from(writeActionResult({ sha256, size: 300 })), expected);
  for (const size of [0, 1, 127, 128, 2 ** 31, 2 ** 40]) {
    assert.deepEqual(readActionResult(writeActionResult({ sha256, size })), { sha256, size });
  }
  for (let end = 0; end < expected.length; end += 1) {
    const cut = readActionResult(expected.subarray(0, end));
    assert.equal(cut, undefined, `${end} bytes`);
  }
});
