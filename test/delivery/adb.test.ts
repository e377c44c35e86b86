/** `--via adb` and `preflight --adb`: a server of our own that speaks the host protocol, and Debian's ADB server with a fake device. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startDevice } from '../support/adb/device.js';
import { startHostServer } from '../support/adb/host-server.js';
import { type Daemon, makeRoot } from '../support/adb/services.js';
import { command, lazyDeliveryPair, newVersion, startModule, stoppable } from '../support/delivery-pair.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('deliver-adb');
const pairs = lazyDeliveryPair(join(folder, 'pair'));
const serial = 'RG520N-1';
let benches = 0;

/** A module with the source firmware behind an ADB server. */
async function bench(options: {
  readonly faults?: readonly string[] | undefined;
  readonly daemon?: Partial<Daemon> | undefined;
  readonly changed?: string | undefined;
}) {
  const pair = await pairs();
  benches += 1;
  const state = join(folder, `m${benches}`);
  const module = await startModule(pair.source, state, options.faults ?? []);
  const tree = join(folder, `tree${benches}`);
  await command('extract', pair.source, '--only', 'SYSTEM', '--output', tree);
  const files: Record<string, Uint8Array> = {};
  for (const name of ['etc/quectel-project-version', 'bin/app', 'etc/app.conf', 'build.prop']) {
    files[name] = name === options.changed ? Buffer.from('other') : readFileSync(join(tree, 'SYSTEM', name));
  }
  const root = makeRoot(join(folder, `root${benches}`), join(state, 'ufs'), files);
  const daemon: Daemon = { root, at: module.port, lines: [], ...options.daemon };
  const server = await startHostServer([
    { serial, state: 'device', daemon },
    { serial: 'LOCKED', state: 'unauthorized', daemon },
  ]);
  const journal = join(folder, `j${benches}`);
  const words = ['deliver', pair.package, '--via', 'adb', '--adb-server', server.address, '--speed', '1000'];
  const tail = ['--journal', journal, '--json'];
  return {
    ...{ pair, module, root, daemon, server, state, words: [...words, ...tail] },
    stop: async () => {
      await server.stop();
      await module.stop();
    },
  };
}

function endOf(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
}

test('integration: over ADB a package is pushed, compared, triggered on a free port, and installed', async () => {
  const { pair, words, root, state, daemon, stop, server } = await bench({});
  const { code, stdout } = await command(...words);
  assert.equal(code, 0, stdout);
  assert.equal(endOf(stdout).versionAfter, newVersion);
  const bytes = readFileSync(join(root, 'usrdata/cache/ufs/update.zip'));
  assert.deepEqual(bytes, readFileSync(pair.package));
  assert.ok(daemon.lines.some((line) => line.includes("md5sum < '/usrdata/cache/ufs/update.zip'")));
  assert.ok(daemon.lines.some((line) => line.startsWith('( sync )')));
  assert.doesNotMatch(stdout, /QFUPL/);
  assert.match(stdout, /AT\+QFOTADL=\\"\/usrdata\/cache\/ufs\/update.zip\\"/);
  assert.ok(server.requests.includes('sync:'));
  await stop();
  const out = join(folder, 'installed');
  await command('module', '--state', state, '--tree', out);
  assert.equal(readFileSync(join(out, 'SYSTEM/new/file')).length, 3000);
});

test('integration: preflight over ADB compares each file that the package checks, and names it', async () => {
  const { pair, server, stop } = await bench({ changed: 'bin/app' });
  const words = ['preflight', pair.package, '--adb-server', server.address, '--adb'];
  const wrong = await command(...words, serial);
  assert.equal(wrong.code, 4, wrong.stderr);
  assert.match(wrong.stdout, /END 510: \/system\/bin\/app is neither/);
  assert.doesNotMatch(wrong.stdout, /app\.conf/);
  assert.match(wrong.stdout, /runs RG520NNADAR01A01M4G_OCPU_01\.001/);
  assert.match(wrong.stdout, /bytes free on \/system/);
  const nobody = await command(...words, 'NONE');
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /no such module/);
  assert.match(nobody.stderr, /LOCKED \(unauthorized\)/);
  await stop();
  const fine = await bench({});
  const all = await command('preflight', fine.pair.package, '--adb-server', fine.server.address, '--adb', 'any');
  assert.equal(all.code, 0, all.stdout + all.stderr);
  await fine.stop();
});

test('integration: a file that is not as it must be is refused before a byte is pushed', async () => {
  const { words, root, stop } = await bench({ changed: 'etc/app.conf' });
  const { code, stdout } = await command(...words);
  assert.equal(code, 4, stdout);
  assert.match(String(endOf(stdout).message), /\/system\/etc\/app\.conf/);
  assert.throws(() => readFileSync(join(root, 'usrdata/cache/ufs/update.zip')), /ENOENT/);
  await stop();
});

test('integration: over ADB each fault has one end and one exit code', async (t) => {
  const cases: readonly (readonly [
    name: string,
    daemon: Partial<Daemon>,
    faults: readonly string[],
    code: number,
    said: RegExp,
  ])[] = [
    ['a byte arrives wrong', { flips: true }, [], 5, /its MD5 is/],
    ['the cable is pulled', { cutAt: 3000 }, [], 5, /pushed|went away/],
    ['the trigger is refused', {}, ['cme-error=QFOTADL'], 6, /CME ERROR/],
    ['the check refuses', {}, ['end-code=505'], 6, /505/],
    ['nothing is reported', {}, ['lost-reports'], 0, /runs/],
    ['the power is cut', {}, ['power-cut=50'], 0, /runs/],
    ['it never comes back', {}, ['never-back=1'], 7, /did not come back/],
    ['the port answers nothing', {}, ['silent-port'], 4, /no AT port/],
  ];
  for (const [name, daemon, faults, code, said] of cases) {
    await t.test(name, async () => {
      const made = await bench({ daemon, faults });
      const { code: found, stdout, stderr } = await command(...made.words);
      assert.equal(found, code, stdout + stderr);
      assert.match(String(endOf(stdout).message), said);
      await made.stop();
    });
  }
});

test('integration: an AT port that a process holds is left alone; --resume does not push again', {
  skip: without('fuser'),
}, async () => {
  const { words, root, daemon, stop, server } = await bench({ faults: ['cme-error=QFOTADL'] });
  const [first, second] = ['dev/smd7', 'dev/smd11'].map((name) => openSync(join(root, name), 'r'));
  const held = await command(...words);
  assert.equal(held.code, 4, held.stdout);
  assert.match(String(endOf(held.stdout).message), new RegExp(`/dev/smd7 is held by process ${process.pid} .*node`));
  closeSync(second ?? 0);
  assert.equal((await command(...words)).code, 6);
  assert.ok(server.requests.some((line) => line.includes("cat '/dev/smd11'")));
  const pushes = () => server.requests.filter((line) => line === 'sync:').length;
  assert.equal(pushes(), 1);
  const again = await command(...words, '--resume');
  assert.equal(again.code, 6);
  assert.match(again.stdout, /lies on the module already/);
  assert.equal(pushes(), 1);
  writeFileSync(join(root, 'usrdata/cache/ufs/update.zip'), 'other');
  assert.equal((await command(...words, '--resume')).code, 6);
  assert.equal(pushes(), 2);
  closeSync(first ?? 0);
  assert.ok(daemon.lines.length > 0);
  await stop();
});

test('integration: no server, a server that says nothing, several modules: told in one line; Ctrl-C ends a wait', async () => {
  const pair = await pairs();
  const words = ['deliver', pair.package, '--via', 'adb', '--speed', '1000', '--adb-server'];
  const none = await command(...words, 'tcp://127.0.0.1:1');
  assert.equal(none.code, 3);
  assert.match(none.stderr, /no ADB server answers.*\n.*adb start-server/);
  const daemon: Daemon = { root: folder, at: 1, lines: [] };
  const two = await startHostServer([
    { serial: 'A', state: 'device', daemon },
    { serial: 'B', state: 'device', daemon },
  ]);
  const several = await command(...words, two.address);
  assert.equal(several.code, 3);
  assert.match(several.stderr, /more than one module/);
  await two.stop();
  const mute = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
  const address = mute.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const off = new AbortController();
  const running = stoppable(off.signal, ...words, `tcp://127.0.0.1:${port}`);
  await setTimeout(200);
  const stopped = performance.now();
  off.abort('SIGINT');
  assert.equal((await running).code, 130);
  assert.ok(performance.now() - stopped < 8000, 'it waits for the limit of the server');
  mute.close();
});

test('unit: options that do not fit together, and what a dry run prints', async () => {
  const pair = await pairs();
  for (const wrong of [
    [],
    ['--via', 'at', '--port', 'tcp://127.0.0.1:1', '--adb', 'X'],
    ['--via', 'adb', '--port', 'tcp://127.0.0.1:1', '--module-port', '/dev/smd7'],
    ['--via', 'adb', '--module-port', '/dev/$(reboot)'],
    ['--via', 'adb', '--url', 'http://h/x'],
    ['--via', 'adb', '--folder', "/usrdata/'x"],
  ]) {
    const { code, stderr } = await command('deliver', pair.package, ...wrong, '--dry-run');
    assert.equal(code, 2, `${wrong.join(' ')}: ${stderr}`);
  }
  const { code, stdout } = await command('deliver', pair.package, '--via', 'adb', '--dry-run');
  assert.equal(code, 0);
  const lines = stdout.trim().split('\n');
  const push = lines.indexOf('adb push PACKAGE /usrdata/cache/ufs/update.zip');
  assert.ok(push > 0, stdout);
  assert.equal(lines[push + 1], 'adb shell sync');
  assert.equal(lines[push + 2], "adb shell md5sum < '/usrdata/cache/ufs/update.zip'");
  assert.equal(lines[push + 3], 'AT+QFOTADL="/usrdata/cache/ufs/update.zip"');
  assert.equal(lines.at(-1), 'AT+QGMR');
});

test("integration: Debian's ADB server stands between, with a fake device behind it", {
  skip: without('adb'),
}, async () => {
  const { words, root, daemon, stop } = await bench({});
  const device = await startDevice(daemon);
  const home = join(folder, 'adb-home');
  mkdirSync(home);
  const free = createServer();
  await new Promise<void>((done) => free.listen(0, '127.0.0.1', done));
  const address = free.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((done) => free.close(done));
  const env = { ...process.env, HOME: home, ANDROID_ADB_SERVER_PORT: String(port), ADB_MDNS: '0' };
  const server = spawn('adb', ['-P', String(port), 'nodaemon', 'server'], { env, stdio: 'ignore' });
  try {
    const adb = async (...args: string[]): Promise<string> =>
      await new Promise((done) => {
        execFile('adb', ['-P', String(port), ...args], { env, timeout: 15_000 }, (_error, stdout) => done(stdout));
      });
    const name = `127.0.0.1:${device.port}`;
    for (let tries = 0; tries < 100 && !(await adb('connect', name)).includes('connected to'); tries += 1) {
      await setTimeout(100);
    }
    for (let tries = 0; tries < 50 && !(await adb('devices')).includes(`${name}\tdevice`); tries += 1) {
      await setTimeout(100);
    }
    const own = words.map((word) => (word.startsWith('tcp://') ? `tcp://127.0.0.1:${port}` : word));
    const { code, stdout, stderr } = await command(...own, '--adb', name);
    assert.equal(code, 0, stdout + stderr);
    assert.equal(endOf(stdout).versionAfter, newVersion);
    const sum = createHash('md5')
      .update(readFileSync(join(root, 'usrdata/cache/ufs/update.zip')))
      .digest('hex');
    assert.equal(
      sum,
      createHash('md5')
        .update(readFileSync(own[1] ?? ''))
        .digest('hex'),
    );
  } finally {
    server.kill();
    await device.stop();
    await stop();
    rmSync(home, { recursive: true, force: true });
  }
});
