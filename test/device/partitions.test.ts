import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { toBuildPath } from '../../src/model/path.js';
import { bsdiff, changes, emmcTable, memoryBuild, type RunChanges, runPackage, sha1 } from '../support/device.js';
import { file } from '../support/targetfiles.js';

const eraseBlock = 4096;
const oldBoot = Buffer.alloc(30_000, 'kernel 1 ');
const newBoot = Buffer.concat([Buffer.alloc(20_000, 'kernel 1 '), Buffer.from('!'), Buffer.alloc(13_000, 'kernel 1 ')]);
const [A, B] = [sha1(oldBoot), sha1(newBoot)];
const [S1, S2] = [oldBoot.length, newBoot.length];
const entries = { p: bsdiff(oldBoot, newBoot), identity: bsdiff(newBoot, newBoot), 'boot.img': newBoot };

const source = memoryBuild({ nodes: { 'BOOTABLE_IMAGES/boot.img': file(oldBoot) } });
const target = memoryBuild({ nodes: { 'BOOTABLE_IMAGES/boot.img': file(newBoot) } });
const emmcSource = memoryBuild({ nodes: { 'BOOTABLE_IMAGES/boot.img': file(oldBoot) } }, emmcTable);

const run = (script: string, request: RunChanges = {}, from = source) =>
  runPackage(from, { script: `${script}\n`, entries }, request);

const address = `MTD:boot:${S1}:${A}:${S2}:${B}`;
const inPlace = `apply_patch("${address}", "-", ${B}, ${S2}, ${A}, package_extract_file("p"))`;

test('integration: the size whose prefix has its SHA-1 is loaded', async () => {
  for (const [name, holds] of [
    [`MTD:boot:${S1}:${A}`, true],
    [address, true],
    [`MTD:boot:${S2}:${B}:${S1}:${A}`, true],
    [`MTD:boot:${S2}:${B}`, false],
    [`MTD:other:${S1}:${A}`, false],
    ['MTD:boot', false],
    [`MTD:boot:${S1}`, false],
    [`MTD:boot:x:${A}`, false],
    [`MTD:boot:9999999:${A}`, false],
    [`EMMC:boot:${S1}:${A}`, false],
  ] as const) {
    const result = await run(`apply_patch_check("${name}") || abort("no");`);
    assert.equal(result.status === 'succeeded', holds, name);
  }
});

test('integration: EMMC:<device>: reads the block device', async () => {
  const device = '/dev/block/bootdevice/by-name/boot';
  const script = `apply_patch_check("EMMC:${device}:${S1}:${A}") || abort("no");`;
  assert.equal((await run(script, {}, emmcSource)).status, 'succeeded');
  const patching = `apply_patch("EMMC:${device}:${S1}:${A}:${S2}:${B}", "-", ${B}, ${S2}, ${A}, package_extract_file("p")) || abort("no");`;
  assert.equal((await run(patching, { target: target.build }, emmcSource)).proved, true);
});

test('integration: eMMC images go through package_extract_file to the device; write_raw_image is MTD only', async () => {
  const device = '/dev/block/bootdevice/by-name/boot';
  const written = await run(`package_extract_file("boot.img", "${device}") || abort("no");`, { target }, emmcSource);
  assert.equal(written.proved, true);
  const raw = await run('write_raw_image(package_extract_file("boot.img"), "boot") || abort("no");', {}, emmcSource);
  assert.match(raw.message ?? '', /^no/);
});

test('integration: write_raw_image(blob or file, "name"); "" on failure', async () => {
  const blob = 'write_raw_image(package_extract_file("boot.img"), "boot") == boot || abort("no");';
  assert.equal((await run(blob, { target })).proved, true);
  const fromFile =
    'package_extract_file("boot.img", "/tmp/b") || abort("x");\nwrite_raw_image("/tmp/b", "boot") || abort("no");';
  assert.equal((await run(fromFile, { target })).proved, true);
  for (const call of ['"/tmp/none", "boot"', 'package_extract_file("boot.img"), "somewhere"']) {
    assert.match((await run(`write_raw_image(${call}) || abort("no");`)).message ?? '', /^no/, call);
  }
  const missing = await run('write_raw_image(package_extract_file("none"), "boot") || abort("no");');
  assert.deepEqual([missing.status, missing.deviceCode], ['crashed', 502]);
  for (const call of ['"", "boot"', 'package_extract_file("boot.img"), ""']) {
    assert.match((await run(`write_raw_image(${call});`)).message ?? '', /can't be empty/, call);
  }
});

test('integration: MTD is written in whole erase blocks, zero-padded, the rest erased', async () => {
  const blocks = Math.ceil(S2 / eraseBlock);
  const padded = Buffer.concat([newBoot, Buffer.alloc(blocks * eraseBlock - S2)]);
  const withRest = Buffer.concat([padded, Buffer.alloc(eraseBlock, 0xff)]);
  const write = 'write_raw_image(package_extract_file("boot.img"), "boot");\n';
  for (const bytes of [padded, withRest]) {
    const script = `${write}apply_patch_check("MTD:boot:${bytes.length}:${sha1(bytes)}") || abort("no");`;
    assert.equal((await run(script)).status, 'succeeded');
  }
});

test('integration: an in-place partition patch works when nothing happens, and leaves no copy in /cache', async () => {
  const script = `${inPlace} || abort("no");\napply_patch_check("/cache/saved.file") && abort("copy left");`;
  const result = await run(script, { target });
  assert.equal(result.proved, true);
  assert.ok(result.cache.peak >= S1, 'the source went through /cache');
});

test('integration: an in-place partition patch cannot be resumed on 4.x and 5.x (saved.file is destroyed on the second run); 7.x resumes', async () => {
  const script = `apply_patch_check("${address}", "${B}", "${A}") || abort("check");\n${inPlace} || abort("patch");`;
  for (const profile of ['android-4.1', 'android-4.4', 'android-5.1', 'le-c', 'strict'] as const) {
    const result = await run(script, { target, profile, powerCuts: 'all' });
    assert.equal(result.proved, false, profile);
    assert.ok((result.powerCuts?.failed ?? 0) > 0, profile);
    const failure = result.powerCuts?.failures.find(({ effect }) => effect.includes('in the middle of a partition'));
    assert.equal(failure?.attempts, 5);
    assert.match(failure?.message ?? '', /check|destroyed/);
  }
});

test('integration: on 7.x and Linux-Embedded one cut is survived, a second one inside of the resumed write loses the image', async () => {
  const script = `apply_patch_check("${address}", "${B}", "${A}") || abort("check");\n${inPlace} || abort("patch");`;
  for (const profile of ['android-7.1', 'le-7', 'linux-embedded'] as const) {
    for (const powerCuts of ['all', 1] as const) {
      const result = await run(script, { target, profile, powerCuts });
      const failures = result.powerCuts?.failures ?? [];
      assert.equal(result.verdict, 'not-proved', `${profile} ${powerCuts}`);
      assert.ok(failures.length > 0 && failures.every(({ repeated }) => repeated), 'a single cut is survived');
      assert.ok(failures.every(({ effect }) => effect.startsWith('in the middle of a partition')));
      assert.match(failures[0]?.message ?? '', /check/);
    }
  }
});

test("integration: the ancestor's check without extra hashes can never pass again after a cut in the middle of the write", async () => {
  const script = `assert(apply_patch_check("${address}"));\n${inPlace} || abort("patch");`;
  const result = await run(script, { target, profile: 'android-7.1', powerCuts: 'all' });
  const failure = result.powerCuts?.failures.find(({ effect }) => effect.includes('in the middle of a partition'));
  assert.match(failure?.message ?? '', /assert failed: apply_patch_check/);
});

const boot = '/cache/recovery/boot.new';
const resumable = `apply_patch_check("MTD:boot:${S1}:${A}:${S2}:${B}") || apply_patch_check("${boot}", "${B}") || abort("check");
package_extract_dir("make", "/cache/recovery");
apply_patch_check("${boot}", "${B}") || apply_patch("${address}", "${boot}", "${B}", "${S2}", "${A}", package_extract_file("p"), "${B}", package_extract_file("identity")) || abort("file");
apply_patch("${boot}", "MTD:boot:${S2}:${B}", "${B}", "${S2}", "${B}", package_extract_file("identity")) || abort("write");
delete("${boot}");`;

test('integration: what survives every cut on every release: patch the partition into a file, then write the file with an identity patch', async () => {
  // /cache/recovery must exist: extracting a directory's only file makes it
  const spec = { script: `${resumable}\n`, entries: { ...entries, 'make/made': '' } };
  for (const profile of [
    'strict',
    'android-4.1',
    'android-4.4',
    'android-5.1',
    'android-7.1',
    'le-c',
    'le-7',
    'linux-embedded',
  ] as const) {
    const result = await runPackage(source, spec, { target, profile, powerCuts: 'all' });
    assert.equal(result.proved, true, `${profile}: ${JSON.stringify(result.powerCuts?.failures[0] ?? result.message)}`);
    assert.ok((result.powerCuts?.points ?? 0) > 15);
  }
});

test('integration: it needs in /cache 1.5 x S2, then 2 x S2', async () => {
  const spec = { script: `${resumable}\n`, entries: { ...entries, 'make/made': '' } };
  const least = 4096 * 2 + 256 * 1024 + 4096 * 2;
  const enough = await runPackage(source, spec, { target, cacheSize: least + 2 * S2 });
  assert.equal(enough.status, 'succeeded', enough.message);
  const short = await runPackage(source, spec, { target, cacheSize: 256 * 1024 });
  assert.equal(short.deviceCode, 511);
});

test('integration: minor partitions exist where an image says so; others cannot be written', async () => {
  const image = toBuildPath('MULTIFOTA/abl.elf');
  const [old, fresh] = ['old abl', 'new abl'].map((text) => file(text));
  const from = memoryBuild({ nodes: { [image]: old ?? null } });
  const to = memoryBuild({ nodes: { [image]: fresh ?? null } });
  const spec = (partition: string) => ({
    script: `write_raw_image(package_extract_file("firmware-update/abl.elf"), "${partition}") || abort("no");\n`,
    entries: { 'firmware-update/abl.elf': 'new abl' },
  });
  const written = await runPackage(from, spec('abl'), { target: to });
  assert.equal(written.proved, true);
  const named = await runPackage(from, spec('bootloader'), { target: to, images: new Map([[image, 'bootloader']]) });
  assert.equal(named.proved, true);
  assert.deepEqual(named.notes, []);
  const unknown = await runPackage(from, spec('somewhere'), { target: to });
  assert.equal(unknown.proved, false);
  assert.match(unknown.message ?? '', /no mtd partition named "somewhere"/);
  const other = { ...spec('other'), script: spec('other').script.replace(' || abort("no")', '') };
  const elsewhere = await runPackage(from, other, { target: to, images: new Map([[image, 'abl']]) });
  assert.deepEqual(changes(elsewhere), ['~ partition abl content']);
  const forgotten = await runPackage(from, { script: 'ui_print("nothing");\n' }, { target: to });
  assert.match(changes(forgotten).join(), /image MULTIFOTA\/abl.elf content/);
});

test('integration: what is left in /cache is told', async () => {
  const result = await run('package_extract_file("boot.img", "/cache/left");');
  assert.deepEqual(result.notes, [`left behind: /cache/left, ${S2} bytes`]);
});
