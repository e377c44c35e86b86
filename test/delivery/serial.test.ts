/** Deliveries over a serial port: a pseudo terminal of socat in front of the simulated module. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { command, lazyDeliveryPair, newVersion, startModule } from '../support/delivery-pair.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('deliver-serial');
const pairs = lazyDeliveryPair(join(folder, 'pair'));
const needs = { skip: without('socat') };
let count = 0;

/** A terminal that is there as long as the module listens, and comes back with it. */
async function terminalOf(port: number, path: string) {
  const off = new AbortController();
  let child: ChildProcess | undefined;
  const live = async (): Promise<void> => {
    while (!off.signal.aborted) {
      // The module first: without it there is no terminal.
      const words = [`TCP:127.0.0.1:${port},nodelay`, `PTY,link=${path},raw,echo=0`];
      child = spawn('socat', words, { stdio: 'ignore' });
      await new Promise((ended) => child?.on('close', ended));
      rmSync(path, { force: true });
      await setTimeout(20);
    }
  };
  const living = live();
  for (let tries = 0; tries < 200 && !existsSync(path); tries += 1) await setTimeout(20);
  return {
    pull: () => void child?.kill(),
    stop: async () => {
      off.abort();
      child?.kill();
      await living;
    },
  };
}

async function bench(faults: readonly string[]) {
  const pair = await pairs();
  count += 1;
  const module = await startModule(pair.source, join(folder, `m${count}`), faults, 200);
  const path = join(folder, `tty${count}`);
  const terminal = await terminalOf(module.port, path);
  const own = ['--speed', '100', '--json', '--journal', join(folder, `j${count}`)];
  return {
    ...{ pair, path, terminal },
    words: ['deliver', pair.package, '--port', path, ...own],
    stop: async () => {
      await terminal.stop();
      await module.stop();
    },
  };
}

function endOf(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
}

test('integration: over a serial port each fault has one end and one exit code', needs, async (t) => {
  const cases: readonly (readonly [faults: readonly string[], code: number, said: RegExp])[] = [
    [[], 0, /runs/],
    [['echo=on', 'split-answers'], 0, /runs/],
    [['chatter', 'doubled-reports'], 0, /runs/],
    [['split-reports'], 0, /runs/],
    [['cable-pulled=40'], 5, /went away/],
    [['vanishing-port=10'], 4, /went away/],
    [['wrong-xor16'], 5, /differs/],
    [['never-back=1'], 7, /did not come back/],
    [['end-code=505'], 6, /505/],
    [['silent-port'], 4, /no AT port/],
  ];
  for (const [faults, code, said] of cases) {
    await t.test(faults.join(' ') || 'no fault', async () => {
      const made = await bench(faults);
      try {
        const { code: found, stdout, stderr } = await command(...made.words);
        assert.equal(found, code, stdout + stderr);
        assert.match(String(endOf(stdout).message), said);
        if (code === 0) assert.equal(endOf(stdout).versionAfter, newVersion);
      } finally {
        await made.stop();
      }
    });
  }
});

test('integration: a terminal that is torn off in the middle ends the upload; --resume goes on', needs, async () => {
  const made = await bench(['slow-acks=150']);
  try {
    const running = command(...made.words);
    await setTimeout(1200);
    made.terminal.pull();
    const { code, stdout } = await running;
    assert.ok(code === 5 || code === 4, stdout);
    assert.match(String(endOf(stdout).message), /went away|another program/);
    for (let tries = 0; tries < 100 && !existsSync(made.path); tries += 1) await setTimeout(50);
    const again = await command(...made.words, '--resume');
    assert.equal(again.code, 0, again.stdout);
  } finally {
    await made.stop();
  }
});

test('integration: one port has one delivery, whatever link leads to it', needs, async () => {
  const made = await bench(['slow-acks=20']);
  try {
    const link = join(folder, 'by-id');
    symlinkSync(made.path, link);
    const other = made.words.map((word) => (word === made.path ? link : word));
    other[other.indexOf('--journal') + 1] = join(folder, 'other.journal');
    const both = await Promise.all([command(...made.words), command(...other)]);
    assert.deepEqual(both.map(({ code }) => code).sort(), [0, 3], both.map(({ stderr }) => stderr).join());
    assert.match(both.map(({ stderr }) => stderr).join(), /another process is using this port/);
  } finally {
    await made.stop();
  }
});

test('integration: what is no serial port is told, and not waited for', async () => {
  const pair = await pairs();
  const file = join(folder, 'no-tty');
  writeFileSync(file, 'hello');
  for (const port of [file, folder, '/dev/null', join(folder, 'nothing')]) {
    const begun = performance.now();
    const { code, stdout } = await command('deliver', pair.package, '--port', port, '--journal', join(folder, 'n'));
    assert.equal(code, 4, `${port}: ${stdout}`);
    assert.match(stdout, /the port cannot be opened: nothing was sent/);
    assert.ok(performance.now() - begun < 10_000);
  }
});
