import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { bsdiff, memoryBuild, mountSystem, type RunChanges, runPackage, sha1 } from '../support/device.js';
import { directory, file, link } from '../support/targetfiles.js';

const before = Buffer.alloc(20_000, 'the old program ');
const after = Buffer.concat([before.subarray(0, 9000), Buffer.from('made new'), before.subarray(9000)]);
const [A, B] = [sha1(before), sha1(after)];
const source = memoryBuild({
  nodes: {
    'SYSTEM/app': file(before, { mode: 0o755 }),
    'SYSTEM/gone/x': file('gone'),
    'SYSTEM/l': link('app'),
    'SYSTEM/kind': file('was a file'),
  },
});
const target = memoryBuild({
  nodes: {
    'SYSTEM/app': file(after, { mode: 0o4755 }),
    'SYSTEM/l': link('other'),
    'SYSTEM/new': directory({ mode: 0o700 }),
    'SYSTEM/new/file': file('whole', { uid: 5 }),
    'SYSTEM/kind': link('new'),
  },
});
const entries = { p: bsdiff(before, after), 'system/new/file': 'whole' };

const check = `apply_patch_check("/system/app", "${B}", "${A}") || abort("check");\n`;
const patch = `apply_patch("/system/app", "-", ${B}, ${after.length}, ${A}, package_extract_file("p")) || abort("patch");\n`;
const removals = 'delete_recursive("/system/gone");\ndelete("/system/kind");\n';
const unpacking =
  `package_extract_dir("system", "/system");\napply_patch_check("/system/new/file", "${sha1('whole')}") || abort("unpack");\n` +
  'symlink("other", "/system/l");\nsymlink("new", "/system/kind");\n';
const permissions =
  'set_perm(0, 0, 0700, "/system/new");\nset_perm(5, 0, 0644, "/system/new/file");\nset_perm(0, 0, 04755, "/system/app");\n';
const leftovers = 'delete("/system/app.patch");\n';
const safe = [mountSystem, check, patch, leftovers, removals, unpacking, permissions].join('');

const run = (script: string, request: RunChanges = {}) =>
  runPackage(source, { script, entries }, { target, powerCuts: 'all', ...request });

test('integration: a careful package arrives from every cut, on every profile that has its functions', async () => {
  for (const profile of ['strict', 'android-4.1', 'android-4.4', 'le-c', 'le-7', 'linux-embedded'] as const) {
    const result = await run(safe, { profile });
    assert.deepEqual(result.powerCuts?.failures, [], profile);
    assert.equal(result.proved, true);
    assert.ok((result.powerCuts?.points ?? 0) > 15);
    assert.equal(result.powerCuts?.tried, result.powerCuts?.points);
    assert.ok((result.powerCuts?.repeated ?? 0) > 3);
  }
});

test('integration: it arrives through the low-space path too', async () => {
  const { powerCuts, proved, cache } = await run(safe, { systemSize: 4096 * 14 + 200_000 });
  assert.equal(proved, true, JSON.stringify(powerCuts?.failures));
  assert.ok(cache.peak > 20_000);
});

test('integration: Every statement must be re-runnable: a check of the source alone is caught', async () => {
  const careless = safe.replace(`"${B}", "${A}") || abort("check")`, `"${A}") || abort("check")`);
  assert.equal((await run(careless, { powerCuts: 'none' })).proved, true, 'without a cut nobody notices');
  const result = await run(careless);
  assert.equal(result.proved, false);
  assert.match(result.powerCuts?.failures[0]?.message ?? '', /^check/);
  assert.equal(result.powerCuts?.failures[0]?.attempts, 5, 'started again until the retries are used up');
});

test('integration: A crash can leave <target>.patch behind; the next run writes it again and renames it', async () => {
  assert.equal((await run(safe.replace(leftovers, ''))).proved, true);
  // a run that does not patch the second time, for it finds its mark, leaves it
  const marked = 'package_extract_file("p", "/system/marked");\n';
  const skipping = safe
    .replace(leftovers, '')
    .replace(
      patch,
      `apply_patch_check("/system/marked") || (${marked.trim().slice(0, -1)} && ${patch.trim().slice(0, -1)});\n`,
    )
    .replace(removals, `${removals}delete("/system/marked");\n`);
  const result = await run(skipping);
  const left = result.powerCuts?.failures.flatMap(({ differences }) => differences.map(({ path }) => path));
  assert.ok(left?.includes('/system/app.patch'));
});

test('integration: a delete before everything is checked is caught when the check needs what is gone', async () => {
  const gone = `apply_patch_check("/system/gone/x", "${sha1('gone')}") || abort("gone");\n`;
  const result = await run(safe.replace(check, gone + check));
  assert.equal(result.proved, false);
  assert.match(result.powerCuts?.failures[0]?.effect ?? '', /^after a (unlink|rmdir|.*)/);
});

test('integration: torn writes are tried: extraction that is not done again is caught', async () => {
  const careless = safe.replace(
    'package_extract_dir("system", "/system");',
    'apply_patch_check("/system/new/file") || package_extract_dir("system", "/system");',
  );
  const result = await run(careless);
  const torn = result.powerCuts?.failures.find(({ effect }) => effect.includes('write of /system/new/file'));
  assert.match(torn?.message ?? '', /^unpack/);
  assert.equal(torn?.place?.line, safe.slice(0, safe.indexOf('package_extract_dir')).split('\n').length);
});

test('integration: a sample is spread evenly, the first and the last point included, and is the same every time', async () => {
  const first = await run(safe, { powerCuts: 7 });
  assert.equal(first.powerCuts?.tried, 7);
  assert.deepEqual(await run(safe, { powerCuts: 7 }).then(({ powerCuts }) => powerCuts), first.powerCuts);
  const more = await run(safe, { powerCuts: 100_000 });
  assert.equal(more.powerCuts?.tried, more.powerCuts?.points);
  assert.equal((await run(safe, { powerCuts: 1 })).powerCuts?.tried, 1);
  const none = await run(safe, { powerCuts: 0 });
  assert.deepEqual([none.powerCuts?.tried, none.proved], [0, true]);
});

test('integration: without a target every cut must end as the uncut run does', async () => {
  const result = await runPackage(source, { script: safe, entries }, { powerCuts: 'all' });
  assert.deepEqual([result.verdict, result.proved], ['runs', false]);
  const once = `${mountSystem}apply_patch_check("/system/seen") || package_extract_dir("system", "/system");\npackage_extract_file("p", "/system/seen");\ndelete("/system/new/file");\n`;
  const drifting = await runPackage(source, { script: once, entries }, { powerCuts: 'all', profile: 'android-4.1' });
  assert.equal(drifting.comparedWith, 'nothing');
});

test('integration: nothing is swept when the run itself fails', async () => {
  const result = await run(`${safe}abort("end");\n`);
  assert.deepEqual([result.status, result.powerCuts], ['aborted', undefined]);
});

test('integration: the RAM disk and what is mounted are lost with the power', async () => {
  const fragile =
    `${mountSystem}apply_patch_check("/system/mark") && (apply_patch_check("/tmp/t") || abort("tmp is gone"));\n` +
    'package_extract_file("p", "/tmp/t");\npackage_extract_file("p", "/system/mark");\ndelete("/system/gone/x");\n';
  const result = await runPackage(source, { script: fragile, entries }, { powerCuts: 'all', profile: 'android-4.1' });
  assert.ok(result.powerCuts?.failures.some(({ message }) => message?.startsWith('tmp is gone')));
});

test('integration: the progress of a sweep is told, and the signal stops it', async () => {
  const items: (string | undefined)[] = [];
  await run(safe, { onProgress: ({ item }) => items.push(item) });
  assert.deepEqual([...new Set(items)], ['statements', 'power cuts']);
  const controller = new AbortController();
  const onProgress = ({ item }: { item?: string | undefined }) => item === 'power cuts' && controller.abort();
  await assert.rejects(run(safe, { signal: controller.signal, onProgress: (p) => void onProgress(p) }), /abort/i);
});
