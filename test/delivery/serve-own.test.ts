/** `--via https` without --url: the delivery serves its package itself; and certificates that are made for one run. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { selfSigned } from '../../src/signing/self-signed.js';
import { serve } from '../../src/usecases/serve/serve.js';
import { command, lazyDeliveryPair, newVersion, startModule } from '../support/delivery-pair.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('serve-own');
const pairs = lazyDeliveryPair(join(folder, 'pair'));
let count = 0;

async function delivered(faults: readonly string[], ...words: readonly string[]) {
  const pair = await pairs();
  count += 1;
  const module = await startModule(pair.source, join(folder, `m${count}`), faults);
  const own = ['--speed', '1000', '--json', '--journal', join(folder, `j${count}`)];
  const ran = await command('deliver', pair.package, '--port', module.at, '--via', 'https', ...own, ...words);
  await module.stop();
  const events: Record<string, unknown>[] = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { ...ran, events, end: events.at(-1) ?? {}, size: readFileSync(pair.package).length };
}

test('integration: the module fetches the package from the delivery itself, which follows the download', async () => {
  for (const scheme of ['https', 'http']) {
    const { code, end, events, stdout, size } = await delivered([], '--serve-scheme', scheme);
    assert.equal(code, 0, stdout);
    assert.equal(end.versionAfter, newVersion);
    const trigger = events.find((event) => String(event.line).startsWith('AT+QFOTADL'));
    assert.match(String(trigger?.line), new RegExp(`="${scheme}://127\\.0\\.0\\.1:\\d+/update\\.zip"$`));
    assert.deepEqual(events.filter(({ event }) => event === 'download').at(-1), {
      event: 'download',
      doneBytes: size,
      totalBytes: size,
    });
    assert.ok(events.some(({ message }) => /^served: 127\.0\.0\.1 GET "\/update\.zip" 200/.test(String(message))));
    const port = Number(/:(\d+)\//.exec(String(trigger?.line))?.[1]);
    const open = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
    assert.equal(open, false, 'nothing is served after the delivery');
  }
});

test('integration: a download that fails has its exit code', async () => {
  const lost = await delivered(['network-lost=40']);
  assert.equal(lost.code, 5, lost.stdout);
  assert.match(String(lost.end.message), /HTTPEND 701/);
  assert.match(JSON.stringify(lost.end.explanation), /meaning/);
  const late = await delivered(['download-timeout']);
  assert.equal(late.code, 5);
  assert.match(String(late.end.message), /HTTPEND 702/);
});

test('integration: a download by FTP is followed to its end', async () => {
  const pair = await pairs();
  for (const [faults, code] of [
    [[], 601],
    [['download-timeout'], 602],
  ] as const) {
    count += 1;
    const module = await startModule(pair.source, join(folder, `m${count}`), faults);
    const words = ['--via', 'https', '--url', 'ftp://h/update.zip', '--speed', '1000', '--journal', join(folder, 'jf')];
    const { code: exit, stdout, stderr } = await command('deliver', pair.package, '--port', module.at, ...words);
    await module.stop();
    assert.equal(exit, 5, stdout);
    assert.match(stdout, new RegExp(`FTPEND ${code}`));
    assert.match(stderr, /module: FTPSTART/);
  }
});

test('integration: another address to listen on, certificates of the user, and a dry run', async () => {
  const { cert, key } = selfSigned(['127.0.0.1']);
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
  const own = ['--cert', certFile, '--key', keyFile];
  const there = await delivered([], '--serve-listen', 'tcp://0.0.0.0:0', '--serve-host', '127.0.0.1', ...own);
  assert.equal(there.code, 0, there.stdout + there.stderr);
  const pair = await pairs();
  const words = ['deliver', pair.package, '--port', '/dev/ttyUSB2', '--via', 'https', '--dry-run'];
  const dry = await command(...words, '--serve-host', '192.168.225.20', '--name', 'other.zip');
  assert.match(dry.stdout, /AT\+QFOTADL="https:\/\/192\.168\.225\.20:PORT\/update\.zip"/);
  const fixed = await command(...words, '--serve-host', 'host', '--serve-listen', 'tcp://0.0.0.0:8443');
  assert.match(fixed.stdout, /AT\+QFOTADL="https:\/\/host:8443\/update\.zip"/);
  for (const wrong of [
    [],
    ['--serve-host', 'a b'],
    ['--serve-host', 'h', '--url', 'http://h/x'],
    ['--serve-host', 'h', '--cert', certFile],
  ]) {
    const { code } = await command(...words.slice(0, -1), ...wrong);
    assert.equal(code, 2, wrong.join(' '));
  }
});

test('unit: a certificate for one run names the server, and its key fits', () => {
  const made = selfSigned(['127.0.0.1', 'fe80::1', '::', '2001:db8::7:8', 'host.example']);
  const certificate = new X509Certificate(made.cert);
  assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)));
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(
    certificate.subjectAltName,
    'IP Address:127.0.0.1, IP Address:FE80:0:0:0:0:0:0:1, IP Address:0:0:0:0:0:0:0:0, IP Address:2001:DB8:0:0:0:0:7:8, DNS:host.example',
  );
  assert.notEqual(new X509Certificate(selfSigned([]).cert).serialNumber, certificate.serialNumber);
});

test('integration: openssl takes the certificate as its own root', { skip: without('openssl') }, async () => {
  const file = join(folder, 'own.pem');
  writeFileSync(file, selfSigned(['127.0.0.1']).cert);
  const said = await new Promise<string>((done) => {
    execFile('openssl', ['verify', '-x509_strict', '-CAfile', file, '-verify_ip', '127.0.0.1', file], (_e, out, err) =>
      done(out + err),
    );
  });
  assert.match(said, /: OK$/m);
});

test('integration: serve --https serves with a certificate of its own', async () => {
  const pair = await pairs();
  const off = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const url = await new Promise<string>((done) => {
    running = serve(
      { package: pair.package, listen: 'tcp://127.0.0.1:0', https: true },
      { onServing: done, signal: off.signal },
    );
  });
  assert.match(url, /^https:/);
  const digest = await new Promise<string>((done, failed) => {
    const asked = request(url, { rejectUnauthorized: false }, (response) => {
      const hash = createHash('sha256');
      response.on('data', (chunk) => hash.update(chunk));
      response.on('end', () => done(hash.digest('hex')));
    });
    asked.on('error', failed);
    asked.end();
  });
  assert.equal(digest, createHash('sha256').update(readFileSync(pair.package)).digest('hex'));
  off.abort();
  await running;
  await setTimeout(0);
});
