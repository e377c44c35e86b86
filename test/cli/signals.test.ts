/** Signals are heard while the program is so busy that it hears nothing itself. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('signals');
const bin = fileURLToPath(new URL('../../../bin/', import.meta.url));
const main = new URL('../../src/cli/main.js', import.meta.url).href;
const temporary = new URL('../../src/files/temporary.js', import.meta.url).href;

/** A thread that begins an output, says so, and then never gives its thread back. */
function busyThread(output: string): string {
  return `
    import { workerData } from 'node:worker_threads';
    import { openTemporary, watchTemporary } from ${JSON.stringify(temporary)};
    const { port } = workerData;
    watchTemporary((path, underWay) => port.postMessage({ kind: 'temporary', path, underWay }));
    await openTemporary(${JSON.stringify(output)});
    port.postMessage({ kind: 'write', to: 'stderr', text: 'busy\\n' });
    for (;;) {}
  `;
}

async function stopped(name: string, signals: readonly NodeJS.Signals[], threadOf = busyThread) {
  const folder = join(work, name);
  mkdirSync(folder);
  const module = join(work, `${name}.mjs`);
  writeFileSync(module, threadOf(join(folder, 'update.zip')));
  const script = `
    const { start } = await import(${JSON.stringify(main)});
    await start('dfota', 'stderr', new URL(${JSON.stringify(pathToFileURL(module).href)}));
  `;
  const program = join(work, `${name}-start.mjs`);
  writeFileSync(program, script);
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let before: readonly string[] = [];
  let sent = 0;
  const send = (): void => {
    const signal = signals[sent];
    sent += 1;
    if (signal === undefined || !child.kill(signal)) return;
    // Two signals of one kind at once arrive as one.
    setTimeout(send, 50);
  };
  child.stderr.on('data', (chunk) => {
    said += chunk;
    if (!said.includes('busy') || sent > 0) return;
    before = readdirSync(folder);
    send();
  });
  const [code, by] = await once(child, 'close');
  return { code, by, said, before, after: readdirSync(folder) };
}

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`end-to-end: one ${signal} ends a run that hears nothing, and leaves nothing behind`, async () => {
    const { code, said, before, after } = await stopped(`once-${signal}`, [signal]);
    assert.equal(code, expected, said);
    assert.equal(before.length, 1);
    assert.deepEqual(after, []);
    assert.match(said, /stopped before the end; nothing was left behind/);
  });

  test(`end-to-end: a second ${signal} ends a run that hears nothing at once`, async () => {
    const { code, said, before, after } = await stopped(`twice-${signal}`, [signal, signal]);
    assert.equal(code, expected, said);
    assert.equal(before.length, 1);
    assert.deepEqual(after, []);
    assert.doesNotMatch(said, /stopped before the end/);
  });
}

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  for (const program of ['dfota', 'update_gen']) {
    test(`end-to-end: ${signal} ends ${program} while it is still being loaded`, (t) => {
      if (process.platform === 'win32') return t.skip('there are no such signals there');
      // Sends it as soon as somebody listens; the program itself, once loaded, hears the end of the process first.
      const preload = `
        const listening = setInterval(() => {
          if (process.listenerCount('${signal}') === 0) return;
          clearInterval(listening);
          if (process.listeners('exit').some(({ name }) => name === 'removeAllTemporary')) process.stderr.write('late ');
          process.kill(process.pid, '${signal}');
        }, 0);
      `;
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, join(bin, `${program}.js`), '--version'],
        { encoding: 'utf8' },
      );
      assert.deepEqual({ status, stdout }, { status: expected, stdout: '' });
      assert.equal(stderr, 'stopped before the end; nothing was left behind\n');
    });
  }
}

/** A thread that begins an output, says so, and opens a pipe to which nobody writes: a call into the system that does not come back. */
function waitingThread(output: string): string {
  const pipe = `${output}.pipe`;
  return `
    import { execFileSync } from 'node:child_process';
    import { open } from 'node:fs/promises';
    import { workerData } from 'node:worker_threads';
    import { openTemporary, watchTemporary } from ${JSON.stringify(temporary)};
    const { port } = workerData;
    watchTemporary((path, underWay) => port.postMessage({ kind: 'temporary', path, underWay }));
    port.on('message', () => port.postMessage({ kind: 'stopping' }));
    execFileSync('mkfifo', [${JSON.stringify(pipe)}]);
    await openTemporary(${JSON.stringify(output)});
    setTimeout(() => port.postMessage({ kind: 'write', to: 'stderr', text: 'busy\\n' }), 100);
    await open(${JSON.stringify(pipe)});
  `;
}

for (const times of [1, 2]) {
  test(`end-to-end: SIGTERM sent ${times} times ends a run that waits for a pipe to which nobody writes`, async (t) => {
    if (process.platform === 'win32') return t.skip('folders hold no pipes there');
    const signals = new Array<NodeJS.Signals>(times).fill('SIGTERM');
    const { code, by, before, after } = await stopped(`pipe-${times}`, signals, waitingThread);
    assert.deepEqual({ code, by }, { code: null, by: 'SIGTERM' });
    assert.equal(before.length, 2);
    assert.deepEqual(after, ['update.zip.pipe']);
  });
}
