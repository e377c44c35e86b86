/** Odd ways to write what a script does: what leaves the target's description is not proved, what does not is proved all the same. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { Partition } from '../../src/model/build.js';
import type { Verification } from '../../src/model/verification.js';
import { bsdiff, emmcTable, memoryBuild, mountSystem, type RunChanges, runPackage, sha1 } from '../support/device.js';
import { directory, file, link } from '../support/targetfiles.js';

const table: readonly Partition[] = [
  { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' },
  { mountPoint: '/recovery', fileSystem: 'mtd', type: 'MTD', device: 'recovery' },
  { mountPoint: '/misc', fileSystem: 'mtd', type: 'MTD', device: 'misc' },
  { mountPoint: '/cache', fileSystem: 'ubifs', type: 'UBI', device: 'cache' },
  { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' },
  { mountPoint: '/firmware', fileSystem: 'ubifs', type: 'UBI', device: 'modem' },
  { mountPoint: '/usrdata', fileSystem: 'ubifs', type: 'UBI', device: 'usrdata' },
];
const [old, young] = [Buffer.alloc(9000, 'old '), Buffer.alloc(9000, 'young ')];
const [A, B] = [sha1(old), sha1(young)];
const nodes = {
  'BOOTABLE_IMAGES/boot.img': file(old),
  'SYSTEM/app': file(old),
  'SYSTEM/etc/conf': file('mode=a\nid = 7\n'),
  'SYSTEM/lib': directory(),
  'SYSTEM/dev-link': link('/dev'),
  'SYSTEM/data-link': link('/data/none'),
  'SYSTEM/up': link('../..'),
  'SYSTEM/proc': link('/proc/self'),
  'SYSTEM/fw': link('/firmware/image'),
  'SYSTEM/tmp-link': link('/tmp'),
};
const flash = memoryBuild({ nodes }, table);
const emmc = memoryBuild({ nodes }, emmcTable);
const entries = { evil: 'anything', same: old, p: bsdiff(old, young), 'sub/f': 'x', 'sub/deep/g': 'y' };
const byName = '/dev/block/bootdevice/by-name';
const evil = 'package_extract_file("evil")';

const run = (script: string, changes: RunChanges = {}, from = flash): Promise<Verification> => {
  const first =
    from === emmc ? `mount("ext4", "EMMC", "${byName}/system", "/system") || abort("mount");\n` : mountSystem;
  return runPackage(from, { script: `${first}${script}\n`, entries }, { target: from, images: new Map(), ...changes });
};

/** Each leaves what the target describes, or hangs on what nobody knows. */
const outside: readonly (readonly [script: string, told: RegExp, from?: 'emmc'])[] = [
  // devices by other names
  [`write_raw_image(${evil}, "/dev/mtd/by-name/boot");`, /to \/dev\/mtd\/by-name\/boot, a partition that neither/],
  [`write_raw_image(${evil}, "mtd3");`, /to mtd3, a partition that neither/],
  [`write_raw_image(${evil}, "3");`, /to 3, a partition that neither/],
  [`write_raw_image(${evil}, "BOOT");`, /to BOOT, a partition/],
  [`write_raw_image(${evil}, "boot ");`, /a partition that neither/],
  [`write_raw_image(${evil}, concat("bo", "ot"));`, /to boot that are not the target's image/],
  [`write_raw_image(${evil}, "bo" + "ot");`, /to boot that are not the target's image/],
  ['write_raw_image(read_file("/system/etc/conf"), "recovery");', /to recovery, for which/],
  ['write_raw_image("/system/etc/conf", "misc");', /to misc, for which/],
  [
    'package_extract_file("evil", "/tmp/i"); write_raw_image("/tmp/i", "recovery"); delete("/tmp/i");',
    /to recovery, for which/,
  ],
  ['package_extract_file("evil", "/dev/mtdblock3");', /a device or a setting/],
  ['package_extract_file("evil", "/dev//mtd/./mtd3");', /a device or a setting|changes \/dev/],
  ['package_extract_file("evil", "//dev/ubi0_0");', /a device or a setting/],
  ['package_extract_file("evil", "/system/../dev/mtd3");', /changes \/system\/\.\.\/dev\/mtd3/],
  ['package_extract_file("evil", "/cache/../../dev/mtd3");', /changes \/cache\/\.\.\/\.\.\/dev\/mtd3/],
  ['package_extract_file("evil", concat("/dev", "/", "mtd0"));', /a device or a setting/],
  ['package_extract_file("evil", "/dev/block/platform/soc/by-name/boot");', /a device or a setting/, 'emmc'],
  ['package_extract_file("evil", "/dev/block/mmcblk0");', /a device or a setting/, 'emmc'],
  [`package_extract_file("evil", "/dev/block/./bootdevice/../bootdevice/by-name/boot");`, /target's image/, 'emmc'],
  [`delete("${byName}/boot");`, /a device or a setting/, 'emmc'],
  [`symlink("/cache/x", "${byName}/boot");`, /a device or a setting/, 'emmc'],
  [`rename("${byName}/boot", "${byName}/old");`, /a device or a setting/, 'emmc'],
  [
    `apply_patch("EMMC:${byName}/boot:9000:${A}", "-", "${B}", "9000", "${A}", package_extract_file("p"));`,
    /not the target's image/,
    'emmc',
  ],
  [`apply_patch("MTD:boot:9000:${A}", "-", "${B}", "9000", "${A}", package_extract_file("p"));`, /not the target's/],
  [`apply_patch("MTD:boot:9000:${A}", "/data/x", "${B}", "9000", "${A}", package_extract_file("p"));`, /\/data\/x/],
  // /proc, /sys, /data, /firmware and further
  ['package_extract_file("evil", "/proc/sys/kernel/panic");', /a device or a setting/],
  ['package_extract_file("evil", "/sys/class/leds/red/brightness");', /a device or a setting/],
  ['package_extract_file("evil", "/data/x");', /changes \/data\/x/],
  ['package_extract_file("evil", "/firmware/image/modem.b00");', /changes \/firmware\/image\/modem\.b00/],
  ['package_extract_file("evil", "/persist/x");', /changes \/persist\/x/],
  ['package_extract_file("evil", "x");', /changes x/],
  ['package_extract_file("evil", "../x");', /changes \.\.\/x/],
  ['package_extract_dir("sub", "/firmware");', /changes \/firmware\/(?:deep|f)/],
  ['package_extract_dir("sub", "/sys/firmware");', /a device or a setting/],
  ['package_extract_dir("sub", "/system/../../data/x");', /data\/x/],
  ['delete_recursive("/data", "/firmware");', /changes \/data[\s\S]*changes \/firmware/],
  ['delete_recursive("/./");', /changes \/\.\//],
  ['delete_recursive("//");', /changes \/\//],
  ['delete_recursive("/system/up/");', /changes \/system\/up\//],
  ['delete("/etc/../etc/passwd");', /changes \/etc\/\.\.\/etc\/passwd/],
  ['set_perm(0, 0, 0777, "/data");', /changes \/data/],
  ['set_perm(0, 0, 0777, "/sbin/.");', /changes \/sbin/],
  ['set_perm_recursive(0, 0, 0777, 0666, "/firmware");', /changes \/firmware/],
  ['set_perm_recursive(0, 0, 0777, 0666, "/system/dev-link/");', /changes \/system\/dev-link\//],
  ['mount("ubifs", "UBI", "modem", "/firmware");', /mounts modem at \/firmware/],
  ['mount("ubifs", "UBI", "modem", "/firmware"); package_extract_file("evil", "/system/fw");', /mounts modem/],
  ['mount("ubifs", "UBI", "usrdata", "/usrdata") && delete_recursive("/usrdata/ufs");', /mounts usrdata/],
  ['mount("proc", "proc", "none", "/proc");', /mounts none at \/proc/],
  ['unmount("/system"); mount("ubifs", "UBI", "modem", "/system"); unmount("/system");', /mounts modem at \/system/],
  [`unmount("/system"); write_raw_image(${evil}, "system");`, /of \/system lies: it is lost/],
  [`unmount("/cache"); write_raw_image(${evil}, "cache");`, /of \/cache lies: it is lost/],
  // links that lead out, of the build and of the script
  ['package_extract_file("evil", "/system/dev-link/mtd3");', /changes \/system\/dev-link\/mtd3/],
  ['package_extract_file("evil", "/system/data-link");', /changes \/system\/data-link/],
  ['package_extract_dir("sub", "/system/data-link");', /\/system\/data-link/],
  ['package_extract_dir("sub", "/system/dev-link");', /changes \/system\/dev-link\//],
  ['package_extract_dir("sub", "/system/fw/x");', /\/system\/fw/],
  ['delete("/system/data-link/x");', /changes \/system\/data-link\/x/],
  ['delete_recursive("/system/up/data");', /changes \/system\/up\/data/],
  ['delete_recursive("/system/fw/x");', /changes \/system\/fw\/x/],
  ['symlink("x", "/system/data-link/l");', /\/system\/data-link/],
  ['package_extract_file("evil", "/system/proc/oom_adj");', /changes \/system\/proc\/oom_adj/],
  [
    'symlink("/system/dev-link", "/cache/a"); symlink("a", "/cache/b"); package_extract_file("evil", "/cache/b/mtd1"); delete("/cache/a", "/cache/b");',
    /changes \/cache\/b\/mtd1/,
  ],
  [
    'symlink("/", "/tmp/r"); delete_recursive("/tmp/r/data"); delete_recursive("/tmp/r/");',
    /changes \/tmp\/r\/data[\s\S]*changes \/tmp\/r\//,
  ],
  [
    `symlink("/data", "/tmp/d"); apply_patch("/system/app", "/tmp/d/app", "${B}", "9000", "${A}", package_extract_file("p"));`,
    /changes \/tmp\/d\/app\.patch/,
  ],
  // programs
  ['run_program("/system/app", "-x");', /runs \/system\/app/],
  ['run_program("system/app");', /runs system\/app/],
  ['run_program("/system/../bin/sh");', /runs \/system\/\.\.\/bin\/sh/],
  ['run_program("/system/up/bin/sh");', /runs \/system\/up\/bin\/sh/],
  ['run_program("/system/data-link");', /runs \/system\/data-link/],
  ['run_program(concat("/sbin", "/", "reboot"));', /runs \/sbin\/reboot/],
  ['run_program("/proc/self/exe");', /runs \/proc\/self\/exe/],
  // what is not known
  ['is_mounted("/usrdata") && abort("x");', /whether \/usrdata is mounted/],
  ['is_mounted("/data") || ui_print("x");', /whether \/data is mounted/],
  ['is_mounted("/firmware") == "" && ui_print("x");', /whether \/firmware is mounted/],
  ['sha1_check(read_file("/proc/cmdline"));', /asks for the file \/proc\/cmdline/],
  ['ifelse(sha1_check(read_file("/sbin/x"), "a"), abort("x"));', /asks for the file \/sbin\/x/],
  ['apply_patch_check("/system/data-link") && abort("x");', /asks for the file \/system\/data-link/],
  ['apply_patch_check("/system/fw/modem.mdt") && abort("x");', /asks for the file \/system\/fw\/modem.mdt/],
  [`apply_patch_check("EMMC:/dev/block/mmcblk0p9:4:${A}") && abort("x");`, /asks for the device/, 'emmc'],
];

test('integration: odd ways out are not proved, and told with what they reach', async () => {
  const wrong: string[] = [];
  for (const [script, told, from] of outside) {
    // strict refuses some of them before they do anything
    const result = await run(
      script,
      /rename|read_file/.test(script) ? { profile: 'le-7' } : {},
      from === 'emmc' ? emmc : flash,
    );
    const text = result.outside.map(({ message }) => message).join('\n');
    if (result.verdict !== 'not-proved' || !told.test(text))
      wrong.push(`${script}: ${result.verdict} ${result.message} ${text}`);
  }
  assert.deepEqual(wrong, []);
});

/** Each does nothing but what the target describes. */
const inside: readonly string[] = [
  'if "" then if "t" then abort("never") endif else if "" then abort("never") else ui_print("here") endif endif;',
  'ifelse("", abort("never"), ifelse("t", ui_print("x"), abort("never")));',
  `"" && write_raw_image(${evil}, "recovery");`,
  `"t" || run_program("/bin/sh");`,
  'if "a" == "b" then delete_recursive("/") endif;',
  'if !"" && ("a" != "b" || abort("x")) then ui_print("yes") endif;',
  'assert("t", !"", "a" == "a"); assert("x" != "y" && "x");',
  'assert(less_than_int("1", "2"), greater_than_int("3", "2"), is_substring("b", "abc"));',
  'less_than_int("2", "1") && abort("x"); is_substring("z", "abc") && abort("x");',
  'package_extract_file("evil", concat("/cache", "//", "./x")); delete("/cache" + "/" + "x");',
  'package_extract_file("evil", "/system/../cache/x"); delete("/tmp/../cache/x");',
  'package_extract_file("same", "/system//etc/.././app"); set_perm(0, 0, 0644, "/system/app");',
  'package_extract_dir("sub", "/system/tmp-link/s"); delete_recursive("/tmp/s");',
  'symlink("../app", "/cache/l"); delete("/cache/l");',
  'symlink("/dev/mtd3", "/cache/l"); delete("/cache/l"); symlink("/", "/cache/m"); delete_recursive("/cache/m");',
  `sha1_check(read_file("/system/app"), "${A}") == "${A}" || abort("x");`,
  `ifelse(sha1_check(read_file("/system/app"), "${B}"), abort("x"), ui_print("ok"));`,
  `apply_patch_check("/system/./app", "${B}", "${A}") || abort("x");`,
  `apply_patch_check("/system/up/system/app", "${A}") || abort("x");`,
  `apply_patch_check("/system/none", "${A}") && abort("x");`,
  `apply_patch_check("MTD:boot:9000:${A}") || abort("x");`,
  `write_raw_image(package_extract_file("same"), "bo" + "ot") || abort("x");`,
  'file_getprop("/system/etc/conf", "mode") == "a" || abort("x");',
  'file_getprop("/system/up/system/etc/conf", "id") == "7" || abort("x");',
  'run_program("/system/none") == "256" || abort("x"); run_program("/system/app/x"); run_program("/cache/none");',
  'is_mounted("/system") == "/system" || abort("x"); is_mounted("/cache") || abort("x");',
  'unmount("/system"); is_mounted("/system") && abort("x"); mount("ubifs", "UBI", "system", "/system") || abort("x");',
  'delete("/system/nothing", "/cache/nothing"); delete_recursive("/system/app/nothing");',
  'getprop("ro.a") == "x" || getprop("ro.b") == "x" || ui_print("other");',
  'if getprop("ro.a") == "1" && getprop("ro.b") == "2" then ui_print("both") else ui_print("not both") endif;',
  'getprop("ro.a") == "bad" && getprop("ro.b") == "bad" && abort("bad");',
  'ui_print(getprop("ro.a") + getprop("ro.b") + getprop("ro.c") + getprop("ro.d") + getprop("ro.e"));',
  'less_than_int("5", getprop("ro.date")) && abort("newer"); getprop("ro.a") == file_getprop("/system/etc/conf", "mode") && abort("a");',
];

test('integration: odd ways to do what the target describes are proved', async () => {
  const wrong: string[] = [];
  for (const script of inside) {
    const { verdict, message, outside: told } = await run(script, { powerCuts: 'all' });
    if (verdict !== 'proved') wrong.push(`${script}: ${message} ${told.map((each) => each.message).join()}`);
  }
  assert.deepEqual(wrong, []);
});

/** Properties that only together, or only in another run, make a difference. */
const hanging: readonly (readonly [script: string, told: RegExp])[] = [
  [
    `getprop("ro.a") == "1" && getprop("ro.b") == "2" && write_raw_image(${evil}, "boot");`,
    /hangs on the property ro\.b, .*: with "1" for ro\.a, "2" the package leaves other contents: partition boot/,
  ],
  [
    'if getprop("ro.a") == "x" then if getprop("ro.b") != "" then if getprop("ro.c") == "z" then delete("/system/app") endif endif endif;',
    /the property ro\.c, .*with "x" for ro\.a, .* for ro\.b, "z"/,
  ],
  [
    'getprop("ro.a") == "1" && (getprop("ro.b") == "2" || abort("no")); getprop("ro.a") == "1" && delete("/system/app");',
    /the property ro\.b/,
  ],
  ['getprop("ro.a") + getprop("ro.b") == "1-2" && delete("/system/app");', /the property ro\./],
  ['getprop("ro.a") == getprop("ro.b") || delete("/system/app");', /the property ro\./],
  ['getprop("ro.a") == file_getprop("/system/etc/conf", "id") && delete("/system/app");', /ro\.a, .*with "7"/],
  ['getprop(concat("ro.", "a")) == "q" && delete("/system/app");', /ro\.a, .*with "q"/],
  ['is_substring(getprop("ro.a"), "xyz") && delete("/system/app");', /ro\.a|contents/],
  ['ifelse(less_than_int(getprop("ro.n"), "10"), delete("/system/app"));', /ro\.n/],
  // refused, but after a device was written that the simulated module does not have
  ['getprop("ro.a") == "1" && (package_extract_file("evil", "/dev/mtd3") && abort("x"));', /ro\.a, .*with "1"/],
  ['getprop("ro.a") == "1" && (run_program("/bin/sh") == "0" || abort("x"));', /ro\.a, .*with "1"/],
  // the same end, but a power cut finds it elsewhere
  [
    'getprop("ro.a") == "1" && package_extract_file("evil", "/cache/x"); delete("/cache/x");',
    /with "1" the package goes another way/,
  ],
  [
    `${Array.from({ length: 8 }, (_, at) => `getprop("ro.${at}") == "${at}" && ui_print("${at}");`).join(' ')}`,
    /more combinations of properties than are tried/,
  ],
];

test('integration: properties that only together make a difference, or on the way, are told', async () => {
  const wrong: string[] = [];
  for (const [script, told] of hanging) {
    const { verdict, outside: reached, message } = await run(script);
    const text = reached.map((each) => each.message).join('\n');
    if (verdict !== 'not-proved' || !told.test(text)) wrong.push(`${script}: ${verdict} ${message} ${text}`);
  }
  assert.deepEqual(wrong, []);
});

test('integration: a property that is asked for only after a power cut is told', async () => {
  const script =
    `apply_patch_check("/cache/mark") && getprop("ro.a") == "1" && write_raw_image(${evil}, "boot");\n` +
    'package_extract_file("evil", "/cache/mark"); delete("/cache/mark");';
  const result = await run(script, { powerCuts: 'all' });
  assert.equal(result.verdict, 'not-proved');
  assert.match(result.powerCuts?.failures[0]?.message ?? '', /asks for the property ro\.a after a power cut/);
  assert.equal((await run(script, { powerCuts: 'all', properties: { 'ro.a': '' } })).verdict, 'proved');
});
