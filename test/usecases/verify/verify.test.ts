import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { InputError } from '../../../src/model/errors.js';
import { toBuildPath } from '../../../src/model/path.js';
import { profileNames, verifyPackage } from '../../../src/usecases/verify/verify.js';
import { changes, memoryBuild, mountSystem, runPackage } from '../../support/device.js';
import { directory, file, link, type NodeSpec } from '../../support/targetfiles.js';

type Nodes = Readonly<Record<string, NodeSpec | null>>;
const idle = { script: `${mountSystem}unmount("/system");\n` };
const compare = async (from: Nodes, to: Nodes) =>
  runPackage(memoryBuild({ nodes: from }), idle, { target: memoryBuild({ nodes: to }) });

const nodes: Nodes = {
  'SYSTEM/bin/app': file('app', { mode: 0o755 }),
  'SYSTEM/bin/l': link('app'),
  'SYSTEM/empty': directory(),
};

test('integration: equal builds are proved', async () => {
  const result = await compare(nodes, nodes);
  assert.deepEqual(
    [result.proved, result.differenceCount, result.status, result.deviceCode],
    [true, 0, 'succeeded', 0],
  );
  assert.ok(result.compared > 5);
});

test('integration: every path, kind, mode, owner, link and digest is compared, and what must be absent', async () => {
  const cases: readonly (readonly [Nodes, readonly string[]])[] = [
    [{ 'SYSTEM/bin/app': file('apq', { mode: 0o755 }) }, ['~ /system/bin/app content']],
    [{ 'SYSTEM/bin/app': file('app', { mode: 0o750 }) }, ['~ /system/bin/app mode 0750 -> 0755']],
    [{ 'SYSTEM/bin/app': file('app', { mode: 0o755, gid: 9 }) }, ['~ /system/bin/app owner 0:9 -> 0:0']],
    [{ 'SYSTEM/bin/l': link('ap') }, ['~ /system/bin/l link ap -> app']],
    [{ 'SYSTEM/bin/l': file('app') }, ['~ /system/bin/l kind file -> link']],
    [{ 'SYSTEM/empty': directory({ mode: 0o700 }) }, ['~ /system/empty mode 0700 -> 0755']],
    [{ 'SYSTEM/empty': null }, ['+ /system/empty directory']],
    [{ 'SYSTEM/bin/app': null }, ['+ /system/bin/app file']],
    [{ 'SYSTEM/more/deep': file('x') }, ['- /system/more', '- /system/more/deep']],
    [{ 'SYSTEM/empty': file('x') }, ['~ /system/empty kind file -> directory']],
    [
      { 'SYSTEM/bin/app': directory(), 'SYSTEM/bin/app/in': file('x') },
      ['~ /system/bin/app kind directory -> file', '- /system/bin/app/in'],
    ],
    [{ SYSTEM: directory({ mode: 0o711 }) }, ['~ /system mode 0711 -> 0755']],
    [{ 'BOOTABLE_IMAGES/boot.img': file('other') }, ['~ partition boot content']],
  ];
  for (const [edit, expected] of cases) {
    assert.deepEqual(changes(await compare(nodes, { ...nodes, ...edit })), expected);
  }
});

test('integration: what a package leaves alone must end as it is in the source', async () => {
  const source = memoryBuild({
    nodes: { ...nodes, 'SYSTEM/kept/a': file('source'), 'SYSTEM/kept/only': file('source') },
  });
  const target = memoryBuild({
    nodes: { ...nodes, 'SYSTEM/kept/a': file('target'), 'SYSTEM/kept/new': file('target') },
  });
  const keep = (path: string) => path.startsWith('SYSTEM/kept/');
  assert.equal((await runPackage(source, idle, { target, keep })).proved, true);
  assert.equal((await runPackage(source, idle, { target })).proved, false);
  const touched = { script: `${mountSystem}delete("/system/kept/a");\n` };
  assert.deepEqual(changes(await runPackage(source, touched, { target, keep })), ['- /system/kept/a']);
});

test('integration: a directory that holds what is kept may stay', async () => {
  const source = memoryBuild({ nodes: { ...nodes, 'SYSTEM/old/kept': file('x') } });
  const target = memoryBuild({ nodes });
  const keep = (path: string) => path === 'SYSTEM/old/kept';
  assert.equal((await runPackage(source, idle, { target, keep })).proved, true);
});

test('integration: a mixture of both builds can be expected', async () => {
  const source = memoryBuild({ nodes });
  const target = memoryBuild({ nodes: { ...nodes, 'SYSTEM/bin/app': file('new') } });
  const path = toBuildPath('SYSTEM/bin/l');
  const expected = new Map(source.build.entries);
  assert.equal((await runPackage(source, idle, { target, expected })).proved, true);
  expected.delete(path);
  assert.deepEqual(changes(await runPackage(source, idle, { target, expected })), ['+ /system/bin/l link']);
});

test('integration: differences are counted, and the first ones told in byte order', async () => {
  const many: Record<string, NodeSpec> = {};
  for (let i = 0; i < 50; i++) many[`SYSTEM/f${i}`] = file('x');
  const target = memoryBuild({ nodes: { ...nodes, ...many } });
  const result = await runPackage(memoryBuild({ nodes }), idle, { target, mostDifferences: 3 });
  assert.equal(result.differenceCount, 50);
  assert.deepEqual(
    result.differences.map(({ path }) => path),
    ['/system/f0', '/system/f1', '/system/f10'],
  );
});

test('integration: every profile runs a script of the functions that all have', async () => {
  for (const profile of profileNames) {
    const result = await runPackage(memoryBuild({ nodes }), idle, { profile, target: memoryBuild({ nodes }) });
    assert.deepEqual([result.profile, result.proved], [profile, true]);
  }
});

test('integration: the trace tells every statement with its line and its value', async () => {
  const script = `${mountSystem}ui_print("hello");\ndelete("/system/bin/app",\n       "/system/none");\n`;
  const { trace } = await runPackage(memoryBuild({ nodes }), { script }, { trace: true });
  assert.deepEqual(trace, [
    '     1: mount("ubifs", "UBI", "system", "/system") || abort("mount")',
    '        = "/system"',
    '     2: ui_print("hello")',
    '        hello',
    '        = "hello"',
    '     3: delete("/system/bin/app", "/system/none")',
    '        = "1"',
  ]);
  assert.equal((await runPackage(memoryBuild({ nodes }), { script })).trace, undefined);
});

test('integration: /system has the size of misc_info where the source fits it, else what the larger of source and target takes and 20 MB', async () => {
  const source = memoryBuild({ nodes: { ...nodes, 'SYSTEM/big': file(Buffer.alloc(100_000)) } });
  const sized = (systemSize: number) => ({
    ...source,
    build: { ...source.build, misc: { ...source.build.misc, systemSize } },
  });
  const { system } = await runPackage(source, idle);
  assert.equal(system.capacity, system.peak + 20 * 2 ** 20);
  const larger = memoryBuild({ nodes: { ...nodes, 'SYSTEM/big': file(Buffer.alloc(1_000_000)) } });
  const grown = await runPackage(source, idle, { target: larger });
  assert.equal(
    grown.system.capacity,
    system.capacity + 4096 * (Math.ceil(1_000_000 / 4096) - Math.ceil(100_000 / 4096)),
  );
  assert.equal((await runPackage(sized(5_000_000), idle)).system.capacity, 5_000_000);
  const small = await runPackage(sized(1000), idle);
  assert.equal(small.system.capacity, system.capacity);
  assert.match(small.notes.join(), /less than the source takes/);
  assert.equal((await runPackage(source, idle, { systemSize: 7_000_000, cacheSize: 9_000 })).cache.capacity, 9_000);
});

test('integration: a package that is not there, or is a folder, is an input error', async () => {
  for (const packagePath of ['/nonexistent/update.zip', '/']) {
    await assert.rejects(verifyPackage({ source: memoryBuild() }, { packagePath }), InputError);
  }
});
