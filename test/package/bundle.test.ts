/** A bundle that finds no room, at whatever point: nothing of it is left, and the message names the bundle. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { writeBytes } from '../../src/files/output.js';
import { InputError } from '../../src/model/errors.js';
import { bundlePath, writeBundle } from '../../src/package/bundle.js';
import { mutationPair } from '../support/mutation-pair.js';
import { noise } from '../support/scenario.js';
import { resizeDisk, smallDisk } from '../support/small-disk.js';
import { writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('bundle');
const at = (name: string): string => join(work, name);
const outputs = ['bundle', 'bundle.zip', 'bundle.tar.gz'];

async function fill(folder: string): Promise<void> {
  for (const name of ['a', 'lists/b', 'lists/deep/c', 'd']) {
    await writeBytes(await bundlePath(folder, name), Buffer.from(noise(name, 10_000)));
  }
}

test('integration: at each size of the disk a bundle is there whole or not at all', async (t) => {
  const disk = at('disk');
  if (!smallDisk(t, disk, 4)) return;
  for (const name of outputs) {
    const output = join(disk, name);
    const outcomes: boolean[] = [];
    for (let kibibytes = 4; kibibytes <= 128; kibibytes += 4) {
      resizeDisk(disk, kibibytes);
      try {
        await writeBundle(output, fill);
        outcomes.push(true);
        assert.deepEqual(readdirSync(disk), [name]);
        rmSync(output, { recursive: true });
      } catch (error) {
        assert.ok(error instanceof InputError, `${name} ${kibibytes}: ${error}`);
        assert.equal(error.faults[0]?.code, 'disk-full');
        assert.equal(error.faults[0]?.place?.file, output);
        assert.deepEqual(readdirSync(disk), [], `${name} ${kibibytes}`);
        outcomes.push(false);
      }
    }
    assert.ok(outcomes.includes(false) && outcomes.at(-1) === true, name);
    assert.ok(outcomes.indexOf(true) > outcomes.lastIndexOf(false), `${name}: ${outcomes}`);
  }
});

test('end-to-end: a release on a full disk ends with 3, names the bundle, and leaves what was there', async (t) => {
  const disk = at('release-disk');
  copyFileSync(writeTargetFiles(at('a-files'), mutationPair.source), at('v1.zip'));
  copyFileSync(writeTargetFiles(at('b-files'), mutationPair.target), at('v2.zip'));
  if (!smallDisk(t, disk, 4)) return;
  const words = ['release', at('v1.zip'), at('v2.zip'), '--starter-lists', '--no-cache', '--verify', 'off'];
  for (const name of outputs) {
    const output = join(disk, name);
    let whole = false;
    for (let kibibytes = 16; !whole && kibibytes <= 4096; kibibytes *= 2) {
      resizeDisk(disk, kibibytes);
      writeFileSync(join(disk, 'kept'), 'kept');
      const { terminal, stderr } = testTerminal();
      const code = await run(dfota('0.0.0'), [...words, '--output', output], terminal);
      whole = code === 0;
      if (whole) {
        assert.ok(existsSync(output));
        rmSync(output, { recursive: true });
      } else {
        assert.equal(code, 3, `${name} ${kibibytes}: ${stderr()}`);
        assert.ok(stderr().includes(`error: ${output}`), stderr());
        assert.match(stderr(), /there is no space left for the output\n[\s\S]*to do: {4}make room/);
      }
      assert.deepEqual(readdirSync(disk), ['kept'], `${name} ${kibibytes}`);
      if (kibibytes === 16) assert.ok(!whole, 'so small a disk holds no release');
    }
    assert.ok(whole, `${name} fits into four megabytes`);
  }
});
