/**
 * Ways to spoil a finished package, chosen by hand: what a mistake of the generator, of a cable or of a hand would do to it. Each is
 * applied to the entries of a proved package; see `test/usecases/verify/spoilt-package.test.ts` for what must catch it.
 */
import { Buffer } from 'node:buffer';
import { type PackageFile, scriptEntry, scriptOf } from './package-zip.js';
import { splitStatements } from './script-statements.js';

/**
 * The module on which the spoilt package is tried.
 *
 * - `ordinary`: the source build, enough space.
 * - `power-cuts`: the same, the power taken away at every point.
 * - `little-space`: so little free on /system that the device moves every patch's source to /cache.
 * - `full-disk`: /system has no room for the last file that is unpacked.
 * - `tight-cache`: /cache just suffices, the power taken away at every point.
 * - `small-cache`: /cache is too small.
 * - `other-app`, `other-base`, `other-boot`: a file that is patched, a file that a new one is patched from, or the boot
 *   partition is not what the source build says.
 */
export type Circumstance =
  | 'ordinary'
  | 'power-cuts'
  | 'little-space'
  | 'full-disk'
  | 'tight-cache'
  | 'small-cache'
  | 'other-app'
  | 'other-base'
  | 'other-boot';

type Files = readonly PackageFile[];

/** One way to spoil a package. */
export interface Mutation {
  readonly name: string;
  readonly apply: (files: Files) => Files;
  /** `ordinary` unless told. */
  readonly on?: Circumstance;
  /** Why the package is as good as before; such a package must stay proved, also under power cuts. */
  readonly harmless?: string;
}

function editScript(edit: (script: string) => string): (files: Files) => Files {
  return (files) => {
    const before = scriptOf(files);
    const after = edit(before);
    if (after === before) throw new Error('the mutation finds nothing to change');
    return files.map((entry) =>
      entry.name === scriptEntry ? { ...entry, data: Buffer.from(after, 'latin1') } : entry,
    );
  };
}

const withoutComments = (statement: string): string => statement.replace(/^(#.*)?\n/gm, '');

/** Leaves out the first statement that matches; `all`: every one. */
function drop(what: RegExp, all = false): (files: Files) => Files {
  return editScript((script) => {
    let dropped = false;
    return splitStatements(script)
      .filter((statement) => {
        if ((dropped && !all) || !what.test(withoutComments(statement))) return true;
        dropped = true;
        return false;
      })
      .join('');
  });
}

/** Puts the statements that match, in their order, before the first one that matches `before`. */
function move(what: RegExp, before: RegExp): (files: Files) => Files {
  return editScript((script) => {
    const statements = splitStatements(script);
    const moving = statements.filter((statement) => what.test(statement));
    const rest = statements.filter((statement) => !what.test(statement));
    const at = rest.findIndex((statement) => before.test(statement));
    if (moving.length === 0 || at < 0) throw new Error('the mutation finds nothing to move');
    return rest.toSpliced(at, 0, ...moving).join('');
  });
}

function replace(what: string | RegExp, by: string): (files: Files) => Files {
  return editScript((script) => script.replace(what, by));
}

function change(name: string, edit: (data: Buffer) => Buffer): (files: Files) => Files {
  return (files) => {
    if (!files.some((entry) => entry.name === name)) throw new Error(`no entry ${name}`);
    return files.map((entry) => (entry.name === name ? { ...entry, data: edit(entry.data) } : entry));
  };
}

function flip(at: number): (data: Buffer) => Buffer {
  return (data) => {
    const flipped = Buffer.from(data);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    return flipped;
  };
}

function lose(name: string): (files: Files) => Files {
  return (files) => {
    const left = files.filter((entry) => entry.name !== name);
    if (left.length === files.length) throw new Error(`no entry ${name}`);
    return left;
  };
}

function dataOf(files: Files, name: string): Buffer {
  const entry = files.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`no entry ${name}`);
  return entry.data;
}

const appPatch = 'patch/system/bin/app.p';
const bytes: readonly Mutation[] = [
  { name: 'a flipped byte in the patch of a file, the zip repaired', apply: change(appPatch, flip(100)) },
  { name: 'a flipped byte in the header of a patch', apply: change(appPatch, flip(25)) },
  { name: 'a flipped byte in the patch of the boot image', apply: change('patch/boot.img.p', flip(100)) },
  { name: 'a flipped byte in a patch that copies', apply: change('patch/system/lib/moved/libmove.so.p', flip(60)) },
  { name: 'a truncated patch', apply: change(appPatch, (data) => data.subarray(0, data.length - 20)) },
  { name: 'an empty patch', apply: change(appPatch, () => Buffer.alloc(0)) },
  {
    name: "another file's patch under a patch's name",
    apply: (files) => change(appPatch, () => dataOf(files, 'patch/system/bin/su.p'))(files),
  },
  { name: 'a lost patch', apply: lose(appPatch) },
  { name: 'a flipped byte in a whole file', apply: change('system/bin/fresh', flip(4000)) },
  { name: 'a lost whole file', apply: lose('system/etc/fresh.conf') },
  { name: 'a lost whole file under another name', apply: lose('dfota/file/3') },
  {
    name: 'an extra file that is unpacked',
    apply: (files) => [{ name: 'system/etc/extra', mode: 0o100644, data: Buffer.from('extra') }, ...files],
  },
  { name: 'a flipped byte in a partition image', apply: change('firmware-update/abl.elf', flip(1000)) },
  { name: 'the project version of another build', apply: change('quectel-project-version', flip(40)) },
  { name: 'no project version', apply: lose('quectel-project-version') },
  { name: 'no update-binary', apply: lose('META-INF/com/google/android/update-binary') },
  { name: 'no updater-script', apply: lose(scriptEntry) },
  {
    name: 'an entry name beyond ASCII',
    apply: (files) => files.map((entry) => (entry.name === 'dfota/file/3' ? { ...entry, name: 'dfota/\xe9' } : entry)),
  },
];

const noEffect = 'it is for the screen';
const dropped: readonly Mutation[] = [
  { name: 'no mount', apply: drop(/^assert\(mount/) },
  { name: 'no ui_print', apply: drop(/^ui_print/, true), harmless: noEffect },
  { name: 'no show_progress and set_progress', apply: drop(/^(show|set)_progress/, true), harmless: noEffect },
  {
    name: 'no check of a patched file',
    apply: drop(/^assert\(apply_patch_check\("\/system\/bin\/app"/),
    on: 'other-app',
  },
  {
    name: 'no check of a base at another path',
    apply: drop(/^assert\(apply_patch_check\("\/system\/lib\/libnet/),
    on: 'other-base',
  },
  { name: 'no check of the boot partition', apply: drop(/^assert\(apply_patch_check\("MTD:boot/), on: 'other-boot' },
  {
    name: 'no check of the space in /cache',
    apply: drop(/^assert\((apply_patch_check\("\/cache\/recovery\/boot.new", "\w+"\) \|\| )?apply_patch_space/, true),
    on: 'small-cache',
  },
  { name: 'no unlinking before writing', apply: drop(/^delete\("\/system\/etc\/becomes-file"/) },
  { name: 'no delete_recursive of a vanished directory', apply: drop(/^delete_recursive/) },
  { name: 'no deletion of what makes way', apply: drop(/^delete\("\/system\/bin\/fresh"/) },
  { name: 'no directory for staging', apply: drop(/^package_extract_dir\("dfota\/directory", "\/cache/) },
  { name: 'no directory for a patched file', apply: drop(/^package_extract_dir.*\/system\/lib\/moved/) },
  { name: 'no empty directory', apply: drop(/^package_extract_dir.*\/system\/var\/empty/) },
  { name: 'no deletion of placeholders', apply: drop(/^delete\("\/cache\/recovery\/.dfota"/) },
  { name: 'no patch of a file', apply: drop(/^assert\(apply_patch\("\/system\/bin\/app"/) },
  { name: 'no patch that moves', apply: drop(/^assert\(apply_patch\("\/system\/lib\/libmove.so"/) },
  { name: 'no patch that copies', apply: drop(/^assert\(apply_patch\("\/cache\/recovery\/base"/) },
  {
    name: 'no staging of a base that stays',
    apply: drop(/^assert\(apply_patch_check\("\/system\/lib\/libcopy.so"[^|]*\|\|\s*apply_patch_check\("\/cache/),
  },
  { name: 'no deletion of the staged base', apply: drop(/^delete\("\/cache\/recovery\/base"\);/) },
  { name: 'no deletion of bases', apply: drop(/^delete\("\/system\/lib\/libmove.so"/) },
  {
    name: 'no delete_recursive of a directory that held bases',
    apply: drop(/^delete_recursive\("\/system\/opt\/merged"/),
  },
  {
    name: 'no staging of the boot image',
    apply: drop(/^assert\(apply_patch_check\("\/cache\/recovery[^|]*\|\|\s*apply_patch\(/),
  },
  { name: 'no writing of the boot image', apply: drop(/^assert\(apply_patch\("\/cache\/recovery\/boot.new"/) },
  { name: 'no deletion of the staged boot image', apply: drop(/^delete\("\/cache\/recovery\/boot.new"/) },
  { name: 'no writing of a minor partition', apply: drop(/^assert\(write_raw_image/) },
  {
    name: 'no check of a minor partition',
    apply: drop(/^assert\(apply_patch_check\("MTD:abl/),
    harmless: 'write_raw_image tells when it fails; the check is for flash that does not keep what was written',
  },
  { name: 'no unpacking', apply: drop(/^assert\(package_extract_dir/) },
  { name: 'no unpacking of a single file', apply: drop(/^assert\(package_extract_file/) },
  {
    name: 'no check of what was unpacked',
    apply: drop(/^assert\(apply_patch_check\("\/system\/[^"]*", "[0-9a-f]{40}"\)\);/, true),
    on: 'full-disk',
  },
  {
    name: 'no deletion of links before they are made',
    apply: drop(/^delete\("\/system\/etc\/link"/),
    harmless: 'symlink itself unlinks each link first',
  },
  { name: 'no symlink', apply: drop(/^symlink\("fresh.conf"/) },
  { name: 'no set_perm_recursive', apply: drop(/^set_perm_recursive/) },
  { name: 'no set_perm', apply: drop(/^set_perm\(0, 3003/) },
  { name: 'no set_perm of a set-uid program', apply: drop(/^set_perm\(0, 0, 04755/) },
  { name: 'no patch of build.prop', apply: drop(/^assert\(apply_patch\("\/system\/build.prop"/) },
  {
    name: 'no set_perm of build.prop',
    apply: drop(/^set_perm\(0, 0, 0644, "\/system\/build.prop"/),
    harmless:
      'the patch keeps the mode that set_perm_recursive gave; labels, and a mode with set-uid bits, it would lose',
  },
  { name: 'no unmount', apply: drop(/^unmount/), harmless: 'the module restarts' },
];

/** Stages the boot image and writes it in one go. */
const inPlace = editScript((script) => {
  const [, both, target, source] =
    /apply_patch\("(MTD:boot:[^"]*)",\s*"\/cache\/recovery\/boot.new",\s*([0-9a-f]{40}, \d+),\s*([0-9a-f]{40}, package_extract_file\("patch\/boot.img.p"\))/.exec(
      script,
    ) ?? [];
  if (both === undefined) return script;
  return splitStatements(script)
    .map((statement) => {
      if (/^assert\(apply_patch\("\/cache\/recovery\/boot.new"/.test(statement))
        return `assert(apply_patch("${both}", "-", ${target}, ${source}));\n`;
      if (/^assert\(apply_patch_check\("\/cache[^|]*\|\|\s*apply_patch\(/.test(statement)) return '';
      return statement;
    })
    .join('');
});

const edited: readonly Mutation[] = [
  {
    name: 'swapped hashes in apply_patch',
    apply: replace(/(apply_patch\("\/system\/bin\/app", "-",\s*)(\w{40})(, \d+,\s*)(\w{40})/, '$1$4$3$2'),
  },
  {
    name: 'swapped hashes in apply_patch_check',
    apply: replace(/(apply_patch_check\("\/system\/bin\/app", )("\w{40}"), ("\w{40}")/, '$1$3, $2'),
    harmless: 'any of the list will do',
  },
  {
    name: 'swapped hashes in the name of the boot partition',
    apply: replace(/(apply_patch\("MTD:boot:\d+:)(\w{40})(:\d+:)(\w{40})/, '$1$4$3$2'),
  },
  { name: 'a wrong digit in the hash of a patched file', apply: replace(/("-",\s*)\w(\w{39})/, '$1g$2') },
  { name: 'a wrong target size', apply: replace(/(apply_patch\("\/system\/bin\/app", "-",\s*\w{40}, )\d/, '$19') },
  { name: 'a wrong mode', apply: replace('set_perm(0, 3003, 0750', 'set_perm(0, 3003, 0755') },
  { name: 'a wrong owner', apply: replace('set_perm(1000, 0,', 'set_perm(1001, 0,') },
  { name: 'a wrong mode of directories', apply: replace('01777', '0777') },
  { name: 'a missing link', apply: replace(/(symlink\("fresh.conf", [^,)]*),\s*"\/system\/etc\/second"/, '$1') },
  { name: 'a link to elsewhere', apply: replace('symlink("target"', 'symlink("targets"') },
  { name: 'a missing deletion', apply: replace('"/system/bin/older",', '') },
  {
    name: 'a deletion of what stays',
    apply: replace('"/system/bin/older",', '"/system/bin/older", "/system/lib/libsame.so",'),
  },
  {
    name: 'a deletion of what stays, and nothing reads',
    apply: replace('"/system/bin/older",', '"/system/bin/older", "/system/var/stays/kept",'),
  },
  {
    name: 'a link that becomes a file is not unlinked, so that the file is written through it',
    apply: replace(/"\/system\/etc\/becomes-file",(?!\s*"\w{40}")\s*/g, ''),
  },
  {
    name: 'permissions too early, before unpacking',
    apply: move(/^set_perm(?!.*build.prop)/, /^assert\(package_extract_dir/),
  },
  {
    name: 'links too early, before directories make way',
    apply: move(/^symlink/, /^delete_recursive\("\/system\/opt\/merged"/),
  },
  {
    name: 'the boot image written to another partition',
    apply: replace(/("\/cache\/recovery\/boot.new",\s*"MTD:)boot/, '$1recovery'),
  },
  { name: 'the boot image patched in place', apply: inPlace, on: 'power-cuts' },
  {
    name: 'a half-written boot partition is not accepted when the staged image is there',
    apply: replace(/ \|\| apply_patch_check\("\/cache\/recovery\/boot.new", "\w{40}"\)\);/, ');'),
    // /cache/saved.file holds the image, and the first check looks there too: until a second cut, when it is written again
    on: 'power-cuts',
  },
  {
    name: 'a file that is done already is not accepted',
    apply: replace(/(apply_patch_check\("\/system\/bin\/app", )"\w{40}", /, '$1'),
    on: 'power-cuts',
  },
  {
    name: 'a new file that is done already is not accepted',
    apply: replace(/apply_patch_check\("\/system\/lib\/libnet.so.2", "\w{40}"\) \|\| /, ''),
    on: 'power-cuts',
  },
  {
    name: 'a link that replaced a directory is not unlinked when the package starts again',
    apply: replace(/("\/system\/opt\/log"),\s*"\/system\/opt\/merged"/, '$1'),
    on: 'power-cuts',
  },
  {
    name: 'what a cut left in /cache is not removed',
    apply: drop(/^delete\("\/cache\/recovery\/base", "\/cache\/recovery\/base.patch"/),
    on: 'tight-cache',
  },
  {
    name: 'a base deleted before its use',
    apply: move(/^delete\("\/system\/lib\/libmove.so"/, /^assert\(apply_patch\("\/system\/lib\/libmove/),
  },
  {
    name: 'a base deleted before its last use is done',
    apply: move(/^delete\("\/system\/lib\/libmove.so"/, /^assert\(apply_patch\("\/system\/lib\/libnet/),
  },
  {
    name: 'a base that stays is read where it lies, and the device moves it away',
    apply: replace(/apply_patch\("\/cache\/recovery\/base"/, 'apply_patch("/system/lib/libsame.so"'),
    on: 'little-space',
  },
  {
    name: 'a damaged patch that nothing guards',
    apply: (files) =>
      change(appPatch, flip(100))(replace(/assert\((apply_patch\("\/system\/bin\/app"[^;]*)\);/, '$1;')(files)),
  },
  { name: 'a function that no module has', apply: replace('unmount(', 'umount(') },
  { name: 'a quote that is not escaped', apply: replace('ui_print("Unpacking', 'ui_print("Un"packing') },
  {
    name: 'two families of permission functions',
    apply: replace(
      'set_perm(0, 3003, 0750, "/system/bin/fresh")',
      'set_metadata("/system/bin/fresh", "uid", 0, "gid", 3003, "mode", 0750)',
    ),
  },
  {
    name: 'a literal that is too long for an old updater',
    apply: replace('"Unpacking', `"${'long '.repeat(300)}Unpacking`),
  },
];

/** Every way, by what is spoilt. */
export const mutations: readonly Mutation[] = [...bytes, ...dropped, ...edited];
