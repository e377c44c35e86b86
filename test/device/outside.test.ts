import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { OpenBuild, Partition } from '../../src/model/build.js';
import { toBuildPath } from '../../src/model/path.js';
import { emmcTable, memoryBuild, mountSystem, type RunChanges, runPackage } from '../support/device.js';
import { file } from '../support/targetfiles.js';

const usrdata: Partition = { mountPoint: '/usrdata', fileSystem: 'ubifs', type: 'UBI', device: 'usrdata' };
const flashTable: readonly Partition[] = [
  { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' },
  { mountPoint: '/recovery', fileSystem: 'mtd', type: 'MTD', device: 'recovery' },
  { mountPoint: '/misc', fileSystem: 'mtd', type: 'MTD', device: 'misc' },
  { mountPoint: '/cache', fileSystem: 'ubifs', type: 'UBI', device: 'cache' },
  { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' },
  usrdata,
];
const boot = file(Buffer.alloc(9000, 'kernel '));
const abl = file('the boot loader');
const nodes = {
  'BOOTABLE_IMAGES/boot.img': boot,
  'BOOTABLE_IMAGES/recovery.img': file('the recovery'),
  'MULTIFOTA/abl.elf': abl,
};
const source = memoryBuild({ nodes }, flashTable);
const emmc = memoryBuild({ nodes }, emmcTable);
const entries = { evil: 'anything', abl: 'the boot loader', 'sub/f': 'x' };

const image = toBuildPath('MULTIFOTA/abl.elf');
const imagesOf = (from: OpenBuild) => new Map([[image, from === emmc ? '/dev/block/bootdevice/by-name/abl' : 'abl']]);
const mountOf = (from: OpenBuild) =>
  from === emmc
    ? 'mount("ext4", "EMMC", "/dev/block/bootdevice/by-name/system", "/system") || abort("mount");\n'
    : mountSystem;

const run = (script: string, changes: RunChanges = {}, from = source) =>
  runPackage(from, { script: `${mountOf(from)}${script}\n`, entries }, { images: imagesOf(from), ...changes });

/** Statements that reach outside, what is told of them, and on which module. */
const reaching: readonly (readonly [script: string, told: RegExp, from?: 'emmc'])[] = [
  [
    'write_raw_image(package_extract_file("evil"), "recovery");',
    /writes 8 bytes to recovery, for which the target has no/,
  ],
  ['write_raw_image(package_extract_file("evil"), "misc");', /to misc, for which/],
  ['write_raw_image(package_extract_file("evil"), "boot");', /to boot that are not the target's image/],
  ['write_raw_image(package_extract_file("evil"), "abl");', /to abl that are not the target's image/],
  ['write_raw_image(package_extract_file("evil"), "system");', /file system of \/system lies: it is lost/],
  ['write_raw_image(package_extract_file("evil"), "usrdata");', /file system of \/usrdata lies: it is lost/],
  ['write_raw_image(package_extract_file("evil"), "sbl");', /to sbl, a partition that neither/],
  [
    // put right again afterwards: between the two a cut leaves a module without its boot loader
    'write_raw_image(package_extract_file("evil"), "abl");\nwrite_raw_image(package_extract_file("abl"), "abl");',
    /to abl that are not/,
  ],
  ['package_extract_file("evil", "/dev/mtd/mtd3");', /a device or a setting of the kernel/],
  ['package_extract_file("evil", "/dev/block/mmcblk0p1");', /a device or a setting/],
  ['package_extract_file("evil", "/dev/mtd3"); delete("/dev/mtd3");', /a device or a setting/],
  ['symlink("/dev/mtd3", "/tmp/l"); package_extract_file("evil", "/tmp/l");', /changes \/tmp\/l/],
  ['package_extract_file("evil", "/sys/power/state");', /setting of the kernel/],
  ['package_extract_file("evil", "/dev/block/bootdevice/by-name/system");', /of \/system lies: it is lost/, 'emmc'],
  ['package_extract_file("evil", "/dev/block/bootdevice/by-name/boot");', /not the target's image/, 'emmc'],
  ['package_extract_file("evil", "/dev/block/bootdevice/by-name/sbl");', /a device or a setting/, 'emmc'],
  ['mount("ubifs", "UBI", "usrdata", "/usrdata");', /mounts usrdata at \/usrdata/],
  ['mount("ubifs", "UBI", "usrdata", "/usrdata"); delete_recursive("/usrdata");', /mounts usrdata/],
  ['mount("vfat", "EMMC", "/dev/block/mmcblk0p1", "/sdcard");', /mounts \/dev\/block\/mmcblk0p1 at \/sdcard/],
  ['delete_recursive("/");', /changes \//],
  ['delete_recursive("/system/..");', /changes \/system\/\.\./],
  ['delete_recursive("/etc");', /changes \/etc/],
  ['delete("/dev/block/mmcblk0p1");', /a device or a setting/],
  ['delete("/etc/conf/x");', /changes \/etc\/conf\/x/],
  ['delete("/etc/x", "/dev"); package_extract_file("evil", "/etc/x"); delete("/etc/x");', /changes \/etc\/x/],
  ['package_extract_dir("sub", "/data");', /changes \/data\/f/],
  ['package_extract_dir("sub", "/");', /changes \/f/],
  ['symlink("x", "/etc/l");', /changes \/etc\/l/],
  ['set_perm(0, 0, 0777, "/dev");', /changes \/dev/],
  ['set_perm_recursive(0, 0, 0777, 0777, "/");', /changes \//],
  ['set_metadata("/data", "uid", 0, "gid", 0, "mode", 0777);', /changes \/data/],
  ['run_program("/bin/sh", "-c", "reboot");', /runs \/bin\/sh: what a program does cannot be proved/],
  ['run_program("sbin/x");', /runs sbin\/x/],
  ['run_program("/system/build.prop");', /runs \/system\/build.prop/],
  ['symlink("/bin/sh", "/system/sh"); run_program("/system/sh"); delete("/system/sh");', /runs \/system\/sh/],
];

test('integration: a script that reaches outside of what the target describes is not proved, and told of with its place', async () => {
  for (const [script, told, from] of reaching) {
    const build = from === 'emmc' ? emmc : source;
    const result = await run(script, { target: build }, build);
    assert.equal(result.verdict, 'not-proved', script);
    assert.match(result.outside.map(({ message }) => message).join('\n'), told, script);
    assert.ok((result.outside[0]?.place?.line ?? 0) >= 2, script);
    assert.equal(result.powerCuts, undefined);
  }
});

test('integration: the same without a target, but for the partitions that a package may write', async () => {
  for (const [script, , from] of reaching) {
    if (/"(boot|abl)"|by-name\/boot/.test(script)) continue;
    const result = await run(script, {}, from === 'emmc' ? emmc : source);
    assert.deepEqual([result.verdict, result.outside.length > 0], ['not-proved', true], script);
  }
  const may = await run('write_raw_image(package_extract_file("abl"), "abl") || abort("no");', { powerCuts: 'all' });
  assert.deepEqual([may.verdict, may.outside], ['runs', []]);
});

test('integration: what is in /system, /cache and /tmp, and the images of the target, are nobody else’s', async () => {
  const script = [
    'package_extract_dir("sub", "/tmp/a");',
    'package_extract_file("evil", "/cache/x"); delete("/cache/x");',
    'delete_recursive("/tmp/a");',
    'set_perm(0, 0, 0755, "/cache", "/system", "/tmp");',
    'write_raw_image(package_extract_file("abl"), "abl") || abort("no");',
    'mount("ubifs", "UBI", "cache", "/cache"); unmount("/nowhere");',
    'delete("/system/nothing", "/tmp/no/thing"); delete_recursive("/cache/nothing");',
  ].join('\n');
  const result = await run(script, { target: source, powerCuts: 'all' });
  assert.deepEqual([result.outside, result.message, result.verdict], [[], undefined, 'proved']);
});

test('integration: a file system that is written over is gone', async () => {
  const result = await run('write_raw_image(package_extract_file("evil"), "system");', { target: source });
  assert.ok(result.differences.some(({ path, what }) => path === '/system/build.prop' && what === 'absent'));
  assert.match((await run('delete_recursive("/");', { target: source })).differences[0]?.what ?? '', /absent/);
});

test('integration: a program that the user allows counts as one that works and changes nothing, which is told', async () => {
  const script = 'run_program("/bin/sync") == "0" || abort("no");';
  const result = await run(script, { target: source, allowedPrograms: ['/bin/sync'], powerCuts: 'all' });
  assert.equal(result.verdict, 'proved');
  assert.match(result.notes.join(), /run_program\("\/bin\/sync"\) is taken to work and to change nothing/);
  const other = await run('run_program("/bin/sh");', { target: source, allowedPrograms: ['/bin/sync'] });
  assert.match(other.message ?? '', /--allow-program \/bin\/sh/);
});

test('integration: what only a repetition does outside is seen too', async () => {
  const script =
    'apply_patch_check("/cache/mark") && write_raw_image(package_extract_file("evil"), "recovery");\n' +
    'package_extract_file("evil", "/cache/mark");\npackage_extract_file("evil", "/system/f");\nset_perm(0, 0, 0644, "/system/f");\ndelete("/cache/mark");';
  const target = memoryBuild({ nodes: { ...nodes, 'SYSTEM/f': file('anything') } }, flashTable);
  assert.equal((await run(script, { target })).verdict, 'proved');
  const cut = await run(script, { target, powerCuts: 'all' });
  assert.equal(cut.verdict, 'not-proved');
  assert.match(cut.powerCuts?.failures[0]?.message ?? '', /writes 8 bytes to recovery/);
});

test('integration: properties: given ones, those of the recovery, and those that nobody knows', async () => {
  const script = 'getprop("ro.product.device") == "sdxlemur" || abort("for sdxlemur");';
  const unknown = await run(script, { target: source });
  assert.match(unknown.message ?? '', /^for sdxlemur .*hangs on .*ro\.product\.device \(--property/);
  const given = await run(script, { target: source, properties: { 'ro.product.device': 'sdxlemur' } });
  assert.deepEqual([given.verdict, given.notes], ['proved', []]);
  const defaults = file('# defaults\nro.secure=1\nro.product.device = sdxlemur\n');
  const withRecovery = memoryBuild({ nodes: { ...nodes, 'RECOVERY/RAMDISK/prop.default': defaults } }, flashTable);
  const read = await run(script, { target: withRecovery }, withRecovery);
  assert.equal(read.verdict, 'proved');
  assert.match(read.notes.join(), /RECOVERY\/RAMDISK\/prop.default\): ro.product.device/);
  const other = await run(script, { properties: { 'ro.product.device': 'other' } }, withRecovery);
  assert.match(other.message ?? '', /^for sdxlemur$/);
  const passing = await run('getprop("ro.x") == "bad" && abort("bad");', { target: source });
  assert.match(passing.notes.join(), /not known .* the property ro\.x/);
});

test('integration: files of the recovery are not known, and a verdict that asked for one says so', async () => {
  for (const ask of [
    'file_getprop("/default.prop", "ro.x") == "y" || abort("no");',
    'apply_patch_check("/proc/cmdline") || abort("no");',
  ]) {
    assert.match((await run(ask)).message ?? '', /hangs on what the simulated module does not know: the file/);
  }
  assert.doesNotMatch((await run('apply_patch_check("/system/none") || abort("no");')).message ?? '', /hangs on/);
});

test('integration: functions that modules know and the simulated one cannot run are told as such, with all of their names', async () => {
  const format = await run('format("yaffs2", "MTD", "cache", "0", "/cache");', { target: source });
  assert.equal(format.status, 'not-simulated');
  assert.match(format.message ?? '', /format: the module knows it/);
  const several = await run('if "" then set_stage("a", "1"); block_image_update("a"); tune2fs("x") endif;');
  assert.equal(several.status, 'not-simulated');
  for (const name of ['set_stage', 'block_image_update', 'tune2fs']) assert.ok(several.message?.includes(name), name);
  const unknown = await run('if "" then one(); two() endif;\nthree();\none();');
  assert.equal(unknown.status, 'parse-error');
  assert.match(unknown.message ?? '', /"one" \(line 2\), "two" \(line 2\), "three" \(line 3\)/);
  const harmless = 'sleep("1"); stdout("x"); wipe_cache();';
  assert.equal((await run(harmless, { target: source, powerCuts: 'all' })).verdict, 'proved');
  const stage = 'get_stage("misc") == "2" || set_stage("misc", "2"); get_stage("misc") == "2" || abort("lost");';
  for (const profile of ['android-4.4', 'le-7'] as const) {
    assert.equal((await run(stage, { target: source, profile, powerCuts: 'all' })).verdict, 'proved');
  }
  assert.equal((await run('set_stage("boot", "2");', { target: source, profile: 'le-7' })).verdict, 'not-proved');
  assert.equal((await run('set_stage("misc", "2");', { profile: 'android-4.1' })).status, 'parse-error');
});

test('integration: defaults: boot and /system are assumed where recovery.fstab does not name them', async () => {
  const bare = memoryBuild({ nodes }, []);
  const script = 'write_raw_image(package_extract_file("evil"), "boot") || abort("no");';
  const result = await run(script, {}, bare);
  assert.equal(result.status, 'succeeded');
  assert.match(result.notes.join('\n'), /\/system[\s\S]*MTD:boot/);
});
