/** Random updater-scripts over a few paths: careful, careless and odd statements, so that cut runs end in all ways that there are. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { OpenBuild, Partition } from '../../../src/model/build.js';
import { bsdiff, memoryBuild, mountSystem, sha1 } from '../../support/device.js';
import { directory, file, link } from '../../support/targetfiles.js';

const contents = ['A', 'B', 'C'].map((letter) => Buffer.from(`${letter.repeat(700)}${'common '.repeat(400)}${letter}`));
const [a, b, c] = contents.map(sha1);
const names = ['f', 'g', 'd/h', 'd/e/i'];

/** Partitions of the module, with a boot control block. */
export const randomTable: readonly Partition[] = [
  { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' },
  { mountPoint: '/cache', fileSystem: 'ubifs', type: 'UBI', device: 'cache' },
  { mountPoint: '/misc', fileSystem: 'mtd', type: 'MTD', device: 'misc' },
  { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' },
];

/** The build that the scripts run on. */
export const randomSource: OpenBuild = memoryBuild(
  {
    nodes: {
      'SYSTEM/f': file(contents[0] ?? '', { mode: 0o755 }),
      'SYSTEM/g': file(contents[1] ?? ''),
      'SYSTEM/d': directory(),
      'SYSTEM/d/h': file(contents[0] ?? '', { uid: 5, mode: 0o4755 }),
      'SYSTEM/d/e': directory({ mode: 0o700 }),
      'SYSTEM/d/e/i': file(contents[2] ?? ''),
      'SYSTEM/l': link('f'),
      'BOOTABLE_IMAGES/boot.img': file(contents[0] ?? ''),
    },
  },
  randomTable,
);

const pairs = [
  ['A', 'B', 0, 1],
  ['B', 'C', 1, 2],
  ['C', 'A', 2, 0],
] as const;

/** Entries of the package. */
export const randomEntries: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    pairs.map(([from, to, i, j]) => [
      `${from}${to}.p`,
      bsdiff(contents[i] ?? Buffer.alloc(0), contents[j] ?? Buffer.alloc(0)),
    ]),
  ),
  ...Object.fromEntries(contents.map((bytes, nth) => [`whole/${'ABC'[nth]}`, bytes])),
  'tree/new/one': Buffer.from('one'),
  'tree/new/two': Buffer.from('two'),
  'tree/f': contents[2] ?? Buffer.alloc(0),
};

const size = contents[0]?.length ?? 0;
const path = fc.constantFrom(
  ...[...names, 'l', 'mark', 'new/one', 'new'].map((name) => `/system/${name}`),
  '/tmp/t',
  '/cache/c',
);
const filePath = fc.constantFrom(...names.map((name) => `/system/${name}`), '/system/mark', '/tmp/t', '/cache/c');
const folder = fc.constantFrom('/system/d', '/system/d/e', '/system/new', '/system');
const letter = fc.constantFrom('A', 'B', 'C');
const digest: Readonly<Record<string, string | undefined>> = { A: a, B: b, C: c };
const mode = fc.constantFrom('0644', '0600', '04755');

const address = `MTD:boot:${size}:${a}:${size}:${b}:${size}:${c}`;

/** What is looked at before something is done. */
const condition = fc.oneof(
  fc.tuple(path, letter).map(([p, l]) => `apply_patch_check("${p}", "${digest[l]}")`),
  path.map((p) => `apply_patch_check("${p}")`),
  fc.tuple(filePath, letter).map(([p, l]) => `sha1_check(read_file("${p}"), "${digest[l]}") != ""`),
  letter.map((l) => `apply_patch_check("MTD:boot:${size}:${digest[l]}")`),
  fc.constantFrom(
    'get_stage("misc") == ""',
    'get_stage("misc") == "1"',
    'is_mounted("/cache")',
    'is_mounted("/system")',
  ),
  fc.constantFrom('apply_patch_space(4096)', 'apply_patch_space(30000)', 'apply_patch_space(39000)'),
);

/** What changes something, or may. */
const deed = fc.oneof(
  fc
    .tuple(filePath, fc.constantFrom(...pairs))
    .map(
      ([p, [from, to]]) =>
        `apply_patch("${p}", "-", "${digest[to]}", ${size}, "${digest[from]}", package_extract_file("${from}${to}.p"))`,
    ),
  fc
    .constantFrom(...pairs)
    .map(
      ([from, to]) =>
        `apply_patch("${address}", "-", "${digest[to]}", ${size}, "${digest[from]}", package_extract_file("${from}${to}.p"))`,
    ),
  fc.tuple(filePath, letter).map(([p, l]) => `package_extract_file("whole/${l}", "${p}")`),
  fc.constant('package_extract_dir("tree", "/system")'),
  fc.array(path, { minLength: 1, maxLength: 3 }).map((all) => `delete(${all.map((p) => `"${p}"`).join(', ')})`),
  path.map((p) => `delete_recursive("${p}")`),
  fc.tuple(path, path).map(([from, to]) => `(apply_patch_check("${from}") && rename("${from}", "${to}"))`),
  fc.constantFrom('symlink("f", "/system/l")', 'symlink("g", "/system/l", "/system/m")', 'symlink("d", "/system/l")'),
  fc.tuple(mode, filePath).map(([m, p]) => `(apply_patch_check("${p}") && set_perm(0, 0, ${m}, "${p}"))`),
  fc.tuple(mode, folder).map(([m, d]) => `set_perm_recursive(0, 0, 0755, ${m}, "${d}")`),
  fc.constantFrom('set_stage("misc", "1")', 'set_stage("misc", "")', 'unmount("/cache")', 'wipe_cache()'),
  fc.constantFrom(
    'mount("ubifs", "UBI", "cache", "/cache")',
    'unmount("/system")',
    mountSystem.trim().replace(/;$/, ''),
  ),
  letter.map((l) => `write_raw_image(package_extract_file("whole/${l}"), "boot")`),
  fc.constantFrom('ui_print("x")', 'set_progress(0.5)', 'show_progress(0.1, 0)'),
);

const statement = fc.oneof(
  { weight: 4, arbitrary: deed },
  { weight: 2, arbitrary: fc.tuple(condition, deed).map(([when, what]) => `(${when}) && ${what}`) },
  { weight: 2, arbitrary: fc.tuple(condition, deed).map(([when, what]) => `(${when}) || ${what}`) },
  { weight: 1, arbitrary: condition.map((when) => `(${when}) || abort("no")`) },
  { weight: 1, arbitrary: condition.map((when) => `(${when}) && abort("yes")`) },
);

/** Scripts that begin as packages do. */
export const randomScript: fc.Arbitrary<string> = fc
  .array(statement, { minLength: 2, maxLength: 14 })
  .map((all) => [mountSystem, ...all.map((each) => `${each};\n`)].join(''));
