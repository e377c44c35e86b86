/** `generate --engine`, with a package that stands in for bsdiff-node, and with the package itself where it is installed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { behaviours, writeReferencePackage } from '../support/reference-package.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, 'bin/dfota.js');
const work = workFolder('cli-engine');
const at = (name: string): string => join(work, name);
const sample = makeSample(at('sample'));
const pair = [sample.source, sample.target, '--lists', sample.lists, '--jobs', '2', '--effort', 'fast'];
mkdirSync(at('tmp'));

function environment(packages: string | undefined): NodeJS.ProcessEnv {
  return { ...process.env, NODE_PATH: packages ?? '', TMPDIR: at('tmp'), DFOTA_TEST_HEARD: at('heard') };
}

function dfota(words: readonly string[], packages: string | undefined) {
  return spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', env: environment(packages), cwd: work });
}

function withPackage(name: keyof typeof behaviours): string {
  writeReferencePackage(at(name), behaviours[name]);
  return at(name);
}

/** Whether the package is found, by NODE_PATH too; with a folder, whether it lies there. */
function isInstalled(folder = ''): boolean {
  try {
    return createRequire(import.meta.url)
      .resolve('bsdiff-node')
      .startsWith(folder);
  } catch {
    return false;
  }
}

interface Figures {
  readonly size: number;
}

/** Makes the package, reads what it says of itself, makes it again out of its record. */
function madeAndReproduced(output: string, packages: string | undefined, engine: RegExp): void {
  const words = ['generate', ...pair, '--engine', 'bsdiff-node', '--cache', at('cache'), '--output', at(output)];
  const made = dfota([...words, '--json', '--quiet'], packages);
  assert.equal(made.status, 0, made.stderr);
  const document = JSON.parse(made.stdout);
  assert.equal(document.verification.proved, true);
  assert.match(document.engine, engine);
  const record = JSON.parse(readFileSync(at(`${output}.json`), 'utf8'));
  assert.equal(record.options.engine, 'bsdiff-node');
  assert.match(record.tool.engine, engine);
  const metadata = spawnSync('unzip', ['-p', at(output), 'META-INF/com/android/metadata'], { encoding: 'utf8' }).stdout;
  assert.match(metadata, new RegExp(`^dfota-engine=${document.engine}$`, 'm'));
  const again = dfota(['reproduce', at(`${output}.json`)], packages);
  assert.equal(again.status, 0, again.stdout + again.stderr);
  assert.match(again.stdout, /^REPRODUCED/);
  assert.deepEqual(readdirSync(at('tmp')), []);
}

test('end-to-end: a package by another encoder is proved, names it, and is reproduced; the cache keeps the two apart', {
  skip: without('unzip'),
}, () => {
  const ours = dfota(['generate', ...pair, '--cache', at('cache'), '--output', at('ours.zip'), '--quiet'], undefined);
  assert.equal(ours.status, 0, ours.stderr);
  madeAndReproduced('fake.zip', withPackage('works'), /^bsdiff-node 0\.0\.1/);
  assert.notDeepEqual(readFileSync(at('fake.zip')), readFileSync(at('ours.zip')));
  const again = dfota(['generate', ...pair, '--cache', at('cache'), '--output', at('ours2.zip'), '--quiet'], undefined);
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual(readFileSync(at('ours2.zip')), readFileSync(at('ours.zip')));
});

test('end-to-end: the package bsdiff-node itself, where it is installed', (t) => {
  if (!isInstalled()) {
    t.skip('bsdiff-node is not installed: npm install --no-save bsdiff-node@2.5.0');
    return;
  }
  madeAndReproduced('real.zip', process.env.NODE_PATH, /^bsdiff-node 2\./);
});

test('end-to-end: compare makes our package and tells what both make of each patched file', () => {
  const packages = withPackage('works');
  const words = ['generate', ...pair, '--engine', 'compare', '--no-cache', '--quiet'];
  const text = dfota([...words, '--output', at('compared.zip')], packages);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /^file +our format +our bytes +CPU s +wall s +bsdiff-node 0\.0\.1 bytes/m);
  assert.match(text.stdout, /^all \d+ patches/m);
  const json = dfota([...words, '--json', '--output', at('compared.zip')], packages);
  const { comparison } = JSON.parse(json.stdout);
  assert.ok(comparison.patches.length >= 5);
  const sum = (which: 'ours' | 'other'): number =>
    comparison.patches.reduce((all: number, one: Record<'ours' | 'other', Figures>) => all + one[which].size, 0);
  assert.deepEqual([comparison.totals.ours.size, comparison.totals.other.size], [sum('ours'), sum('other')]);
  const app = comparison.patches.find(({ path }: { path: string }) => path === 'SYSTEM/bin/app');
  const plain = dfota(['generate', ...pair, '--no-cache', '--quiet', '--output', at('plain.zip')], undefined);
  assert.equal(plain.status, 0);
  assert.deepEqual(readFileSync(at('plain.zip')), readFileSync(at('compared.zip')));
  // Both are the same encoder at two efforts.
  assert.ok(app.ours.size <= app.other.size && app.other.size < app.targetSize / 2);
  const none = dfota([...words, '--json', '--output', at('compared.zip')], withPackage('writes another patch'));
  assert.equal(none.status, 0, none.stderr);
  assert.ok(JSON.parse(none.stdout).comparison.patches.every(({ other }: { other: unknown }) => other === null));
  assert.deepEqual(readdirSync(at('tmp')), []);
});

test('end-to-end: a release by the other encoder says so in its record; with compare it tells both', () => {
  const packages = withPackage('works');
  const words = ['release', ...pair, '--no-cache', '--verify', 'off', '--quiet'];
  const made = dfota([...words, '--engine', 'bsdiff-node', '--output', at('bundle')], packages);
  assert.equal(made.status, 0, made.stderr);
  const record = JSON.parse(readFileSync(at('bundle/update.zip.json'), 'utf8'));
  assert.equal(record.options.engine, 'bsdiff-node');
  const text = dfota([...words, '--engine', 'compare', '--output', at('compared')], packages);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /^all \d+ patches/m);
  const json = dfota([...words, '--engine', 'compare', '--json', '--output', at('compared.json')], packages);
  assert.ok(JSON.parse(json.stdout).comparison.patches.length >= 5);
  const missing = dfota([...words, '--engine', 'bsdiff-node', '--output', at('missing')], withPackage('exits'));
  assert.equal(missing.status, 3, missing.stderr);
  assert.ok(!existsSync(at('missing')));
});

test('end-to-end: without the package, or with one that fails, nothing is made', (t) => {
  for (const engine of ['bsdiff-node', 'compare']) {
    if (isInstalled(root)) t.diagnostic('bsdiff-node is installed here: that it is missing cannot be tried');
    else {
      const { status, stderr } = dfota(['generate', ...pair, '--engine', engine, '--output', at('no.zip')], undefined);
      assert.equal(status, 3, stderr);
      assert.match(
        stderr,
        /bsdiff-node is needed, and it is not installed.*compiler.*npm install bsdiff-node@2\.5\.0/s,
      );
    }
  }
  for (const [behaviour, code, said] of [
    ['throws', 3, /made no patch for this file.*No such file/s],
    ['exits', 3, /its process has ended/],
    ['writes rubbish', 3, /no BSDIFF40/],
    ['writes another patch', 1, /the patch that was made does not give the target file.*leave --engine out/s],
  ] as const) {
    const words = ['generate', ...pair, '--engine', 'bsdiff-node', '--no-cache', '--output', at('no.zip')];
    const { status, stderr } = dfota(words, withPackage(behaviour));
    assert.equal(status, code, stderr);
    assert.match(stderr, said);
    assert.ok(!existsSync(at('no.zip')) && !existsSync(at('no.zip.json')));
    assert.deepEqual(readdirSync(at('tmp')), []);
  }
});

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`end-to-end: ${signal} ends a run whose encoder hangs, and its process, and leaves nothing behind`, async () => {
    const words = ['generate', ...pair, '--engine', 'bsdiff-node', '--no-cache', '--output', at('stopped.zip')];
    const heard = at(`heard-${signal}`);
    const env = { ...environment(withPackage('hangs')), DFOTA_TEST_HEARD: heard };
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (!existsSync(heard) && child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
    child.kill(signal);
    assert.equal(await ended, expected, said);
    assert.deepEqual(readdirSync(at('tmp')), []);
    assert.ok(!existsSync(at('stopped.zip')));
    assert.throws(() => process.kill(Number(readFileSync(heard, 'utf8')), 0), /ESRCH/);
  });
}
