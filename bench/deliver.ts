/**
 * Delivers a package to a simulated module over TCP, and prints the time, the memory of both processes, and whether the files of the module
 * are those of the target afterwards.
 *
 *   node dist/bench/deliver.js V1 V2 PACKAGE [--speed N] [--via at|https]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readFolder } from '../src/input/folder-tree.js';
import { sdx6x } from '../src/model/layout.js';
import { isWithin } from '../src/model/path.js';
import { silent } from '../src/model/progress.js';
import { withBuild } from '../src/usecases/open-inputs.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { speed: { type: 'string', default: '1000' }, via: { type: 'string', default: 'at' } },
});
const [source, target, file] = positionals;
if (source === undefined || target === undefined || file === undefined) {
  throw new Error('V1 V2 PACKAGE are missing');
}
const bin = fileURLToPath(new URL('../../bin/dfota.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dfota-bench-deliver-'));

/** How much shorter than for a real module `deliver` waits: a quarter of an hour becomes three minutes. */
const patience = '5';

/** A process of dfota, and the most memory that it had: Linux tells it until it ends. */
function start(...words: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, log, most] = ['', '', 0];
  child.stdout?.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    log += String(chunk);
  });
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      most = Math.max(most, Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 100);
  const ended = new Promise<number>((done) => {
    child.on('close', (code) => {
      clearInterval(timer);
      done(code ?? -1);
    });
  });
  return { child, ended, output: () => output, log: () => log, most: () => most };
}

async function until<T>(look: () => T | undefined, what: string): Promise<T> {
  for (let tries = 0; tries < 6000; tries += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((passed) => setTimeout(passed, 50));
  }
  throw new Error(`nothing came: ${what}`);
}

/** What differs between the module's files and the target's. */
async function differences(tree: string): Promise<readonly string[]> {
  const { nodes } = await readFolder(tree, { stage: 'read-source', onProgress: silent, signal: undefined });
  const wrong: string[] = [];
  await withBuild(target ?? '', 'target', { modes: 'build' }, {}, async ({ build }) => {
    for (const entry of build.entries.values()) {
      if (!isWithin(entry.path, sdx6x.system)) continue;
      const found = nodes.get(entry.path);
      if (found?.kind !== entry.kind) wrong.push(`${entry.path}: ${found?.kind ?? 'nothing'}, not a ${entry.kind}`);
      else if (entry.kind === 'file' && found.kind === 'file' && found.content.sha1 !== entry.content.sha1) {
        wrong.push(`${entry.path}: another content`);
      }
    }
    for (const path of nodes.keys()) {
      if (path.startsWith(`${sdx6x.system}/`) && !build.entries.has(path)) {
        wrong.push(`${path}: not in the target`);
      }
    }
  });
  return wrong;
}

try {
  const state = join(folder, 'module');
  const listen = 'tcp://127.0.0.1:0';
  const module = start('module', '--firmware', source, '--listen', listen, '--state', state, '--speed', values.speed);
  const at = await until(() => /"listening":"([^"]+)"/.exec(module.output())?.[1], 'the module does not listen');
  const begun = performance.now();
  // The recovery's work is not made faster: it is waited for.
  const own = ['--speed', patience, '--journal', join(folder, 'journal')];
  const delivery = start('deliver', file, '--port', at, '--via', values.via, ...own);
  const code = await delivery.ended;
  const seconds = (performance.now() - begun) / 1000;
  module.child.kill('SIGTERM');
  await module.ended;
  const tree = join(folder, 'tree');
  const written = start('module', '--state', state, '--tree', tree);
  if ((await written.ended) !== 0) throw new Error(written.log());
  const wrong = code === 0 ? await differences(tree) : ['not compared'];
  console.log(delivery.output().trim());
  console.log(`exit code ${code}, ${seconds.toFixed(1)} s, by ${values.via} at --speed ${values.speed}`);
  console.log(`most memory: deliver ${delivery.most().toFixed(0)} MiB, module ${module.most().toFixed(0)} MiB`);
  console.log(wrong.length === 0 ? "the module's files are the target's" : `${wrong.length} differences`);
  for (const line of wrong.slice(0, 20)) console.log(`  ${line}`);
  process.exitCode = code === 0 && wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
