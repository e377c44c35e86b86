import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { test } from 'node:test';
import { noListRules } from '../../src/model/list-rules.js';
import { generatePackage } from '../../src/usecases/generate/generate.js';
import { memoryBuild, runBytes } from '../support/device.js';
import { testOptions } from '../support/generated.js';
import { caughtBy, mutationsOf, putTogether, takeApart } from '../support/mutations.js';
import { directory, file, link } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const program = (seed: number, edit: string): Buffer => {
  const bytes = Buffer.alloc(30_000);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * i * seed + (i >> 5)) & 0xff;
  bytes.write(edit, 12_000);
  return bytes;
};
const updater = { 'OTA/bin/updater': file('program', { mode: 0o755 }) };
const source = memoryBuild({
  nodes: {
    ...updater,
    'BOOTABLE_IMAGES/boot.img': file(program(3, 'old kernel')),
    'SYSTEM/bin/app': file(program(5, 'old app'), { mode: 0o755 }),
    'SYSTEM/bin/su': file(program(7, 'old su'), { mode: 0o4755 }),
    'SYSTEM/bin/sh': link('app'),
    'SYSTEM/etc/old.conf': file('goes away'),
    'SYSTEM/etc/older.conf': file('goes away too'),
    'SYSTEM/kind': file('a file that becomes a link'),
    'SYSTEM/lib/libx.so.1': file(program(9, 'one')),
  },
});
const target = memoryBuild({
  nodes: {
    ...updater,
    'BOOTABLE_IMAGES/boot.img': file(program(3, 'new kernel')),
    'SYSTEM/bin/app': file(program(5, 'new app'), { mode: 0o755 }),
    'SYSTEM/bin/su': file(program(7, 'new su'), { mode: 0o4755 }),
    'SYSTEM/bin/sh': link('su'),
    'SYSTEM/bin/ash': link('su'),
    'SYSTEM/etc/new.conf': file('comes new', { mode: 0o600, gid: 7 }),
    'SYSTEM/etc/new.d': directory({ mode: 0o700 }),
    'SYSTEM/kind': link('bin'),
    'SYSTEM/lib/libx.so.2': file(program(9, 'two')),
  },
  revision: 'A02',
});

/** Statements without which the outcome is the same: others do their work again, or they only guard against what no cut does. */
const harmless = [
  /^dropped: assert\(apply_patch_check\(/,
  /^dropped: apply_patch_check\(/,
  /^dropped: delete\(/,
  /^dropped: set_perm/,
  /^too early: set_perm/,
  /^delete without "/,
];

test('end-to-end: mistakes in a package are caught', async (t) => {
  const folder = workFolder('mutations');
  const output = join(folder, 'update.zip');
  await generatePackage(
    { source, target, rules: noListRules, findings: [] },
    testOptions(output, { verify: { level: 'off', profile: 'strict' } }),
  );
  const original = await takeApart(output);
  const prove = (bytes: Uint8Array) => runBytes(bytes, source, { target, powerCuts: 24 });
  assert.equal((await prove(putTogether(original))).proved, true);
  const missed: string[] = [];
  const names: string[] = [];
  for (const mutation of mutationsOf(original)) {
    const check = caughtBy(await prove(putTogether(mutation.package)));
    t.diagnostic(`${mutation.name}\n    -> ${check ?? 'no difference'}`);
    names.push(mutation.name);
    if (check === undefined) missed.push(mutation.name);
  }
  t.diagnostic(`${names.length - missed.length} caught, ${missed.length} without effect`);
  assert.deepEqual(
    missed.filter((name) => !harmless.some((pattern) => pattern.test(name))),
    [],
  );
  const outside = names.filter((name) => name.startsWith('outside, '));
  assert.ok(outside.length >= 50, `${outside.length} mutations write outside`);
  assert.deepEqual(
    missed.filter((name) => name.startsWith('outside, ')),
    [],
  );
  // of the kinds where some are harmless, these are not
  for (const kind of [
    /^dropped: delete\("\/system\/lib\/libx.so.1"\)/,
    /^delete without "\/system\/etc\/old.conf"/,
    /^dropped: set_perm\(0, 0, 04755/,
    /^too early: set_perm\(0, 0, 04755/,
    /^dropped: set_perm_recursive\(0, 0, 0700/,
  ]) {
    assert.ok(
      names.some((name) => kind.test(name)),
      `no mutation ${kind}`,
    );
    assert.ok(!missed.some((name) => kind.test(name)), `not caught: ${kind}`);
  }
});
