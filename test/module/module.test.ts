import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { faultKinds } from '../../src/module/faults.js';
import { command, type DeliveryPair, lazyDeliveryPair, newVersion, startModule } from '../support/delivery-pair.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('module');
const pairs = lazyDeliveryPair(join(folder, 'pair'));
const bin = fileURLToPath(new URL('../../../bin/dfota.js', import.meta.url));

/**
 * A client in the style of a well-known update daemon: it sends, then polls what has arrived so far, and goes by regular expressions over
 * all of it. It shares nothing with the program.
 */
class PollingClient {
  socket: Socket | undefined;
  seen = '';
  readonly port: number;
  constructor(port: number) {
    this.port = port;
  }
  async open(): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const socket = connect(this.port, '127.0.0.1');
      const up = await new Promise<boolean>((done) => {
        socket.once('connect', () => done(true));
        socket.once('error', () => done(false));
      });
      if (up) {
        socket.on('data', (chunk) => {
          this.seen += chunk.toString('latin1');
        });
        socket.on('error', () => {});
        this.socket = socket;
        return;
      }
      await setTimeout(5);
    }
    throw new Error('the port does not come back');
  }
  async until(pattern: RegExp, seconds = 10): Promise<RegExpExecArray> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await setTimeout(2)) {
      const found = pattern.exec(this.seen);
      if (found === null) continue;
      this.seen = this.seen.slice(found.index + found[0].length);
      return found;
    }
    throw new Error(`no ${pattern} in ${JSON.stringify(this.seen)}`);
  }
  async say(line: string, pattern: RegExp): Promise<RegExpExecArray> {
    this.seen = '';
    this.socket?.write(`${line}\r\n`);
    return await this.until(pattern);
  }
  async closed(): Promise<void> {
    for (let tries = 0; this.socket?.closed !== true; tries++) {
      if (tries > 5000) throw new Error('the port stays');
      await setTimeout(2);
    }
  }
}

/** The sequence: list, delete, upload in padded chunks of 2,048 bytes, compare, trigger, follow the reports. */
async function updateLikeADaemon(port: number, file: string): Promise<string[]> {
  const bytes = readFileSync(file);
  let xor = 0;
  for (let i = 0; i < bytes.length; i += 2) xor ^= ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  const client = new PollingClient(port);
  await client.open();
  await client.say('AT', /\r\n(OK)\r\n/);
  await client.say('AT+QFLST=?', /OK/);
  await client.say('AT+QFDEL="dfota_update.bin"', /OK|ERROR/);
  await client.say(`AT+QFUPL="dfota_update.bin",${bytes.length},5,1`, /CONNECT\r\n/);
  for (let at = 0; at < bytes.length; at += 2048) {
    const chunk = Buffer.alloc(2048, 0xff);
    bytes.copy(chunk, 0, at);
    client.socket?.write(chunk);
    if (at + 2048 <= bytes.length) await client.until(/A.*?A/s);
  }
  const [, size, sum = ''] = await client.until(/\+QFUPL:\s*(\d+),([0-9a-fA-F]+)[\s\S]*?OK/);
  assert.deepEqual([Number(size), Number.parseInt(sum, 16)], [bytes.length, xor]);
  await client.say('AT+QFOTADL="/data/ufs/dfota_update.bin"', /OK/);
  const heard: string[] = [];
  await client.closed();
  await client.open();
  for (;;) {
    const [, word = '', , number] = await client.until(/\+QIND:\s*"FOTA","([A-Z]+)"(,(\d+))?/);
    heard.push(number === undefined ? word : `${word} ${number}`);
    if (word === 'END') break;
  }
  await client.closed();
  await client.open();
  await client.until(/PB DONE/);
  heard.push((await client.say('AT+QGMR', /\r\n(R\S+)\r\n/))[1] ?? '');
  client.socket?.destroy();
  return heard;
}

/** Digest of every path below a folder, by an ordinary extraction of the build. */
async function treeOf(input: string, output: string): Promise<Record<string, string>> {
  const { code, stderr } = await command('extract', input, '--output', output, '--only', 'SYSTEM');
  assert.equal(code, 0, stderr);
  return await listing(output);
}

async function listing(output: string): Promise<Record<string, string>> {
  const { stdout } = await command('ls', output, '--only', 'SYSTEM', '--json');
  const rows: { path: string; kind: string; size: number; destination?: string }[] = JSON.parse(stdout).entries;
  return Object.fromEntries(
    rows.map(({ path, kind, destination }) => [
      path,
      kind === 'file'
        ? createHash('sha1')
            .update(readFileSync(join(output, path)))
            .digest('hex')
        : `${kind} ${destination ?? ''}`,
    ]),
  );
}

test('integration: a client that is not ours updates the module, which then holds the target and keeps it', async () => {
  const pair: DeliveryPair = await pairs();
  const state = join(folder, 'daemon');
  const module = await startModule(pair.source, state);
  const heard = await updateLikeADaemon(module.port, pair.package);
  await module.stop();
  assert.equal(heard[0], 'START');
  assert.ok(heard.filter((line) => line.startsWith('UPDATING ')).length > 3, heard.join());
  assert.deepEqual(heard.slice(-2), ['END 0', newVersion]);

  const { code, stderr } = await command('module', '--state', state, '--tree', join(folder, 'after'));
  assert.equal(code, 0, stderr);
  assert.deepEqual(await listing(join(folder, 'after')), await treeOf(pair.target, join(folder, 'target')));
  assert.ok(existsSync(join(folder, 'after/PARTITIONS/boot')));

  const again = await startModule(pair.source, state);
  const client = new PollingClient(again.port);
  await client.open();
  assert.equal((await client.say('AT+QGMR', /\r\n(R\S+)\r\n/))[1], newVersion);
  // The package is for the old version: the module refuses it now, before it leaves.
  await client.say('AT+QFOTADL="/data/ufs/dfota_update.bin"', /OK/);
  assert.equal((await client.until(/"END",(\d+)/))[1], '505');
  client.socket?.destroy();
  await again.stop();
});

test('integration: power cuts leave the module in its recovery, which goes on until the package is through', async () => {
  const pair = await pairs();
  const state = join(folder, 'cuts');
  const module = await startModule(pair.source, state, ['power-cut=30', 'power-cut=60', 'power-cut=1']);
  const client = new PollingClient(module.port);
  await client.open();
  const bytes = readFileSync(pair.package);
  await client.say(`AT+QFUPL="p.zip",${bytes.length}`, /CONNECT\r\n/);
  client.socket?.write(bytes);
  await client.until(/OK/);
  await client.say('AT+QFOTADL="UFS:p.zip"', /OK/);
  for (let tries = 0; !module.events.includes('reports PB DONE'); tries++) {
    assert.ok(tries < 2000, module.events.join('\n'));
    await setTimeout(5);
  }
  assert.equal(module.events.filter((line) => line === 'loses its power').length, 3);
  assert.equal(module.events.filter((line) => line.startsWith('enters recovery')).length, 4);
  await client.open();
  assert.equal((await client.say('AT+QGMR', /\r\n(R\S+)\r\n/))[1], newVersion);
  client.socket?.destroy();
  await module.stop();
  await command('module', '--state', state, '--tree', join(folder, 'after-cuts'));
  assert.deepEqual(await listing(join(folder, 'after-cuts')), await treeOf(pair.target, join(folder, 'target-cuts')));
});

test('integration: after five entries the module gives up', async () => {
  const pair = await pairs();
  const module = await startModule(pair.source, join(folder, 'gives-up'), Array(9).fill('power-cut=1'));
  const client = new PollingClient(module.port);
  await client.open();
  const bytes = readFileSync(pair.package);
  await client.say(`AT+QFUPL="p.zip",${bytes.length}`, /CONNECT\r\n/);
  client.socket?.write(bytes);
  await client.until(/OK/);
  await client.say('AT+QFOTADL="/usrdata/cache/ufs/p.zip"', /OK/);
  for (let tries = 0; !module.events.includes('reports PB DONE'); tries++) {
    assert.ok(tries < 2000, module.events.join('\n'));
    await setTimeout(5);
  }
  assert.equal(module.events.filter((line) => line.startsWith('enters recovery')).length, 5);
  await client.open();
  // What runs then is whatever the cuts have left: not the target.
  assert.notEqual((await client.say('AT+QGMR', /\r\n(R\S+|unknown)\r\n/))[1], newVersion);
  client.socket?.destroy();
  await module.stop();
});

test('integration: the AT port answers as a module does', async () => {
  const pair = await pairs();
  const module = await startModule(pair.source, join(folder, 'at'), ['usrdata-free=5000']);
  const client = new PollingClient(module.port);
  await client.open();
  const cases: readonly (readonly [line: string, answer: RegExp])[] = [
    ['AT', /^AT\r\r\nOK\r\n/],
    ['ATE0', /^ATE0\r\r\nOK\r\n/],
    ['AT', /^\r\nOK\r\n/],
    ['ATI', /RG520NNADA_VB\r\n\r\nRevision: RG520NNADAR01A01M4G\r\n\r\nOK/],
    ['AT+GMR', /RG520NNADAR01A01M4G\r\n\r\nOK/],
    ['AT+QFLDS="UFS"', /\+QFLDS: 5000,\d+\r\n/],
    ['AT+NONSENSE', /^\r\nERROR\r\n/],
    ['AT+QFUPL="a;reboot",10,5,1', /CME ERROR: 406/],
    ['AT+QFUPL="../x",10,5,1', /CME ERROR: 406/],
    ['AT+QFUPL="big",5001,5,1', /CME ERROR: 403/],
    ['AT+QFDEL="nothing"', /CME ERROR: 405/],
    ['AT+CMEE=0', /OK/],
    ['AT+QFDEL="nothing"', /^\r\nERROR\r\n/],
    ['AT+CMEE=2', /OK/],
    ['AT+QFOTADL="/usrdata/cache/ufs/nothing"', /CME ERROR: File not found/],
    [`AT+QFOTADL="http://${'a'.repeat(255)}"`, /CME ERROR: Invalid/],
    ['AT+QFUPL="f",3,1,0', /CONNECT/],
  ];
  for (const [line, answer] of cases) await client.say(line, answer);
  client.socket?.write('ab');
  await client.until(/CME ERROR: Operation timeout/);
  await client.say('AT+QFUPL="f",3,1,0', /CONNECT\r\n/);
  client.socket?.write('\nab');
  await client.until(/\+QFUPL: 3,6861\r\n\r\nOK/);
  await client.say('AT+QFLST="*"', /\+QFLST: "UFS:f",3\r\n\r\nOK/);
  await client.say('AT+QFUPL="f",3,1,0', /File already existed/);
  await client.say('AT+QFDWL="f"', /CONNECT\r\n\nab\r\n\+QFDWL: 3,6861\r\n\r\nOK/);
  client.socket?.destroy();
  await module.stop();
});

test('unit: faults and addresses that do not parse are told', async () => {
  const pair = await pairs();
  const base = ['module', '--firmware', pair.source, '--state', join(folder, 'never')];
  for (const [words, said] of [
    [['--listen', 'tcp://127.0.0.1:0', '--fault', 'nonsense'], /one of echo, chatter/],
    [['--listen', 'tcp://127.0.0.1:0', '--fault', 'power-cut=101'], /power-cut=NUMBER, from 0 to 100/],
    [['--listen', 'tcp://127.0.0.1:0', '--fault', 'chatter=1'], /chatter without a value/],
    [['--listen', 'tcp://127.0.0.1:99999'], /tcp:\/\/HOST:PORT/],
    [['--listen', '127.0.0.1:1'], /tcp:\/\/HOST:PORT/],
    [[], /--listen is missing/],
  ] as const) {
    const { code, stderr } = await command(...base, ...words);
    assert.equal(code, 2);
    assert.match(stderr, said);
  }
  assert.equal((await command('module', '--state', join(folder, 'never'), '--tree', join(folder, 'out'))).code, 3);
  assert.ok(!existsSync(join(folder, 'never')));
});

test('end-to-end: the first line tells the address, and a signal switches the module off', async () => {
  const pair = await pairs();
  const words = ['module', '--firmware', pair.source, '--listen', 'tcp://127.0.0.1:0', '--state', join(folder, 'e2e')];
  const child = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  const first = await new Promise<string>((line) => child.stdout.once('data', (chunk: Buffer) => line(String(chunk))));
  assert.match(first, /^\{"listening":"tcp:\/\/127\.0\.0\.1:\d+"\}\n$/);
  child.kill('SIGTERM');
  assert.equal(await new Promise((code) => child.once('exit', code)), 143);
});

test('unit: docs/delivery.md lists every fault', () => {
  const document = readFileSync(fileURLToPath(new URL('../../../docs/delivery.md', import.meta.url)), 'utf8');
  const listed = [...document.matchAll(/^\| `([a-z0-9-]+)(?:\[?=[A-Z]+\]?)?`(?: \([^)]*\))? \| (.*) \|$/gm)];
  assert.deepEqual(
    listed.map(([, name, says]) => [name, says]),
    Object.entries(faultKinds).map(([name, { says }]) => [name, says]),
  );
});
