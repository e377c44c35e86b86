/**
 * Scripts with odd arguments, and how each profile must end: read in the public sources of the updaters, function by function.
 * Each runs after /system was mounted. A check within the script holds what it has done: who aborts there has not done it.
 */
import type { ProfileName } from '../../src/device/profile.js';

/** How a script ends: in all profiles, and in those that differ. */
export type Ends = Readonly<Partial<Record<ProfileName, string>> & { all: string }>;

/** A script and its ends. */
export interface ArgumentCase {
  readonly script: string;
  readonly ends: Ends;
}

const target = '/system/opt/target';
const A = 'bcd43fbf11acd7bd23cf84ab0b69012d158b90f4';
const B = '8f17b1cc7aae9e9614bc5d67fa6322f18d1d3875';
const boot = '64f81e30179596834b3239304553bd2c6087bca6';
const bootAddress = `MTD:boot:400008:${boot}`;
const patch = 'package_extract_file("p")';

/** Entries of every package beside the patch `p` from A to B. */
export const argumentEntries: Readonly<Record<string, string>> = {
  one: '1',
  empty: '',
  'd/x': 'x',
  'd/sub/y': 'y',
  newlines: '\n\n',
  props: '# k=no\n  k = v w \t\nk=second\n=nameless\n\tt=\nnbsp=\xc3\xa0\r\nend=1',
  nul: 'a=1\0\nk=2\n',
};

const done = { all: 'done' };
const aborted = { all: 'aborted' };
const crashed = { all: 'crashed' };
const noParse = { all: 'parse error' };
/** Done by the older ones alone. */
const older = { ...aborted, 'android-4.1': 'done', 'android-4.4': 'done', 'android-5.1': 'done', 'le-c': 'done' };
/** Done by all but strict. */
const lax = { all: 'done', strict: 'aborted' };
const withoutSetPerm = { 'android-5.1': 'parse error', 'android-7.1': 'parse error' };
const withoutMetadata = { 'android-4.1': 'parse error', 'le-c': 'parse error' };
const withoutRename = { ...withoutMetadata, strict: 'parse error' };

const file = (name: string): string => `package_extract_file("${name}", "/system/f") || abort("no");\n`;

const rows: readonly (readonly [Ends, ...(readonly string[])])[] = [
  [
    done,
    'assert(delete_recursive("") == "0");',
    'assert(delete("/system/opt/target/") == "0"); assert(apply_patch_check("/system/opt/target"));',
    'assert(delete("", "/system/none", "/system/opt/target") == "1");',
    'assert(delete_recursive("/system/opt/target-dir/", "/system/none") == "1");',
    // a link and a slash: what the link leads to is emptied, link and directory stay
    `symlink("target-dir", "/system/opt/l"); assert(delete_recursive("/system/opt/l/") == "0");
     assert(!apply_patch_check("/system/opt/target-dir/inside")); assert(${'package_extract_file("one", "/system/opt/l/g")'});`,
    'symlink("target-dir", "/system/opt/l"); delete_recursive("/system/opt/l"); assert(apply_patch_check("/system/opt/target-dir/inside"));',
    'symlink("x");',
    'symlink("late", "/system/opt/dl"); assert(package_extract_file("one", "/system/opt/dl")); assert(apply_patch_check("/system/opt/late"));',
    'symlink("target", "/system/opt/a"); symlink("a", "/system/opt/b"); assert(apply_patch_check("/system/opt/b"));',
    'assert(is_mounted("/system") == "/system"); assert(is_mounted("/system/") == ""); assert(is_mounted("system") == "");',
    'assert(unmount("/system/") == ""); assert(is_mounted("/system"));',
    'assert(mount("ubifs", "UBI", "system", "/system") == "");',
    'unmount("/system"); assert(mount("ubifs", "UBI", "system", "/system/") == "/system/"); assert(is_mounted("/system"));',
    'unmount("/system"); assert(!apply_patch_check("/system/build.prop"));',
    `${file('props')}assert(file_getprop("/system/f", "k") == "v w");`,
    `${file('props')}assert(file_getprop("/system/f", "") == "nameless");`,
    `${file('props')}assert(file_getprop("/system/f", "t") == ""); assert(file_getprop("/system/f", "none") == "");`,
    `${file('props')}assert(file_getprop("/system/f", "nbsp") == "\\xc3\\xa0"); assert(file_getprop("/system/f", "end") == "1");`,
    'assert(less_than_int("", "1") == ""); assert(less_than_int("1 ", "2") == ""); assert(less_than_int(" 1", "+2"));',
    'assert(less_than_int("2", "2") == ""); assert(greater_than_int("a", "1") == ""); assert(greater_than_int("3", "-3"));',
    'assert(is_substring("", "abc")); assert(is_substring("bc", "abc")); assert(is_substring("abc", "bc") == "");',
    'assert(concat() == ""); assert(concat("a", "b", "") == "ab"); assert("a" + "b" + "c" == "abc");',
    'assert(ifelse("", "x") == ""); assert(ifelse("t", "x", "y") == "x"); assert(ifelse("", "x", "y") == "y");',
    'ifelse("t", ui_print("a"), abort("b"));',
    'assert("a" == "a" == "t"); assert(!"" && "x"); assert(("" || "b") == "b");',
    'if "" then abort("a") else if "t" then ui_print("b") else abort("c") endif endif;',
    'ui_print("a";); assert(("a"; "b") == "b");',
    `assert(sha1_check("abc", "zz", "A9993E364706816ABA3E25717850C26C9CD0D89D") == "A9993E364706816ABA3E25717850C26C9CD0D89D");`,
    'assert(sha1_check("abc", package_extract_file("one")) == ""); assert(sha1_check("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");',
    'assert(sha1_check(package_extract_file("nope")) == "");',
    `assert(sha1_check(read_file("${bootAddress}")) == "${boot}");`,
    `assert(sha1_check(read_file("${target}"), "${B}", "${A}") == "${A}");`,
    `assert(apply_patch("${target}", "-", "${B.toUpperCase()}", "4004", "${A.toUpperCase()}", ${patch}));`,
    `assert(apply_patch("${target}", "-", "${B}", "4004", "short", package_extract_file("one"), "${A}", ${patch}));`,
    `assert(apply_patch("${target}", "/system/opt/new", "${B}", "4004", "${A}", ${patch})); assert(apply_patch_check("${target}", "${A}"));`,
    `assert(apply_patch("${target}", "-", "${A}", "4000", "${B}", package_extract_file("nope")));`,
    `assert(apply_patch_check("MTD:boot:400008:${boot.toUpperCase()}")); assert(apply_patch_check("MTD:boot:100:${A}:400008:${boot}"));`,
    `assert(apply_patch_check("EMMC:${target}:4000:${A}")); assert(apply_patch_check("EMMC:system/opt/target:4000:${A}"));`,
    `assert(apply_patch("${target}", "EMMC:/system/opt/target-dir/inside:4004:${B}", "${B}", "4004", "${A}", ${patch}));
     assert(apply_patch_check("/system/opt/target-dir/inside", "${B}"));`,
    'assert(apply_patch_space("0")); assert(apply_patch_space("1000000000") == "");',
    'assert(write_raw_image(package_extract_file("nope"), "nosuch") == "");',
    'assert(write_raw_image(package_extract_file("one"), "/dev/mtd/mtd0") == "");',
    'assert(write_raw_image("/system/nope", "boot") == "");',
    `assert(write_raw_image("${bootAddress}", "boot") == "");`,
    'assert(package_extract_file("nope", "/system/x") == ""); assert(package_extract_file("one", "") == "");',
    'assert(package_extract_file("one", "/system/x/") == ""); assert(package_extract_file("one", "/system/x/.") == "");',
    'assert(package_extract_file("one", "/system/opt/target-dir") == "");',
    'assert(package_extract_file("one", "system/./opt/../rel")); assert(apply_patch_check("/system/rel"));',
    'assert(package_extract_dir("", "/system/all")); assert(apply_patch_check("/system/all/quectel-project-version"));',
    'assert(package_extract_dir("d//", "/system")); assert(!apply_patch_check("/system/x"));',
    'assert(package_extract_dir("d", "/system//")); assert(apply_patch_check("/system/sub/y")); assert(apply_patch_check("/system/x"));',
    'assert(package_extract_dir("d/sub/", "/system/n/m")); assert(apply_patch_check("/system/n/m/y"));',
    'ui_print(); ui_print("a", "b", "\\n"); stdout(); set_progress("0.5") == "0.5" || abort("no");',
    'assert(run_program("/system/nope") == "256"); assert(run_program("/system/nope", "a", "b") == "256");',
    'assert(set_progress("0.25") == "0.25"); assert(show_progress("0.5", "0x") == "0.5");',
  ],
  [
    aborted,
    'symlink();',
    'symlink("", "/system/x");',
    'symlink("t", "/system/x/");',
    'symlink("t", "/system/opt/target/x");',
    'mount("ubifs", "UBI", "system");',
    'mount("", "UBI", "system", "/x");',
    'mount("ubifs", "UBI", "system", "");',
    'unmount();',
    'unmount("");',
    'is_mounted("");',
    'file_getprop("/system/build.prop");',
    'file_getprop("/system/opt", "k");',
    'getprop();',
    'getprop("a", "b");',
    'less_than_int("1");',
    'greater_than_int("1", "2", "3");',
    'ifelse("a");',
    'assert("a", "", "b");',
    'abort("");',
    'abort(concat("a", "b"));',
    'sha1_check();',
    'read_file();',
    'concat(package_extract_file("one"));',
    'ui_print(package_extract_file("one"));',
    'package_extract_file("one") == "1";',
    'package_extract_file("one") && "a";',
    `apply_patch("${target}", "-", "${B}", "4004", "${A}");`,
    `apply_patch("${target}", "-", "${B}", "4004", "${A}", ${patch}, "x");`,
    `apply_patch("${target}", "-", "${B}", "4004", "${A}", "text");`,
    `apply_patch("${target}", "-", "${B}", "", "${A}", ${patch});`,
    `apply_patch(${patch}, "-", "${B}", "4004", "${A}", ${patch});`,
    `assert(apply_patch("${target}", "-", "${B}0", "4004", "${A}", ${patch}));`,
    `assert(apply_patch("${target}", "-", "${A.slice(1)}", "4004", "${A}", ${patch}));`,
    `assert(apply_patch("${target}", "/system/opt/target-dir", "${B}", "4004", "${A}", ${patch}));`,
    `assert(apply_patch("${target}", "MTD:nosuch:4004:${B}", "${B}", "4004", "${A}", ${patch}));`,
    'assert(apply_patch_check("")); ui_print("a");',
    `assert(apply_patch_check("MTD::400008:${boot}"));`,
    `assert(apply_patch_check("MTD:boot:100:zz:400008:${boot}"));`,
    'assert(apply_patch_check("EMMC:/system/opt:4:x"));',
    'apply_patch_space("");',
    'apply_patch_space("x");',
    'write_raw_image("", "boot");',
    'write_raw_image(package_extract_file("one"), "");',
    'package_extract_file();',
    'package_extract_file("a", "b", "c");',
    'package_extract_dir("d");',
    'show_progress("1");',
    'set_progress();',
    'wipe_cache("x");',
    'run_program();',
    'format("ext4", "EMMC", "x", "0");',
    'format("", "EMMC", "x", "0", "/x");',
    'format("ext4", "EMMC", "", "0", "/x");',
  ],
  [
    noParse,
    'ui_print("a";',
    'ui_print("a);',
    'ui_print("a")) ;',
    'ui_print(,);',
    'ui_print("a",);',
    'if "a" then ui_print("b");',
    'if then ui_print("b") endif;',
    'ui_print("a") # no newline',
    'ui_print("a")\r\n;',
    'ui_print("a") ui_print("b");',
    '"a" == ;',
    'ui_print(a=b);',
    "ui_print('a');",
    'no_such("a");',
  ],
  [crashed, `${file('empty')}file_getprop("/system/f", "k");`, `${file('newlines')}file_getprop("/system/f", "k");`],
  [crashed, 'write_raw_image(package_extract_file("nope"), "boot");'],
  [done, `${file('nul')}assert(file_getprop("/system/f", "k") == "");`],
  [
    { ...aborted, 'android-4.4': 'done', 'android-5.1': 'done', 'android-7.1': 'done', 'le-7': 'done', 'le-c': 'done' },
    'sha1_check(read_file("/system/opt")) == "" || abort("no");',
  ],
  [
    older,
    `assert(apply_patch("${target}", "-", "${B}", "4004x", "${A}", ${patch}));`,
    'assert(apply_patch_space("12abc"));',
    `assert(apply_patch_check("MTD:boot:400008:${boot}:5"));`,
    `assert(apply_patch("${target}", "-", "${B}", "-5", "${A}", ${patch}));`,
  ],
  [
    { ...older, strict: 'done' },
    // the value of a line on the screen: nobody looks at it
    'assert(ui_print("a") == "a");',
  ],
  [
    lax,
    'set_progress("x");',
    'show_progress("0.1", "");',
    'assert(apply_patch_space("0x10"));',
    'assert(less_than_int("3000000000", "4000000000"));',
  ],
  [
    { ...aborted, 'android-5.1': 'done', 'android-7.1': 'done', 'le-7': 'done' },
    'unmount("/system"); assert(mount("ubifs", "UBI", "system", "/system", "max_batch_time=0"));',
  ],
  [
    { ...done, ...withoutSetPerm },
    `set_perm(0, 0, 0600, "${target}");`,
    'set_perm_recursive(0, 0, 0755, 0644, "/system/nope", "/system/opt");',
    'set_perm_recursive("0x0", 00, 0755, 0644, "/system/opt/target-dir");',
  ],
  [
    { ...lax, ...withoutSetPerm },
    `set_perm("-1", "-1", 0644, "${target}");`,
    `set_perm(0, 0, 0100755, "${target}");`,
    `set_perm(" 0", "+0", 0644, "${target}");`,
  ],
  [
    { ...aborted, ...withoutSetPerm },
    'set_perm(0, 0, 0644);',
    `set_perm(08, 0, 0644, "${target}");`,
    `set_perm("", 0, 0644, "${target}");`,
    `set_perm(0, 0, "rw", "${target}");`,
    `set_perm(0, 0, 0644, "/system/nope", "${target}");`,
    'set_perm_recursive(0, 0, 0755, 0644);',
  ],
  [{ ...done, ...withoutMetadata }, `set_metadata("${target}");`, `set_metadata("${target}", "uid", 010);`],
  [
    { ...aborted, ...withoutMetadata },
    'set_metadata();',
    `set_metadata("${target}", "uid");`,
    'set_metadata_recursive("/system", "uid", 0, "gid");',
  ],
  [
    { ...lax, ...withoutMetadata },
    `set_metadata("${target}", "uid", "abc");`,
    `set_metadata("${target}", "mode", "0700x");`,
    `set_metadata("${target}", "selabel", "");`,
    `set_metadata("${target}", "capabilities", "none");`,
  ],
  [
    { ...aborted, ...withoutRename },
    'rename("/system/none", "/system/other");',
    `rename("${target}", "/tmp/x");`,
    `rename("${target}", "/system/opt/target-dir");`,
    `rename("/system/opt/target-dir", "${target}");`,
    `rename("${target}", "/system/fresh/");`,
    `rename("", "${target}");`,
    'rename("/system/opt", "/system/opt/target-dir/deep");',
  ],
  [
    { ...done, ...withoutRename },
    `assert(rename("${target}", "/system/opt/moved") == "/system/opt/moved");`,
    `rename("${target}", "${target}");`,
    `rename("${target}", "/system/bin/plain"); assert(apply_patch_check("/system/bin/plain", "${A}"));`,
    'symlink("target", "/system/opt/l"); rename("/system/opt/l", "/system/opt/m"); assert(apply_patch_check("/system/opt/target"));',
  ],
];

/** All cases. */
export const argumentCases: readonly ArgumentCase[] = rows.flatMap(([ends, ...scripts]) =>
  scripts.map((script) => ({ script, ends })),
);
