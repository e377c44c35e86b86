/** Patches that are applied while the target is read: what they make, and what becomes of packages that cannot be read. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { outcomesAhead } from '../../../src/device/index.js';
import { sha1Of } from '../../../src/model/digest.js';
import { bsdiff, makePackage, memoryBuild, mountSystem, sha1 } from '../../support/device.js';
import { seededRandom } from '../../support/random.js';
import { file } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const folder = workFolder('outcomes-ahead');
const before = Buffer.from(seededRandom(5).bytes(3 * 2 ** 20));
const after = Buffer.concat([before.subarray(0, 1000), Buffer.from('new'), before.subarray(1500)]);
const patch = bsdiff(before, after);
const source = memoryBuild({ nodes: { 'SYSTEM/big': file(before) } });
const apply = `apply_patch("/system/big", "-", ${sha1(after)}, ${after.length}, ${sha1(before)}, package_extract_file("p")) || abort("big");\n`;
const good = makePackage(source, { script: `${mountSystem}${apply}`, entries: { p: patch } });

test('integration: what the patches of a package make is known by the digests of patch and source', async () => {
  const packagePath = join(folder, 'update.zip');
  writeFileSync(packagePath, good);
  const outcome = await outcomesAhead({ packagePath, source, profile: 'strict' });
  const made = outcome?.(sha1Of(patch), sha1Of(before));
  assert.deepEqual(made, { size: after.length, sha1: sha1Of(after) });
  assert.equal(outcome?.(sha1Of(after), sha1Of(before)), undefined);
});

test('integration: nothing is known of a package that is damaged, has no script, does not parse, or is not there', async () => {
  const packages = {
    'cut.zip': good.subarray(0, good.length - 40),
    'none.zip': makePackage(source, { entries: { p: patch } }),
    'parse.zip': makePackage(source, { script: 'what is this', entries: { p: patch } }),
    'unknown.zip': makePackage(source, { script: 'no_such_function("x");', entries: { p: patch } }),
  };
  for (const [name, bytes] of Object.entries(packages)) {
    writeFileSync(join(folder, name), bytes);
    const given = { packagePath: join(folder, name), source, profile: 'strict' as const };
    assert.equal(await outcomesAhead(given), undefined, name);
  }
  assert.equal(await outcomesAhead({ packagePath: join(folder, 'missing.zip'), source, profile: 'strict' }), undefined);
});

test('integration: an abort ends the threads that apply patches', async () => {
  const packagePath = join(folder, 'update.zip');
  writeFileSync(packagePath, good);
  const stop = new AbortController();
  // the source is asked for just before the thread begins
  const read = async (path: Parameters<typeof source.content.read>[0]) => {
    setTimeout(() => stop.abort(new Error('enough')), 1);
    return source.content.read(path);
  };
  const asked = { ...source, content: { ...source.content, read } };
  const running = outcomesAhead({ packagePath, source: asked, profile: 'strict', signal: stop.signal });
  await assert.rejects(running, /enough/);
});
