/** Every part of what is compared, and every kind of reading that is noted, is needed: without it a package passes that must not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapGet } from '../../../src/device/persistent-map.js';
import { momentRecorder } from '../../../src/device/reuse/known-run.js';
import { momentParts } from '../../../src/device/reuse/moments.js';
import { makeReuse, type Reuse } from '../../../src/device/reuse/reuse.js';
import { type ReadKind, settledStatements } from '../../../src/device/reuse/settled.js';
import { type InodePart, sameTree } from '../../../src/device/tree-difference.js';
import { memoryBuild, mountSystem, sha1 } from '../../support/device.js';
import { directory, file, link } from '../../support/targetfiles.js';
import { randomEntries, randomTable } from './random-script.js';
import { sweepEach } from './swept.js';

const whole = (letter: string): Uint8Array => randomEntries[`whole/${letter}`] ?? new Uint8Array();
const [a, b] = ['A', 'B'].map((letter) => sha1(whole(letter)));
const source = memoryBuild(
  {
    nodes: {
      'SYSTEM/f': file(whole('A')),
      'SYSTEM/g': file(whole('B')),
      'SYSTEM/l': link('f'),
      'SYSTEM/empty': file(''),
      'SYSTEM/d': directory(),
      'SYSTEM/d/h': file('small'),
      'BOOTABLE_IMAGES/boot.img': file(whole('A')),
    },
  },
  randomTable,
);
const entries = { ...randomEntries, 'big/x': new Uint8Array(20_000) };
const options = { profile: 'le-7' as const, cacheSize: 48 * 1024 };

/** The number of points at which the sweep fails: all statements run, what is known is reused, a part of that is left out. */
async function failures(statements: readonly string[], leftOut: Reuse): Promise<readonly (number | undefined)[]> {
  const script = [mountSystem, ...statements.map((each) => `${each};\n`)].join('');
  const swept = await sweepEach(source, { script, entries }, [undefined, makeReuse(), leftOut], options);
  const [without, withIt] = swept ?? [];
  assert.deepEqual(withIt?.cuts, without?.cuts);
  return swept?.map(({ cuts }) => cuts.failed) ?? [];
}

async function assertNeeded(statements: readonly string[], leftOut: Reuse): Promise<void> {
  const [without = 0, withIt = 0, mutated] = await failures(statements, leftOut);
  assert.ok(without > 0, 'the package must fail');
  assert.equal(withIt, without);
  assert.ok(mutated !== undefined && mutated < without, `nobody notices: ${mutated} of ${without} failures`);
}

/** A package that does something more when it starts again with the new file there, which then shows in the end. */
const again = (deed: string, end = 'ui_print("done")'): readonly string[] => [
  `apply_patch_check("/system/f", "${b}") && ${deed}`,
  'package_extract_file("whole/B", "/system/f")',
  end,
];

const withoutMomentPart = (part: string): Reuse =>
  makeReuse({
    isSame: (x, y) => Object.entries(momentParts).every(([name, isSame]) => name === part || isSame(x, y)),
  });

const withoutInodePart = (part: InodePart): Reuse =>
  makeReuse({
    isSame: (x, y) =>
      Object.entries(momentParts).every(([name, isSame]) => {
        if (name !== 'trees') return isSame(x, y);
        const volumes = ['/system', '/cache'].map((at) => [mapGet(x.flash.volumes, at), mapGet(y.flash.volumes, at)]);
        return volumes.every(([p, q]) => p !== undefined && q !== undefined && sameTree(p, q, part));
      }),
  });

const moments: Readonly<Record<string, readonly string[]>> = {
  ram: again('package_extract_file("whole/C", "/tmp/t")', 'apply_patch_check("/tmp/t") && abort("again")'),
  mounts: again('unmount("/cache")', 'is_mounted("/cache") || abort("gone")'),
  stage: again('set_stage("misc", "1")', '(get_stage("misc") == "") || abort("stage")'),
  partitions: again('write_raw_image(package_extract_file("whole/C"), "boot")'),
  trees: again('package_extract_file("whole/C", "/system/g")'),
};

for (const [part, statements] of Object.entries(moments)) {
  test(`integration: a moment without its ${part} would let a package pass that fails`, async () => {
    await assertNeeded(statements, withoutMomentPart(part));
  });
}

const inodes: Readonly<Record<InodePart, readonly string[]>> = {
  kind: again('symlink("f", "/system/empty")'),
  attributes: again('set_perm(5, 5, 0600, "/system/g")'),
  content: again('package_extract_file("whole/C", "/system/g")'),
  target: again('symlink("g", "/system/l")'),
};

for (const part of ['kind', 'attributes', 'content', 'target'] as const) {
  test(`integration: inodes compared without ${part} would let a package pass that fails`, async () => {
    await assertNeeded(inodes[part], withoutInodePart(part));
  });
}

const other = 'package_extract_file("whole/C", "/system/g")';
const readings: Readonly<Record<ReadKind, readonly string[]>> = {
  name: [
    'delete("/system/mark")',
    other,
    'apply_patch_check("/system/n") || (package_extract_file("whole/B", "/system/mark"); package_extract_file("whole/B", "/system/n"))',
  ],
  node: [`apply_patch_check("/system/f", "${a}") || abort("f")`, other, 'package_extract_file("whole/B", "/system/f")'],
  below: [
    'set_perm_recursive(0, 0, 0755, 0644, "/system/d")',
    other,
    'apply_patch_check("/system/mark") || (set_perm(0, 0, 0600, "/system/d/h"); package_extract_file("whole/B", "/system/mark"))',
  ],
  space: [
    'apply_patch_space(30000) || abort("space")',
    other,
    'package_extract_dir("big", "/cache/sub")',
    'delete_recursive("/cache/sub")',
  ],
  partition: [
    `apply_patch_check("MTD:boot:${whole('A').length}:${a}") || abort("boot")`,
    other,
    'write_raw_image(package_extract_file("whole/B"), "boot")',
  ],
  stage: ['(get_stage("misc") == "") || abort("stage")', other, 'set_stage("misc", "1")', 'set_stage("misc", "")'],
  everything: [
    `apply_patch_check("/system/f", "${b}") && apply_patch_check("/vendor/x")`,
    'package_extract_file("whole/B", "/system/f")',
    other,
  ],
};

for (const kind of ['name', 'node', 'below', 'space', 'partition', 'stage', 'everything'] as const) {
  test(`integration: statements whose reading of ${kind} is not noted would let a package pass that fails`, async () => {
    await assertNeeded(readings[kind], makeReuse({ settled: settledStatements(kind) }));
  });
}

/** Packages that leave something else in /cache when they start again, which is read later; what is between them may be leapt over. */
const between = Array.from({ length: 6 }, (_, at) => `package_extract_file("whole/A", "/system/between${at}")`);
const leaps: Readonly<Record<string, readonly string[]>> = {
  name: [
    ...again('package_extract_file("whole/C", "/cache/x")'),
    ...between,
    'apply_patch_check("/cache/x") && package_extract_file("whole/C", "/system/g")',
  ],
  node: [
    'package_extract_file("whole/A", "/cache/x")',
    ...again('package_extract_file("whole/C", "/cache/x")'),
    ...between,
    `apply_patch_check("/cache/x", "${a}") || package_extract_file("whole/C", "/system/g")`,
  ],
  space: [
    ...again('package_extract_dir("big", "/cache/sub")'),
    ...between,
    'apply_patch_space(30000) || package_extract_file("whole/C", "/system/g")',
  ],
  everything: [
    ...again('package_extract_dir("big", "/cache/sub")'),
    ...between,
    'is_mounted("/cache") && (apply_patch_space(30000) || write_raw_image(package_extract_file("whole/C"), "boot"))',
  ],
};

for (const [what, statements] of Object.entries(leaps)) {
  test(`integration: a run that differs in /cache and leaps over what reads its ${what} would let a package pass that fails`, async () => {
    await assertNeeded(statements, makeReuse({ recorder: (count) => momentRecorder(count, 'deaf') }));
  });
}

test('integration: a run that differs in /cache alone does only again what has to do with it, however long the script', async () => {
  const ranFor = async (length: number): Promise<number> => {
    const inner = makeReuse();
    let ran = 0;
    const counting: Reuse = {
      ...inner,
      of: (start, known) => {
        const reuse = inner.of(start, known);
        const before: typeof reuse.before = (index, runtime) => {
          const runs = reuse.before(index, runtime);
          // the starts that go to their end: those that are cut again know nothing of it
          if (runs && !start.cut && runtime.machine.statement > start.furthest) ran++;
          return runs;
        };
        return { ...reuse, before };
      },
    };
    const statements = [
      'package_extract_file("whole/A", "/cache/x")',
      `apply_patch_check("/system/f", "${b}") || package_extract_file("whole/C", "/cache/x")`,
      'package_extract_file("whole/B", "/system/f")',
      ...Array.from({ length }, (_, at) => `package_extract_file("whole/A", "/system/n${at}")`),
      'delete("/cache/x")',
    ];
    const [without = 0, withIt] = await failures(statements, counting);
    assert.equal(without, 0);
    assert.equal(withIt, 0);
    return ran;
  };
  const [short, long] = [await ranFor(20), await ranFor(40)];
  // twice as many cuts, each with as many statements as before
  assert.ok(long < 2.3 * short, `${short} statements, then ${long}`);
});
