import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changes,
  makePackage,
  memoryBuild,
  mountSystem,
  type PackageSpec,
  type RunChanges,
  runBytes,
  runPackage,
  sha1,
} from '../support/device.js';
import { directory, file, link, type NodeSpec } from '../support/targetfiles.js';

async function run(
  nodes: Readonly<Record<string, NodeSpec>>,
  script: string,
  spec: PackageSpec = {},
  request: RunChanges = {},
) {
  return runPackage(memoryBuild({ nodes }), { script: `${mountSystem}${script}\n`, ...spec }, request);
}

test('integration: delete(p…): unlink; never fails; does not remove directories', async () => {
  const nodes = { 'SYSTEM/a/b': file('x'), 'SYSTEM/l': link('a') };
  const script = 'delete("/system/a/b", "/system/none", "/system/a", "/system/a/b/c", "/system/l") || abort("never");';
  const result = await run(nodes, script);
  assert.equal(result.status, 'succeeded');
  assert.deepEqual(changes(result), ['- /system/a/b', '- /system/l']);
});

test('integration: delete through a link in the middle of the path removes what the link leads to', async () => {
  const nodes = { 'SYSTEM/usr/bin/foo': file('x'), 'SYSTEM/bin': link('usr/bin') };
  assert.deepEqual(changes(await run(nodes, 'delete("/system/bin/foo");')), ['- /system/usr/bin/foo']);
});

test("integration: an absolute link leads out of /system, into the recovery's RAM disk", async () => {
  const nodes = { 'SYSTEM/etc/x': file('x'), 'SYSTEM/conf': link('/etc') };
  assert.deepEqual(changes(await run(nodes, 'delete("/system/conf/x");')), []);
});

test('integration: links in a circle: ELOOP, and nothing happens', async () => {
  const nodes = { 'SYSTEM/a': link('b'), 'SYSTEM/b': link('a') };
  const script = 'delete("/system/a/x");\nset_perm(0, 0, 0644, "/system/a");';
  const result = await run(nodes, script, {}, { profile: 'android-4.4' });
  assert.match(result.message ?? '', /ELOOP/);
});

test('integration: delete_recursive(p…): as rm -rf, does not follow links', async () => {
  const nodes = { 'SYSTEM/a/b/c': file('x'), 'SYSTEM/a/out': link('../kept'), 'SYSTEM/kept/d': file('y') };
  const result = await run(nodes, 'delete_recursive("/system/a", "/system/none") || abort("never");');
  assert.deepEqual(changes(result), ['- /system/a', '- /system/a/b', '- /system/a/b/c', '- /system/a/out']);
});

test('integration: symlink(target, link…): unlinks each link first', async () => {
  const nodes = { 'SYSTEM/a': file('x'), 'SYSTEM/b': link('old') };
  const result = await run(nodes, 'symlink("new", "/system/a", "/system/b", "/system/c");');
  assert.deepEqual(changes(result), [
    '~ /system/a kind file -> link',
    '~ /system/b link old -> new',
    '+ /system/c link',
  ]);
});

test('integration: symlink: a directory in the way aborts', async () => {
  const result = await run({ 'SYSTEM/a': directory() }, 'symlink("x", "/system/a");');
  assert.equal(result.status, 'aborted');
  assert.match(result.message ?? '', /some symlinks failed/);
});

test('integration: symlink makes missing parents (mode 0700) from 4.2 on; strict does not count on it', async () => {
  const script = 'symlink("x", "/system/new/dir/l");';
  assert.equal((await run({}, script)).status, 'aborted');
  assert.equal((await run({}, script, {}, { profile: 'android-4.1' })).status, 'aborted');
  const made = await run({}, script, {}, { profile: 'android-4.4' });
  assert.deepEqual(changes(made), [
    '+ /system/new directory',
    '+ /system/new/dir directory',
    '+ /system/new/dir/l link',
  ]);
});

test('integration: package_extract_dir: parents made; directory entries ignored, links become files that hold their text', async () => {
  const spec = {
    entries: { 'system/new/dir/file': 'x', 'system/other': 'y', 'systematic/z': 'z' },
    more: [
      { name: 'system/empty/', mode: 0o040755 },
      { name: 'system/zl', data: Buffer.from('target'), mode: 0o120777 },
    ],
  };
  const result = await run({}, 'package_extract_dir("system", "/system") || abort("no");', spec);
  assert.deepEqual(changes(result), [
    '+ /system/new directory',
    '+ /system/new/dir directory',
    '+ /system/new/dir/file file',
    '+ /system/other file',
    '+ /system/zl file',
  ]);
});

test('integration: package_extract_dir: a full disk gives true on every release, and the rest is missing', async () => {
  const source = memoryBuild({ nodes: { 'SYSTEM/a': file('a') } });
  const script = `${mountSystem}package_extract_dir("system", "/system") || abort("told");\n`;
  const spec = { script, entries: { 'system/big': 'x'.repeat(100_000), 'system/later': 'y' } };
  const small = { systemSize: 80_000 };
  const result = await runPackage(source, spec, small);
  assert.equal(result.status, 'succeeded');
  assert.deepEqual(changes(result), ['+ /system/big file']);
  assert.ok(result.system.peak <= 80_000);
  const checked = {
    ...spec,
    script: `${script}apply_patch_check("/system/big", "${sha1(spec.entries['system/big'])}") || abort("x");\n`,
  };
  assert.equal((await runPackage(source, checked, small)).deviceCode, 510);
  for (const profile of ['android-4.1', 'android-7.1', 'le-c', 'le-7'] as const) {
    assert.equal((await runPackage(source, spec, { ...small, profile })).status, 'succeeded', profile);
  }
});

test('integration: package_extract_dir writes through an existing symbolic link', async () => {
  const nodes = { 'SYSTEM/real': file('old'), 'SYSTEM/l': link('real') };
  const result = await run(nodes, 'package_extract_dir("system", "/system");', { entries: { 'system/l': 'new' } });
  assert.deepEqual(changes(result), ['~ /system/real content']);
});

test('integration: package_extract_dir: a directory or a file in the way ends it', async () => {
  for (const entry of ['system/d', 'system/f/x']) {
    const nodes = { 'SYSTEM/d': directory(), 'SYSTEM/f': file('f') };
    const result = await run(nodes, 'package_extract_dir("system", "/system") || abort("no");', {
      entries: { [entry]: 'x' },
    });
    assert.equal(result.status, 'aborted', entry);
    assert.deepEqual(changes(result), []);
  }
});

test('integration: package_extract_dir stays inside its directory', async () => {
  const result = await run({}, 'package_extract_dir("system", "/system/a") || abort("no");', {
    entries: { 'system/../../x': 'x' },
  });
  assert.equal(result.status, 'aborted');
});

test('integration: package_extract_file: makes no parents; follows links; "" on failure', async () => {
  const nodes = { 'SYSTEM/real': file('old'), 'SYSTEM/l': link('real'), 'SYSTEM/d': directory() };
  const entries = { e: 'new' };
  const through = await run(nodes, 'package_extract_file("e", "/system/l") || abort("no");', { entries });
  assert.deepEqual(changes(through), ['~ /system/real content']);
  for (const path of ['/system/none/x', '/system/d', '/system/real/x', '/system/d/']) {
    const result = await run(nodes, `package_extract_file("e", "${path}") || abort("no");`, { entries });
    assert.match(result.message ?? '', /^no/, path);
  }
  const absent = await run(nodes, 'package_extract_file("none", "/system/x") || abort("no");', { entries });
  assert.match(absent.message ?? '', /no none in package/);
});

test('integration: umask 077 on the old ones: created files need explicit owner and mode, new directories too', async () => {
  const source = memoryBuild();
  const target = memoryBuild({
    nodes: { 'SYSTEM/n/f': file('x', { mode: 0o600 }), 'SYSTEM/n': directory({ mode: 0o700 }) },
  });
  const entries = { 'system/n/f': 'x' };
  const extract = `${mountSystem}package_extract_dir("system", "/system");\n`;
  const proved = async (script: string, profile: 'strict' | 'android-4.1' | 'android-5.1') =>
    (await runPackage(source, { script, entries }, { profile, target })).proved;
  assert.equal(await proved(extract, 'android-4.1'), true);
  assert.equal(await proved(extract, 'android-5.1'), false);
  assert.equal(await proved(extract, 'strict'), false, 'strict takes no mode for granted');
  const set = `${extract}set_perm(0, 0, 0600, "/system/n/f");\nset_perm(0, 0, 0700, "/system/n");\n`;
  assert.equal(await proved(set, 'strict'), true);
});

test('integration: set_perm: any error aborts; Android follows links, Linux-Embedded skips them, strict refuses', async () => {
  const nodes = { 'SYSTEM/real': file('x'), 'SYSTEM/l': link('real') };
  const through = 'set_perm(1, 2, 04711, "/system/l");';
  const result = await run(nodes, through, {}, { profile: 'android-4.4' });
  assert.deepEqual(changes(result), ['~ /system/real mode 0644 -> 4711', '~ /system/real owner 0:0 -> 1:2']);
  assert.deepEqual(changes(await run(nodes, through, {}, { profile: 'le-7' })), []);
  assert.match((await run(nodes, through)).message ?? '', /is a link/);
  const missing = await run(nodes, 'set_perm(0, 0, 0600, "/system/none", "/system/real");');
  assert.match(missing.message ?? '', /some changes failed: \/system\/none: ENOENT/);
  for (const bad of ['x, 0, 0644', '0, "-1", 0644', '0, 0, 0999', '0, 0, 070000']) {
    assert.equal((await run(nodes, `set_perm(${bad}, "/system/real");`)).status, 'aborted', bad);
  }
});

test('integration: set_perm_recursive: skips links, ignores errors', async () => {
  const nodes = {
    'SYSTEM/d/f': file('x'),
    'SYSTEM/d/l': link('../out'),
    'SYSTEM/out': file('y'),
    'SYSTEM/dl': link('d'),
  };
  const result = await run(nodes, 'set_perm_recursive(0, 7, 0711, 0600, "/system/d", "/system/none", "/system/dl");');
  assert.equal(result.status, 'succeeded');
  assert.deepEqual(changes(result), [
    '~ /system/d mode 0755 -> 0711',
    '~ /system/d owner 0:0 -> 0:7',
    '~ /system/d/f mode 0644 -> 0600',
    '~ /system/d/f owner 0:0 -> 0:7',
  ]);
});

test('integration: set_metadata*: from 4.4, on the families of strict; mixing them is refused', async () => {
  const nodes = { 'SYSTEM/d/f': file('x'), 'SYSTEM/d/l': link('f') };
  const script =
    'set_metadata_recursive("/system/d", "uid", 1, "gid", 2, "dmode", 0700, "fmode", 0600, "capabilities", 0x0, "selabel", "u:l");\n' +
    'set_metadata("/system/d/f", "uid", 0, "gid", 0, "mode", 04755, "capabilities", 0x400);';
  const result = await run(nodes, script);
  assert.equal(result.permissions, 'set_metadata');
  assert.deepEqual(changes(result), [
    '~ /system/d mode 0755 -> 0700',
    '~ /system/d owner 0:0 -> 1:2',
    '~ /system/d/f mode 0644 -> 4755',
  ]);
  const mixed = await run(nodes, `${script}\nset_perm(0, 0, 0644, "/system/d/f");`);
  assert.equal(mixed.status, 'parse-error');
  assert.match(mixed.message ?? '', /mixes set_perm and set_metadata/);
  assert.equal(
    (await run(nodes, `${script}\nset_perm(0, 0, 0644, "/system/d/f");`, {}, { profile: 'android-4.4' })).status,
    'succeeded',
  );
  assert.equal((await run(nodes, script, {}, { profile: 'android-4.1' })).status, 'parse-error');
  assert.equal((await run(nodes, script, {}, { profile: 'le-c' })).status, 'parse-error');
  assert.equal((await run(nodes, script, {}, { profile: 'linux-embedded' })).status, 'succeeded');
  const perm = 'set_perm(0, 0, 0644, "/system/d/f");';
  assert.equal((await run(nodes, perm, {}, { profile: 'android-5.1' })).status, 'parse-error');
  for (const bad of [
    '"/system/none", "uid", 0',
    '"/system/d", "uid"',
    '"/system/d", "uid", 0, "gid"',
    '"/system/d", "color", 0',
  ]) {
    assert.equal((await run(nodes, `set_metadata(${bad});`)).status, 'aborted', bad);
  }
  const gone = 'set_metadata("/system/none", "uid", 0);\nset_metadata_recursive("/system/none", "uid", 0);';
  for (const profile of ['android-4.4', 'android-5.1', 'android-7.1', 'le-7'] as const) {
    assert.equal((await run(nodes, gone, {}, { profile })).status, 'succeeded', profile);
  }
});

test('integration: labels and capabilities are compared where the build names them', async () => {
  const nodes = { 'SYSTEM/f': file('x', { selabel: 'u:l', capabilities: 0x400n }) };
  const source = memoryBuild({ nodes });
  const touch = 'set_metadata("/system/f", "uid", 0, "gid", 0, "mode", 0644';
  const full = `${mountSystem}${touch}, "capabilities", 0x400, "selabel", "u:l");\n`;
  assert.equal((await runPackage(source, { script: full }, { target: source })).proved, true);
  const lost = await runPackage(source, { script: `${mountSystem}${touch});\n` }, { target: source });
  assert.deepEqual(changes(lost), ['~ /system/f capabilities 0x400 -> 0x0']);
  const wrong = await runPackage(
    source,
    { script: `${mountSystem}${touch}, "capabilities", 0x400, "selabel", "u:m");\n` },
    { target: source },
  );
  assert.deepEqual(changes(wrong), ['~ /system/f label u:l -> u:m']);
});

test('integration: `rename`: 4.4 makes no parents and aborts when it was done before; later ones make them and go on', async () => {
  const nodes = { 'SYSTEM/a': file('x'), 'SYSTEM/d/e': file('y') };
  const script = 'rename("/system/a", "/system/n/b");';
  assert.equal((await run(nodes, script)).status, 'parse-error');
  for (const profile of ['android-5.1', 'android-7.1', 'le-7'] as const) {
    const done = await run(nodes, `${script}\n${script}`, {}, { profile });
    assert.deepEqual(changes(done), ['- /system/a', '+ /system/n directory', '+ /system/n/b file'], profile);
  }
  assert.match((await run(nodes, script, {}, { profile: 'android-4.4' })).message ?? '', /ENOENT/);
  const near = 'rename("/system/a", "/system/b");';
  const twice = await run(nodes, `${near}\n${near}`, {}, { profile: 'android-4.4' });
  assert.equal(twice.status, 'aborted');
  const inside = await run(nodes, 'rename("/system/d", "/system/d/e2");', {}, { profile: 'android-4.4' });
  assert.match(inside.message ?? '', /EINVAL/);
});

test('integration: names are bytes, and long ones are refused', async () => {
  const nodes = { 'SYSTEM/\xc3\xa9 "q\\': file('x') };
  assert.deepEqual(changes(await run(nodes, 'delete("/system/\xc3\xa9 \\"q\\\\");')), ['- /system/é "q\\']);
  const long = `/system/${'n'.repeat(256)}`;
  assert.match((await run({}, `symlink("x", "${long}");`)).message ?? '', /symlinks failed/);
});

test('unit: what is written outside of mounted volumes is lost', async () => {
  const source = memoryBuild();
  const script = 'package_extract_dir("system", "/system") || abort("no");\n';
  const result = await runBytes(makePackage(source, { script, entries: { 'system/f': 'x' } }), source);
  assert.equal(result.status, 'succeeded');
  assert.deepEqual(changes(result), []);
});
