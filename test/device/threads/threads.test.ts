/** What is done in threads ends as it would without them. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { parseEdify } from '../../../src/device/edify/parse.js';
import { patchPairs } from '../../../src/device/threads/apply-ahead.js';
import { statementsWorthThreads } from '../../../src/device/threads/sweep.js';
import { sha1Of } from '../../../src/model/digest.js';
import { bsdiff, memoryBuild, mountSystem, type RunChanges, runPackage, sha1 } from '../../support/device.js';
import { seededRandom } from '../../support/random.js';
import { file, link } from '../../support/targetfiles.js';

const before = Buffer.alloc(20_000, 'the old program ');
const after = Buffer.concat([before.subarray(0, 9000), Buffer.from('made new'), before.subarray(9000)]);
const [A, B] = [sha1(before), sha1(after)];
const source = memoryBuild({ nodes: { 'SYSTEM/app': file(before, { mode: 0o755 }), 'SYSTEM/l': link('app') } });
const target = memoryBuild({ nodes: { 'SYSTEM/app': file(after, { mode: 0o4755 }), 'SYSTEM/l': link('other') } });
const entries = { p: bsdiff(before, after) };
const patch = `apply_patch("/system/app", "-", ${B}, ${after.length}, ${A}, package_extract_file("p")) || abort("patch");\n`;
const rest =
  'set_perm(0, 0, 04755, "/system/app");\nsymlink("other", "/system/l");\ndelete("/system/app.patch");\n' +
  'set_perm(0, 0, 0700, "/system/app");\nset_perm(0, 0, 04755, "/system/app");\n'.repeat(30);

/** Statements that do nothing: enough of them, and the sweep is worth threads. */
const padding = 'ui_print("");\n'.repeat(12_000);

test('integration: a sweep in threads shows what one thread shows, failures and their order too', async () => {
  const safe = `${mountSystem}${patch}${rest}`;
  // Without a check that allows for the target, a package whose patch was applied aborts when it is repeated.
  const unsafe = `${mountSystem}apply_patch_check("/system/app", "${A}") || abort("again");\n${patch}${rest}`;
  for (const script of [safe, unsafe]) {
    for (const changes of [{ target }, {}] satisfies RunChanges[]) {
      const run = (text: string) => runPackage(source, { script: text, entries }, { powerCuts: 'all', ...changes });
      const [one, many] = [await run(script), await run(script + padding)];
      assert((one.powerCuts?.points ?? 0) * many.statements > statementsWorthThreads);
      assert.equal((one.powerCuts?.failed ?? 0) > 0, script === unsafe);
      assert.deepEqual(many.powerCuts, one.powerCuts);
      assert.equal(many.proved, one.proved);
    }
  }
});

test('integration: threads know the properties, the allowed programs and the erase block that the user gives', async () => {
  const asks =
    'getprop("ro.product.device") == "sdxlemur" || abort("for sdxlemur");\n' +
    'getprop("ro.höhe") == "ü" || abort("words");\nrun_program("/bin/sync") == "0" || abort("sync");\n'.replace(
      /[^\n -~]/g,
      (letter) => Buffer.from(letter).toString('latin1'),
    );
  const script = `${mountSystem}${asks}${patch}${rest}${padding}`;
  const properties = { 'ro.product.device': 'sdxlemur', [Buffer.from('ro.höhe').toString('latin1')]: 'Ã¼' };
  const allowedPrograms = ['/bin/sync'];
  const given = { target, powerCuts: 'all' as const, properties, allowedPrograms };
  const result = await runPackage(source, { script, entries }, given);
  assert((result.powerCuts?.points ?? 0) * result.statements > statementsWorthThreads, 'threads');
  assert.deepEqual([result.proved, result.powerCuts?.failures, result.powerCuts?.failed], [true, [], 0]);
  // who is not told them fails in the threads as it does here
  const without = await runPackage(source, { script, entries }, { ...given, properties: {} });
  assert.match(without.message ?? '', /^for sdxlemur/);
});

test('integration: what a property leads to after a cut alone is seen in threads too', async () => {
  // the value counts in the repetition only, which runs in a thread
  const marked =
    'apply_patch_check("/cache/mark") && (getprop("ro.x") == "good" || abort("in a thread"));\n' +
    'package_extract_file("p", "/cache/mark");\n';
  const script = `${mountSystem}${marked}${patch}${rest}delete("/cache/mark");\n${padding}`;
  const run = (value: string) =>
    runPackage(source, { script, entries }, { target, powerCuts: 'all', properties: { 'ro.x': value } });
  const good = await run('good');
  assert((good.powerCuts?.points ?? 0) * good.statements > statementsWorthThreads, 'threads');
  assert.equal(good.proved, true, JSON.stringify(good.powerCuts?.failures[0]));
  const bad = await run('bad');
  assert.equal(bad.proved, false);
  assert.match(bad.powerCuts?.failures[0]?.message ?? '', /^in a thread/);
});

test('integration: an abort stops a sweep in threads', async () => {
  const stop = new AbortController();
  const tried: number[] = [];
  const running = runPackage(
    source,
    { script: `${mountSystem}${patch}${rest}${padding}`, entries },
    {
      target,
      powerCuts: 'all',
      signal: stop.signal,
      onProgress: ({ item, doneItems }) => {
        if (item !== 'power cuts') return;
        tried.push(doneItems);
        if (doneItems === 2) stop.abort(new Error('enough'));
      },
    },
  );
  await assert.rejects(running, /enough/);
  assert.deepEqual(tried.slice(0, 2), [1, 2]);
});

const large = Buffer.from(seededRandom(3).bytes(3 * 2 ** 20));
const changed = Buffer.concat([large.subarray(0, 1000), Buffer.from('new'), large.subarray(1500)]);
const largePatch = bsdiff(large, changed);
const big = memoryBuild({ nodes: { 'SYSTEM/big': file(large), 'SYSTEM/app': file(before) } });
const applyBig = (name: string): string =>
  `apply_patch("/system/big", "-", ${sha1(changed)}, ${changed.length}, ${sha1(large)}, package_extract_file("${name}")) || abort("big");\n`;

test('integration: patches are applied in threads before the run, and a spoilt one fails as it does without', async () => {
  const script = `${mountSystem}${applyBig('q')}set_perm(0, 0, 0644, "/system/big");\n`;
  const wanted = memoryBuild({ nodes: { 'SYSTEM/big': file(changed), 'SYSTEM/app': file(before) } });
  const spoilt = Buffer.from(largePatch);
  spoilt[spoilt.length - 60] = (spoilt[spoilt.length - 60] ?? 0) ^ 1;
  for (const q of [largePatch, spoilt]) {
    const run = (known?: RunChanges['known']) => runPackage(big, { script, entries: { q } }, { target: wanted, known });
    const inThreads = await run();
    const here = await run({ outcome: () => undefined, read: async () => undefined });
    assert.deepEqual({ ...inThreads, packageOrigin: '' }, { ...here, packageOrigin: '' });
    assert.equal(inThreads.proved, q === largePatch);
  }
});

test('unit: pairs are what apply_patch names in plain text: known sources, entries that are there, each once, largest first', () => {
  const entry = (name: string, bytes: Uint8Array) =>
    [
      name,
      {
        name,
        link: false,
        isPatch: true,
        content: {
          kind: 'whole' as const,
          size: bytes.length,
          sha1: sha1Of(bytes),
          origin: { from: 'package' as const, entry: name },
        },
      },
    ] as const;
  const having = new Map([entry('p', entries.p), entry('q', largePatch)]);
  const script = [
    `if apply_patch_check("/system/app", "${A}") then ${patch.replace(';\n', '')} else abort("no") endif;`,
    patch,
    applyBig('q'),
    applyBig('none'),
    `apply_patch("/system/x", "-", ${B}, 5, ${'0'.repeat(40)}, package_extract_file("p"));`,
    `apply_patch("/system/app", "-", ${B}, 1 + 1, concat("${A}", ""), package_extract_file("p"));`,
  ].join('\n');
  const pairs = patchPairs(
    parseEdify(script, () => true),
    having,
    big,
  );
  assert.deepEqual(
    pairs.map(({ entry: name, source: { path, size }, size: made }) => [name, path, size, made]),
    [
      ['q', 'SYSTEM/big', large.length, changed.length],
      ['p', 'SYSTEM/app', before.length, after.length],
    ],
  );
});
