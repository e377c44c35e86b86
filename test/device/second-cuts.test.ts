/** Cuts inside of a partition write: every point is tried, and after each every second cut until the write is done. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { startPackage } from '../../src/device/run.js';
import { bsdiff, memoryBuild, mountSystem, type RunChanges, runPackage, sha1 } from '../support/device.js';
import { installed } from '../support/installed.js';
import { file } from '../support/targetfiles.js';

const before = Buffer.alloc(30_000, 'the old kernel ');
const after = Buffer.concat([before.subarray(0, 9000), Buffer.from('made new'), before.subarray(9000)]);
const [A, B] = [sha1(before), sha1(after)];
const image = 'BOOTABLE_IMAGES/boot.img';
const source = memoryBuild({ nodes: { [image]: file(before) } });
const target = memoryBuild({ nodes: { [image]: file(after), 'SYSTEM/new': file('new') } });
const entries = { p: bsdiff(before, after), new: 'new', boot: after };

const setPerm = 'set_perm(0, 0, 0644, "/system/new");\n';
const setMetadata = 'set_metadata("/system/new", "uid", 0, "gid", 0, "mode", 0644);\n';
const extract = `package_extract_file("new", "/system/new");\n${setPerm}`;
const address = `MTD:boot:${before.length}:${A}:${after.length}:${B}`;
const inPlace = `apply_patch("${address}", "-", "${B}", ${after.length}, "${A}", package_extract_file("p")) || abort("boot");\n`;
const whole = 'write_raw_image(package_extract_file("boot"), "boot") || abort("boot");\n';
const tidy = 'delete("/cache/saved.file");\n';
const script = (write: string): string => `${mountSystem}${extract}${write}${tidy}`;

const run = (text: string, changes: RunChanges = {}) =>
  runPackage(source, { script: text, entries }, { target, powerCuts: 'all', ...changes });

/** Counts by hand: the points inside of the write, and after each the changes of a repetition until the write is done. */
async function counted(text: string): Promise<{ readonly points: number; readonly seconds: readonly number[] }> {
  const { installation, close } = await installed(source, { script: text, entries });
  try {
    const torn: { flash: typeof installation.module.flash }[] = [];
    await startPackage(installation, installation.module.flash, {
      onEffect: (flash, { kind, when }) => {
        if (kind === 'partition' && when === 'torn') torn.push({ flash });
      },
    });
    const seconds: number[] = [];
    for (const { flash } of torn) {
      let [changes, done] = [0, false];
      await startPackage(installation, flash, {
        onEffect: (_, { kind, when }) => {
          if (!done) changes++;
          if (kind === 'partition' && when === 'after') done = true;
        },
      });
      seconds.push(changes);
    }
    return { points: torn.length, seconds };
  } finally {
    await close();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

test('integration: with all cuts, every second cut inside of a partition write is tried, counted by hand', async () => {
  const { points, seconds } = await counted(script(whole));
  assert.ok(points >= 3 && seconds.every((changes) => changes > 3), `${points} points, ${seconds.join(' ')}`);
  const { powerCuts, proved } = await run(script(whole));
  assert.equal(proved, true, JSON.stringify(powerCuts?.failures));
  assert.deepEqual([powerCuts?.secondCuts, powerCuts?.leftInWrites], [sum(seconds), 0]);
});

test('integration: a sample tries every point of the write too, its second cuts there, and tells how many others are left', async () => {
  const { points, seconds } = await counted(script(whole));
  for (const powerCuts of [1, 2, 5]) {
    const { powerCuts: cuts } = await run(script(whole), { powerCuts });
    assert.ok(cuts);
    assert.ok(cuts.tried >= points, `${cuts.tried} of ${points}`);
    assert.ok(cuts.secondCuts >= points * 2, `${cuts.secondCuts}`);
    assert.equal(cuts.secondCuts + cuts.leftInWrites, sum(seconds));
  }
  const none = await run(script(whole), { powerCuts: 0 });
  assert.equal(none.powerCuts?.leftInWrites, points);
});

test('integration: a kernel that is patched in place is lost by the second cut alone, on those that resume; a sample finds it', async () => {
  for (const profile of ['android-7.1', 'le-7'] as const) {
    for (const powerCuts of ['all', 1, 3] as const) {
      const text = profile === 'le-7' ? script(inPlace) : script(inPlace).replace(setPerm, setMetadata);
      const result = await run(text, { profile, powerCuts });
      assert.equal(result.proved, false, `${profile} ${powerCuts}`);
      assert.ok(
        result.powerCuts?.failures.every(({ repeated }) => repeated),
        'one cut is survived',
      );
    }
  }
});

test('integration: more second cuts than are tried are told', async () => {
  const many = Array.from(
    { length: 150 },
    (_, i) => `package_extract_file("new", "/cache/${i}");\ndelete("/cache/${i}");\n`,
  ).join('');
  const { powerCuts, proved } = await run(`${mountSystem}${extract}${many}${whole}${tidy}`);
  assert.equal(proved, true);
  assert.ok((powerCuts?.leftInWrites ?? 0) > 300, `${powerCuts?.leftInWrites}`);
});
