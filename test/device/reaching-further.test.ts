/** Scripts that reach outside by another name, by halves, or only on a module that is not as the simulated one: none is proved. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { Partition } from '../../src/model/build.js';
import { bsdiff, emmcTable, memoryBuild, mountSystem, type RunChanges, runPackage, sha1 } from '../support/device.js';
import { file, link } from '../support/targetfiles.js';

const table: readonly Partition[] = [
  { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' },
  { mountPoint: '/cache', fileSystem: 'ubifs', type: 'UBI', device: 'cache' },
  { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' },
  { mountPoint: '/usrdata', fileSystem: 'ubifs', type: 'UBI', device: 'usrdata' },
];
const kernel = Buffer.alloc(9000, 'kernel ');
const other = Buffer.alloc(9000, 'other ');
const [A, B] = [sha1(kernel), sha1(other)];
const nodes = {
  'BOOTABLE_IMAGES/boot.img': file(kernel),
  'SYSTEM/app': file(kernel),
  'SYSTEM/out': link('/data/out'),
};
const flash = memoryBuild({ nodes }, table);
const emmc = memoryBuild({ nodes }, emmcTable);
const entries = {
  evil: 'anything',
  big: Buffer.alloc(5 * 2 ** 20),
  p: bsdiff(kernel, other),
  'sub/f': 'x',
  'up/../f': 'x',
};
const byName = '/dev/block/bootdevice/by-name';
const patch = (target: string): string =>
  `apply_patch("/system/app", "${target}", "${B}", "9000", "${A}", package_extract_file("p"));`;

const run = (script: string, changes: RunChanges = {}, from = flash) => {
  const first =
    from === emmc ? `mount("ext4", "EMMC", "${byName}/system", "/system") || abort("mount");\n` : mountSystem;
  return runPackage(from, { script: `${first}${script}\n`, entries }, { target: from, images: new Map(), ...changes });
};

const reaching: readonly (readonly [script: string, told: RegExp, from?: 'emmc'])[] = [
  // too much for the partition: what fits is written before the updater notices
  ['write_raw_image(package_extract_file("big"), "boot");', /to boot that are not the target's image/],
  [`package_extract_file("big", "${byName}/boot");`, /not the target's image/, 'emmc'],
  [`symlink("${byName}/boot", "/tmp/b"); package_extract_file("evil", "/tmp/b");`, /not the target's image/, 'emmc'],
  [`package_extract_file("evil", "dev/../${byName.slice(1)}//boot");`, /not the target's image/, 'emmc'],
  // a patched file written to a partition, by name or as a device
  [patch('MTD:boot'), /to boot that are not the target's image/],
  [patch('MTD:sbl:1:x'), /to sbl, a partition that neither/],
  [patch('MTD:usrdata'), /file system of \/usrdata lies: it is lost/],
  [patch('EMMC:/dev/block/mtdblock3'), /a device or a setting of the kernel/],
  [patch(`EMMC:${byName}/boot`), /not the target's image/, 'emmc'],
  [patch(`EMMC:${byName}/sbl`), /a device or a setting/, 'emmc'],
  [patch(`EMMC:${byName}/system`), /of \/system lies: it is lost/, 'emmc'],
  [patch('/data/app'), /changes \/data\/app\.patch/],
  // other file systems under the names of one's own
  ['mount("ubifs", "UBI", "usrdata", "/system"); delete_recursive("/system/app.none");', /mounts usrdata at \/system/],
  ['unmount("/cache"); mount("ubifs", "UBI", "usrdata", "/cache"); delete("/cache/x");', /mounts usrdata at \/cache/],
  ['mount("vfat", "EMMC", "/dev/block/mmcblk0p1", "/cache");', /mounts .* at \/cache, where the table has another/],
  ['mount("ubifs", "UBI", "usrdata", "/tmp"); delete_recursive("/tmp/x");', /mounts usrdata at \/tmp/],
  ['mount("ubifs", "UBI", "usrdata", "/tmp/../usrdata/"); unmount("/usrdata");', /mounts usrdata at/],
  // paths that lead out
  ['package_extract_file("evil", "/system/out"); delete("/system/none");', /changes \/system\/out/],
  ['package_extract_dir("up", "/system/sub");', /an entry with "\.\." in its name/],
  ['package_extract_dir("sub", "/system/../data");', /changes .*\/data\/f/],
  ['package_extract_dir("sub", "/usrdata");', /changes \/usrdata\/f/],
  ['symlink("x", "/cache/../etc/l"); delete("/etc/l");', /changes \/cache\/\.\.\/etc\/l/],
  ['symlink("/etc", "/cache/l"); delete_recursive("/cache/l/"); delete("/cache/l");', /changes \/cache\/l\//],
  ['delete_recursive("usrdata");', /changes usrdata/],
  ['set_perm_recursive(0, 0, 0700, 0600, "/system/..");', /changes \/system\/\.\./],
  ['set_perm(0, 0, 0600, "/dev/block");', /a device or a setting|changes \/dev\/block/],
  ['symlink("/bin/sh", "/tmp/sh"); run_program("/tmp/sh", "-c", "x");', /runs \/tmp\/sh/],
  ['run_program("../bin/sh");', /runs \.\.\/bin\/sh/],
  [
    'package_extract_file("evil", "/tmp/tool"); set_perm(0, 0, 0755, "/tmp/tool"); run_program("/tmp/tool");',
    /runs \/tmp\/tool/,
  ],
  // what a module may have and the simulated one does not know
  ['apply_patch_check("/sbin/fix") && abort("no");', /asks for the file \/sbin\/fix/],
  [`apply_patch_check("MTD:sbl:4:${A}") && abort("no");`, /asks for the partition sbl/],
  [
    `symlink("/sbin/fix", "/cache/l"); apply_patch_check("/cache/l", "${A}") && abort("no"); delete("/cache/l");`,
    /asks for the file \/cache\/l/,
  ],
  ['is_mounted("/tmp") && abort("no");', /asks for whether \/tmp is mounted/],
  ['write_raw_image("/sbin/image", "boot");', /asks for the file \/sbin\/image/],
];

test('integration: a script that reaches outside by another name, or by halves, is not proved', async () => {
  for (const [script, told, from] of reaching) {
    const result = await run(script, {}, from === 'emmc' ? emmc : flash);
    assert.deepEqual([result.verdict, result.proved], ['not-proved', false], script);
    assert.match(result.outside.map(({ message }) => message).join('\n'), told, script);
  }
});

test('integration: what a partition holds after too much was written to it is told without a target too', async () => {
  const { differences } = await run('write_raw_image(package_extract_file("big"), "boot");');
  assert.ok(differences.some(({ path, what }) => path === 'partition boot' && what === 'content'));
});

test('integration: odd spellings of what a script may do are proved', async () => {
  for (const script of [
    'unmount("/system"); mount("ubifs", "UBI", "system", "/system/") || abort("no");',
    'unmount("/system"); mount("ubifs", "UBI", "system", "/tmp/../system") || abort("no"); is_mounted("/system") || abort("no");',
    'package_extract_file("evil", "/cache/./x"); delete("/cache//x");',
    'package_extract_dir("sub", "tmp/x"); package_extract_dir("sub", "/tmp//x"); delete_recursive("/tmp/x/");',
    'delete_recursive("/cache"); delete_recursive("/tmp/");',
    'run_program("/system/none"); file_getprop("/system/build.prop", "x") == "" || abort("no");',
    `apply_patch_check("EMMC:/system/app:9000:${A}") || abort("no");`,
    // nothing lies below a file, behind a link to nothing, or in a ring of links; a directory is no file
    `apply_patch_check("/system/app/below", "${A}") && abort("no");`,
    `apply_patch_check("/system", "${A}") && abort("no");`,
    `symlink("none", "/cache/l"); apply_patch_check("/cache/l", "${A}") && abort("no"); delete("/cache/l");`,
    `symlink("m", "/cache/l"); symlink("l", "/cache/m"); apply_patch_check("/cache/l/x", "${A}") && abort("no"); delete("/cache/l", "/cache/m");`,
  ]) {
    const result = await run(script);
    assert.deepEqual([result.outside, result.message, result.verdict], [[], undefined, 'proved'], script);
  }
});

const hanging: readonly (readonly [script: string, why: RegExp | undefined])[] = [
  // refused before anything was changed: no harm
  ['getprop("ro.x") == "bad" && abort("bad");', undefined],
  ['assert(getprop("ro.x") != "bad");', undefined],
  ['less_than_int(getprop("ro.date"), "1700000000") || getprop("ro.date") == "" || abort("newer");', undefined],
  ['ui_print("on " + getprop("ro.x"));', undefined],
  // something else is done
  [
    'getprop("ro.x") == "2" && write_raw_image(package_extract_file("evil"), "boot");',
    /with "2" the package leaves other contents: partition boot/,
  ],
  ['"2" == getprop("ro.x") && delete("/system/app");', /with "2" the package leaves other contents: \/system\/app/],
  ['if getprop("ro.x") then delete("/system/app") endif;', /with "1" the package leaves other contents/],
  ['if getprop("ro.x") != "a" then ui_print("b") else set_perm(0, 0, 0600, "/system/app") endif;', /with "a"/],
  ['greater_than_int(getprop("ro.n"), "7") && delete("/system/app");', /with "8"/],
  ['is_substring("dev", getprop("ro.x")) && run_program("/bin/sh");', /with "dev" the package ends otherwise/],
  ['getprop("ro.x") + "-a" == "b-a" && delete("/system/app");', /with "b"/],
  // refused, but too late
  [
    'package_extract_file("evil", "/cache/x"); delete("/cache/x"); getprop("ro.x") == "bad" && abort("bad");',
    /ends otherwise: aborted/,
  ],
];

test('integration: a verdict that hangs on a property that nobody has told is not proved, and says with which value', async () => {
  for (const [script, why] of hanging) {
    const result = await run(script);
    const told = result.outside.map(({ message }) => message).join('\n');
    if (why === undefined) assert.deepEqual([result.verdict, told], ['proved', ''], script);
    else {
      assert.equal(result.verdict, 'not-proved', script);
      assert.match(
        told,
        /hangs on the property ro\.(x|n), which nobody has told \(--property ro\.(x|n)=VALUE\)/,
        script,
      );
      assert.match(told, why, script);
    }
  }
  const given = { properties: { 'ro.x': '' } };
  assert.equal((await run('getprop("ro.x") == "2" && delete("/system/app");', given)).verdict, 'proved');
});
