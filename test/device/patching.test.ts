import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import {
  bsdiff,
  changes,
  handMadePatch,
  memoryBuild,
  mountSystem,
  type RunChanges,
  runPackage,
  sha1,
} from '../support/device.js';
import { directory, file, link, type NodeSpec } from '../support/targetfiles.js';

const before = Buffer.alloc(20_000, 'the old program ');
const after = Buffer.concat([before.subarray(0, 9000), Buffer.from('made new'), before.subarray(9000)]);
const patch = bsdiff(before, after);
const identity = bsdiff(after, after);
const [A, B] = [sha1(before), sha1(after)];

const check = (path: string, ...hashes: string[]) =>
  `apply_patch_check("${path}"${hashes.map((hash) => `, "${hash}"`).join('')})`;
const apply = (source: string, target = '-', size = after.length, name = 'p') =>
  `apply_patch("${source}", "${target}", ${B}, ${size}, ${A}, package_extract_file("${name}"))`;

async function run(
  nodes: Readonly<Record<string, NodeSpec>>,
  script: string,
  request: RunChanges = {},
  entries: Readonly<Record<string, string | Uint8Array>> = {},
) {
  const spec = { script: `${mountSystem}${script}\n`, entries: { p: patch, ...entries } };
  return runPackage(memoryBuild({ nodes }), spec, request);
}

const app = { 'SYSTEM/app': file(before, { mode: 0o755, uid: 3, gid: 4 }) };

test("integration: apply_patch_check: true if the file's SHA-1 is any of the list", async () => {
  for (const [hashes, holds] of [
    [[A], true],
    [[B, A], true],
    [[B], false],
    [['xyz', A.toUpperCase()], true],
    [[], true],
  ] as const) {
    const result = await run(app, `${check('/system/app', ...hashes)} || abort("no");`);
    assert.equal(result.status === 'succeeded', holds, hashes.join());
    if (!holds) assert.equal(result.deviceCode, 510);
  }
  assert.equal((await run(app, `${check('/system/none', A)} || abort("no");`)).deviceCode, 510);
  assert.equal((await run({ 'SYSTEM/app': directory() }, `${check('/system/app')} || abort("no");`)).deviceCode, 510);
});

test('integration: apply_patch_check: else if /cache/saved.file has one of them; with an empty list that never holds', async () => {
  const save = 'package_extract_file("old", "/cache/saved.file");\n';
  const entries = { old: before };
  const named = await run({}, `${save}${check('/system/none', A)} || abort("no");`, {}, entries);
  assert.equal(named.status, 'succeeded');
  const empty = await run({}, `${save}${check('/system/none')} || abort("no");`, {}, entries);
  assert.equal(empty.status, 'aborted');
});

test('integration: apply_patch: if the target already has its SHA-1, done', async () => {
  const result = await run({ 'SYSTEM/app': file(after) }, `${apply('/system/none', '/system/app')} || abort("no");`);
  assert.equal(result.status, 'succeeded');
  assert.deepEqual(changes(result), []);
});

test("integration: apply_patch: the source's SHA-1 selects the patch; mode and owner are the source's", async () => {
  const script =
    `apply_patch("/system/app", "-", ${B}, ${after.length}, ${B}, package_extract_file("q"), ` +
    `${A}, package_extract_file("p")) || abort("no");`;
  const result = await run(app, script, {}, { q: identity });
  assert.deepEqual(changes(result), ['~ /system/app content']);
  assert.ok(result.memoryPeak >= before.length + after.length + patch.length + identity.length);
});

test('integration: apply_patch: else /cache/saved.file is tried as source', async () => {
  const script = `package_extract_file("old", "/cache/saved.file");\n${apply('/system/app')} || abort("no");`;
  const result = await run({ 'SYSTEM/app': file('lost') }, script, {}, { old: before });
  assert.deepEqual(changes(result), ['~ /system/app content', '~ /system/app mode 0644 -> left to the umask']);
});

test('integration: apply_patch never aborts: a failed patch gives "" and the script goes on', async () => {
  for (const nodes of [{}, { 'SYSTEM/app': file('other') }]) {
    const result = await run(nodes, `${apply('/system/app')};\nui_print("on");`);
    assert.equal(result.status, 'succeeded');
    assert.deepEqual(changes(result), []);
  }
});

test('integration: chmod before chown: set-uid and set-gid bits are lost, and labels and capabilities', async () => {
  const nodes = { 'SYSTEM/app': file(before, { mode: 0o6755, capabilities: 0x10n, selabel: 'u:x' }) };
  const result = await run(nodes, `${apply('/system/app')} || abort("no");`);
  assert.deepEqual(changes(result), [
    '~ /system/app content',
    '~ /system/app mode 6755 -> 0755',
    '~ /system/app capabilities 0x10 -> 0x0',
  ]);
});

test('integration: a set-gid bit without group execution is kept by chown', async () => {
  const result = await run({ 'SYSTEM/app': file(before, { mode: 0o2644 }) }, `${apply('/system/app')} || abort("no");`);
  assert.deepEqual(changes(result), ['~ /system/app content']);
});

test('integration: writes <target>.patch beside the target: its directory must exist', async () => {
  const missing = await run(app, `${apply('/system/app', '/system/none/app')} || abort("no");`);
  assert.match(missing.message ?? '', /failed to open output file \/system\/none\/app.patch: ENOENT/);
  const result = await run(app, `${apply('/system/app', '/system/moved')} || abort("no");`);
  assert.deepEqual(changes(result), ['+ /system/moved file'], 'the source is not deleted');
});

test('integration: a directory at the place of the target: the rename fails and <target>.patch is left behind', async () => {
  const result = await run({ ...app, 'SYSTEM/d': directory() }, `${apply('/system/app', '/system/d')};`);
  assert.deepEqual(changes(result), ['+ /system/d.patch file']);
});

test('integration: the rename replaces a link, it does not follow it', async () => {
  const nodes = { ...app, 'SYSTEM/l': link('app') };
  const result = await run(nodes, `${apply('/system/l')} || abort("no");`);
  assert.deepEqual(changes(result), ['~ /system/l kind link -> file']);
});

test('integration: a wrong result: "patch did not produce expected sha1", and <target>.patch is left behind', async () => {
  const wrong = `apply_patch("/system/app", "-", ${A.replace(/^./, '0')}, ${after.length}, ${A}, package_extract_file("p"))`;
  const result = await run(app, `${wrong};`);
  assert.deepEqual(changes(result), ['+ /system/app.patch file']);
});

const used = 4096 * 12;

test('integration: free space must exceed 256 KiB and 1.5 x target size; otherwise the source is copied to /cache and unlinked first', async () => {
  const script = `${apply('/system/app')} || abort("no");`;
  const roomy = await run(app, script, { systemSize: used + 400_000 });
  assert.equal(roomy.status, 'succeeded');
  assert.equal(roomy.cache.peak, 4096, '/cache was not used');
  const tight = await run(app, script, { systemSize: used + 200_000 });
  assert.equal(tight.status, 'succeeded');
  assert.equal(tight.cache.peak, 4096 + 20480, 'the source went through /cache');
  assert.deepEqual(changes(tight), ['~ /system/app content']);
  const noCache = await run(app, script, { systemSize: used + 200_000, cacheSize: 16_384 });
  assert.equal(noCache.deviceCode, 511);
  assert.match(noCache.message ?? '', /not enough free space on \/cache/);
});

test('integration: a failed patch tries again through /cache: the source is lost from its place, and a later one overwrites the only copy', async () => {
  const entries = { p: Buffer.concat([Buffer.from('BSDIFF40'), Buffer.alloc(24, 0xff)]) };
  const source = memoryBuild({ nodes: { ...app, 'SYSTEM/second': file(after) } });
  const script = `${mountSystem}${apply('/system/app')};\n`;
  const lost = await runPackage(source, { script, entries });
  assert.deepEqual(changes(lost), ['- /system/app', '+ /system/app.patch file']);
  const saved = await runPackage(source, {
    script: `${script}${check('/system/app', A)} || abort("lost");\n`,
    entries,
  });
  assert.equal(saved.status, 'succeeded', 'the copy in /cache serves the check');
  const second = `apply_patch("/system/second", "-", ${A}, 10, ${B}, package_extract_file("p"));\n`;
  const gone = await runPackage(source, {
    script: `${script}${second}${check('/system/app', A)} || abort("lost");\n`,
    entries,
  });
  assert.match(gone.message ?? '', /^lost/);
});

test('integration: not a patch: gives ""', async () => {
  const result = await run(
    app,
    `${apply('/system/app', '-', after.length, 'text')} || abort("no");`,
    {},
    { text: 'no patch' },
  );
  assert.match(result.message ?? '', /unknown patch file format/);
  const missing = await run(app, `${apply('/system/app', '-', after.length, 'none')} || abort("no");`);
  assert.match(missing.message ?? '', /unknown patch file format/);
});

test('integration: a truncated stream: the device loops for ever on it', async () => {
  for (const length of [patch.length - 4, patch.length - 20]) {
    const entries = { p: patch.subarray(0, length) };
    const result = await run(app, `${apply('/system/app')} || abort("no");`, {}, entries);
    assert.notEqual(result.status, 'succeeded');
    if (result.status === 'hung') return;
  }
  assert.fail('no truncation hung');
});

test('integration: an empty source fails on the newer ones', async () => {
  const empty = new Uint8Array();
  const entries = { e: handMadePatch([[0, after.length, 0]], empty, after, after.length) };
  const script = `apply_patch("/system/app", "-", ${B}, ${after.length}, ${sha1(empty)}, package_extract_file("e")) || abort("no");`;
  const nodes = { 'SYSTEM/app': file(empty) };
  for (const [profile, works] of [
    ['android-4.1', true],
    ['android-7.1', false],
    ['strict', false],
  ] as const) {
    assert.equal((await run(nodes, script, { profile }, entries)).status === 'succeeded', works, profile);
  }
});

test("integration: strict refuses a target size that is not the result's", async () => {
  const script = `${apply('/system/app', '-', after.length - 1)} || abort("no");`;
  assert.equal((await run(app, script)).status, 'aborted');
  assert.equal((await run(app, script, { profile: 'android-4.1' })).status, 'succeeded');
});

test('integration: arguments of apply_patch: text and bytes in their places, else it aborts', async () => {
  const bytes = 'package_extract_file("p")';
  for (const args of [
    `"/system/app", "-", ${B}, x, ${A}, ${bytes}`,
    `"/system/app", "-", ${B}, 1, ${A}, "text"`,
    `"/system/app", "-", ${B}, 1, ${bytes}, ${bytes}`,
    `${bytes}, "-", ${B}, 1, ${A}, ${bytes}`,
    `"/system/app", "-", ${B}, 1, ${A}`,
    `"/system/app", "-", ${B}, 1, ${A}, ${bytes}, ${A}`,
    `"/system/app", "-", ${B}, "-5", ${A}, ${bytes}`,
  ]) {
    const result = await run(app, `apply_patch(${args});\nui_print("on");`);
    assert.equal(result.status, 'aborted', args);
  }
  const hash = await run(app, `apply_patch("/system/app", "-", zz, 1, ${A}, ${bytes}) || abort("no");`);
  assert.match(hash.message ?? '', /failed to parse tgt-sha1/);
});

test('integration: apply_patch_space(n) may delete loose files directly in /cache, never saved.file nor files in subdirectories', async () => {
  const fill = (name: string) => `package_extract_file("big", "/cache/${name}") || abort("fill");\n`;
  const entries = { big: 'x'.repeat(40_000), 'cache/recovery/kept': 'y' };
  const setUp = `package_extract_dir("cache", "/cache");\n${fill('loose')}${fill('saved.file')}`;
  const space = (bytes: number, then: string) => `${setUp}apply_patch_space(${bytes}) || abort("space");\n${then}`;
  const request = { cacheSize: 160_000 };
  const enough = space(60_000, `${check('/cache/loose')} || abort("deleted");`);
  assert.equal((await run({}, enough, request, entries)).status, 'succeeded', 'nothing is deleted without need');
  const made = space(100_000, '!apply_patch_check("/cache/loose") || abort("still there");');
  assert.equal((await run({}, made, request, entries)).status, 'succeeded');
  const kept = space(100_000, `${check('/cache/saved.file')} && ${check('/cache/recovery/kept')} || abort("gone");`);
  assert.equal((await run({}, kept, request, entries)).status, 'succeeded');
  const short = await run({}, space(110_000, ''), request, entries);
  assert.deepEqual([short.deviceCode, short.status], [511, 'aborted']);
  assert.match((await run({}, 'apply_patch_space("lots");')).message ?? '', /can't parse/);
});

test('integration: read_file and sha1_check', async () => {
  const holds = async (expression: string) => (await run(app, `${expression} || abort("no");`)).status === 'succeeded';
  assert.equal(await holds(`sha1_check(read_file("/system/app")) == "${A}"`), true);
  assert.equal(await holds(`sha1_check(read_file("/system/app"), "${B}", "${A}") == "${A}"`), true);
  assert.equal(await holds(`sha1_check(read_file("/system/app"), "${B}")`), false);
  assert.equal(await holds('sha1_check(read_file("/system/none"))'), false);
  assert.equal(await holds(`sha1_check(package_extract_file("p")) == "${sha1(patch)}"`), true);
});

test('integration: bytes outside of the source: zeros on the devices, refused by strict', async () => {
  const source = Buffer.from('abcd');
  const target = Buffer.from('abcdefgh');
  const reaching = handMadePatch([[8, 0, 0]], Buffer.from('\0\0\0\0efgh'), Buffer.alloc(0), 8);
  const script = `apply_patch("/system/s", "-", ${sha1(target)}, 8, ${sha1(source)}, package_extract_file("o")) || abort("no");`;
  const outcome = async (profile: 'strict' | 'android-4.1') =>
    (await run({ 'SYSTEM/s': file(source) }, script, { profile }, { o: reaching })).status;
  assert.equal(await outcome('android-4.1'), 'succeeded');
  assert.equal(await outcome('strict'), 'aborted');
});
