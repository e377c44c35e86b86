/** `dfota serve`, asked by curl and by a simulated module; `preflight` and `watch` beside it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { askedRange } from '../../src/delivery/ranges.js';
import { type ServeRequest, serve } from '../../src/usecases/serve/serve.js';
import { type WatchEvent, watch } from '../../src/usecases/watch/watch.js';
import { command, lazyDeliveryPair, newVersion, startModule } from '../support/delivery-pair.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('serve');
const pairs = lazyDeliveryPair(join(folder, 'pair'));

async function serving(edits: Partial<ServeRequest> = {}) {
  const pair = await pairs();
  const off = new AbortController();
  const requests: string[] = [];
  let running: Promise<void> = Promise.resolve();
  const url = await new Promise<string>((onServing, failed) => {
    running = serve(
      { package: pair.package, listen: 'tcp://127.0.0.1:0', ...edits },
      { onServing, onRequest: (line) => requests.push(line), signal: off.signal },
    );
    running.catch(failed);
  });
  return {
    url,
    requests,
    running,
    stop: async () => {
      off.abort();
      await running;
    },
  };
}

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** curl in a process of its own: the server lives in this one. */
function curl(...words: string[]): Promise<{ status: number | null; stdout: string }> {
  return import('node:child_process').then(
    ({ spawn }) =>
      new Promise((done) => {
        const child = spawn('curl', ['-sS', '--max-time', '20', ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
        let stdout = '';
        child.stdout.on('data', (chunk: Buffer) => {
          stdout += chunk.toString('latin1');
        });
        child.on('close', (status) => done({ status, stdout }));
      }),
  );
}

test('unit: ranges as HTTP has them', () => {
  const cases: readonly (readonly [range: string | undefined, ifRange: string | undefined, asked: unknown])[] = [
    [undefined, undefined, 'whole'],
    ['bytes=0-9', undefined, { from: 0, to: 10 }],
    ['bytes=90-', undefined, { from: 90, to: 100 }],
    ['bytes=90-1000', undefined, { from: 90, to: 100 }],
    ['bytes=-10', undefined, { from: 90, to: 100 }],
    ['bytes=-1000', undefined, { from: 0, to: 100 }],
    ['bytes=-0', undefined, 'none'],
    ['bytes=100-', undefined, 'none'],
    ['bytes=9-1', undefined, 'whole'],
    ['bytes=0-1,5-6', undefined, 'whole'],
    ['bytes=-', undefined, 'whole'],
    ['lines=0-1', undefined, 'whole'],
    ['bytes=0-9', '"tag"', { from: 0, to: 10 }],
    ['bytes=0-9', '"other"', 'whole'],
    ['bytes=0-9', 'W/"tag"', 'whole'],
  ];
  for (const [range, ifRange, asked] of cases) assert.deepEqual(askedRange(range, ifRange, 100, '"tag"'), asked, range);
});

test('integration: curl gets the file whole, in parts and goes on with a cut one; nothing else is ever served', {
  skip: without('curl'),
}, async () => {
  const pair = await pairs();
  const bytes = readFileSync(pair.package);
  const { url, requests, stop } = await serving();
  const out = join(folder, 'got.zip');
  await curl('-o', out, url);
  assert.equal(digest(out), digest(pair.package));
  truncateSync(out, 5000);
  await curl('-C', '-', '-o', out, url);
  assert.equal(digest(out), digest(pair.package));
  assert.equal((await curl('--range', '10-19', url)).stdout, bytes.subarray(10, 20).toString('latin1'));
  const head = await curl('-I', url);
  assert.match(head.stdout, new RegExp(`200 OK[\\s\\S]*content-length: ${bytes.length}`, 'i'));
  const tag = /etag: (\S+)/i.exec(head.stdout)?.[1] ?? '';
  const code = (...words: string[]) => curl('-o', join(folder, 'void'), '-w', '%{http_code}', ...words);
  assert.equal((await code('-H', `If-None-Match: ${tag}`, url)).stdout, '304');
  assert.equal((await code('-r', '5-9', '-H', `If-Range: ${tag}`, url)).stdout, '206');
  assert.equal((await code('-r', '5-9', '-H', 'If-Range: "old"', url)).stdout, '200');
  assert.equal((await code('-r', '9999999-', url)).stdout, '416');
  assert.equal((await code('-X', 'DELETE', url)).stdout, '405');
  const base = url.slice(0, url.lastIndexOf('/'));
  for (const path of [
    '/',
    '/v1.zip',
    '/../pair/v1.zip',
    '/update.zip/',
    '/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/update.zip%00',
  ]) {
    assert.equal((await code('--path-as-is', `${base}${path}`)).stdout, '404', path);
  }
  const both = await Promise.all([1, 2].map((n) => curl('-o', `${out}${n}`, url).then(() => digest(`${out}${n}`))));
  assert.deepEqual(both, [digest(pair.package), digest(pair.package)]);
  await stop();
  assert.ok(
    requests.some((line) => /127\.0\.0\.1 GET "\/update.zip" 206 10 bytes/.test(line)),
    requests.join('\n'),
  );
  assert.ok(requests.length >= 18);
});

test('integration: https with a certificate, a limit of bytes, and an end after one transfer', {
  skip: without('openssl', 'curl'),
}, async () => {
  const pair = await pairs();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-subj',
    '/CN=localhost',
  ];
  execFileSync('openssl', words, { stdio: 'ignore' });
  const size = readFileSync(pair.package).length;
  const { url, running } = await serving({ cert, key, once: true, limit: size * 2 });
  assert.match(url, /^https:/);
  const begun = performance.now();
  const out = join(folder, 'secure.zip');
  await curl('-k', '-r', '0-9', url);
  await curl('-k', '-o', out, url);
  assert.ok(performance.now() - begun > 300);
  assert.equal(digest(out), digest(pair.package));
  await running;
});

test('integration: a module fetches the package itself, and what goes wrong on the way is exit code 5', async () => {
  const pair = await pairs();
  const { url, stop } = await serving();
  for (const [fault, code, said] of [
    ['echo=on', 0, new RegExp(newVersion)],
    ['network-lost=50', 5, /HTTPEND 701/],
    ['download-timeout', 5, /HTTPEND 702/],
  ] as const) {
    const module = await startModule(pair.source, join(folder, `https-${fault}`), [fault]);
    const journal = join(folder, `${fault}.journal`);
    const words = ['--port', module.at, '--via', 'https', '--url', url, '--speed', '1000', '--journal', journal];
    const delivered = await command('deliver', pair.package, ...words);
    assert.equal(delivered.code, code, delivered.stdout + delivered.stderr);
    assert.match(delivered.stdout, said);
    await module.stop();
  }
  await stop();
});

test('integration: preflight names the figure or the file that decides, and ends with 4', async () => {
  const pair = await pairs();
  const module = await startModule(pair.source, join(folder, 'preflight'), ['usrdata-free=9000']);
  const port = ['--port', module.at, '--speed', '1000'];
  const full = await command('preflight', pair.package, ...port);
  assert.equal(full.code, 4);
  assert.match(full.stdout, /END 550: package and content need \d+ bytes of usrdata, 9000 are free/);
  const fine = await command('preflight', pair.package, ...port, '--usrdata-free', '60M', '--system-free', '20M');
  assert.equal(fine.code, 0, fine.stdout + fine.stderr);
  const tight = await command(
    'preflight',
    pair.package,
    ...port,
    '--usrdata-free',
    '60M',
    '--system-free',
    '10K',
    '--json',
  );
  assert.deepEqual(
    JSON.parse(tight.stdout).predictions.map(({ code }: { code: number }) => code),
    [511],
  );
  await module.stop();

  const tree = join(folder, 'v1');
  assert.equal((await command('extract', pair.source, '--output', tree)).code, 0);
  const files = ['--device-files', join(tree, 'SYSTEM')];
  assert.equal((await command('preflight', pair.package, ...files)).code, 0);
  writeFileSync(join(tree, 'SYSTEM/etc/app.conf'), 'changed by hand\n');
  const changed = await command('preflight', pair.package, ...files);
  assert.equal(changed.code, 4);
  assert.match(changed.stdout, /END 510: \/system\/etc\/app.conf is neither/);
  writeFileSync(join(tree, 'SYSTEM/etc/quectel-project-version'), 'Project Rev : X\n');
  assert.match(
    (await command('preflight', pair.package, ...files)).stdout,
    /END 505: \/system\/etc\/quectel-project-version/,
  );
  const nothing = await command('preflight', pair.package);
  assert.equal(nothing.code, 2);
  assert.equal((await command('preflight', pair.package, '--port', 'tcp://127.0.0.1:1', '--speed', '1000')).code, 3);
});

test('integration: watch tells what something else started, and keeps it for explain', async () => {
  const pair = await pairs();
  const state = join(folder, 'watched');
  const module = await startModule(pair.source, state, ['changed-file=/system/bin/app']);
  const off = new AbortController();
  const log = join(folder, 'watch.log');
  const events: WatchEvent[] = [];
  // The upload happens on the port before the watcher has it: a port has one holder.
  const { connect } = await import('node:net');
  const socket = connect(module.port, '127.0.0.1');
  const bytes = readFileSync(pair.package);
  socket.write(`AT+QFUPL="p",${bytes.length}\r`);
  await new Promise((heard) => socket.once('data', heard));
  await setTimeout(20);
  socket.write(bytes);
  await setTimeout(300);
  socket.write('AT+QFOTADL="UFS:p"\r');
  await new Promise((closed) => socket.once('close', closed));
  let there = false;
  const watching = (async () => {
    while (!there) {
      there = true;
      await watch({ port: module.at, log }, { onEvent: (event) => events.push(event), signal: off.signal }).catch(
        (error: unknown) => {
          if (off.signal.aborted) return;
          there = !/cannot be opened/.test(String(error));
          if (there) throw error;
        },
      );
      await setTimeout(5);
    }
  })();
  const failed = () => events.find((event) => event.event === 'report' && event.word === 'END');
  for (let tries = 0; failed() === undefined; tries++) {
    assert.ok(tries < 2000, JSON.stringify(events));
    await setTimeout(5);
  }
  off.abort();
  await watching;
  await module.stop();
  assert.match(failed()?.meaning ?? '', /verification of a file failed/);
  assert.ok(existsSync(log));
  const { code, stdout } = await command('explain', log);
  // The log is of an update that failed.
  assert.equal(code, 1);
  assert.match(stdout, /510/);
});
