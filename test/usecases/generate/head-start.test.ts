import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { applyPatch } from '../../../src/applypatch/index.js';
import { readLists } from '../../../src/input/lists/read-lists.js';
import { sha1Of } from '../../../src/model/digest.js';
import { sdx6x } from '../../../src/model/layout.js';
import { allParts } from '../../../src/model/parts.js';
import { generateDefaults } from '../../../src/usecases/generate/generate-defaults.js';
import { type HeadStartOptions, headStart } from '../../../src/usecases/generate/head-start.js';
import { seededRandom } from '../../support/random.js';

const source = seededRandom(1).bytes(100_000);
const target = source.map((byte, i) => (i % 1000 === 0 ? byte + 1 : byte));
const found = (bytes: Uint8Array) =>
  [{ size: bytes.length, sha1: sha1Of(bytes) }, async () => new Uint8Array(bytes)] as const;
const options: HeadStartOptions = { ...generateDefaults, parts: allParts };
const { rules } = await readLists(undefined);

test('integration: the boot image is encoded when both builds have told of it', async () => {
  const ahead = headStart(options, rules, {});
  assert.ok(ahead !== undefined);
  try {
    assert.equal(ahead.source.path, sdx6x.bootImage);
    ahead.target.found(...found(target));
    assert.equal(await ahead.begun(), undefined);
    ahead.source.found(...found(source));
    const begun = await ahead.begun();
    assert.ok(begun !== undefined);
    const read = async (): Promise<never> => assert.fail('it was read already');
    const [from, to] = [found(source)[0], found(target)[0]];
    const task = { label: 'boot.img', target: { ...to, read }, bases: [{ id: sdx6x.bootImage, ...from, read }] };
    const told: string[] = [];
    const { chosen, fromCache } = await begun.encode(task, ({ stage }) => told.push(stage));
    assert.equal(fromCache, false);
    assert.ok(chosen.kind === 'patch' && chosen.base === sdx6x.bootImage);
    const patch = chosen.packed.method === 'stored' ? chosen.packed.bytes : inflateRawSync(chosen.packed.bytes);
    assert.deepEqual(applyPatch(patch, source), new Uint8Array(target));
    // Another task is encoded by the same pool.
    const other = { ...task, target: { ...from, read: found(source)[1] }, bases: [] };
    assert.equal((await begun.encode(other, () => {})).chosen.kind, 'whole');
  } finally {
    await ahead.close();
  }
});

test('unit: nothing is begun where the boot image is the same, or will not be patched, or threads and memory are few', async () => {
  const same = headStart(options, rules, {});
  same?.target.found(...found(target));
  same?.source.found(...found(target));
  assert.equal(await same?.begun(), undefined);
  await same?.close();
  const others: readonly Partial<HeadStartOptions>[] = [
    { bootUpdate: 'whole' },
    { encoding: { effort: 'normal', whole: true } },
    { parts: ['minor'] },
    { encoding: { effort: 'normal', jobs: 1 } },
    { encoding: { effort: 'normal', memory: 2 ** 30 } },
  ];
  for (const other of others) assert.equal(headStart({ ...options, ...other }, rules, {}), undefined);
});

test('unit: what goes wrong early is told by whoever asks for the result', async () => {
  const ahead = headStart(options, rules, {});
  const broken = async (): Promise<never> => Promise.reject(new Error('the disk is gone'));
  ahead?.target.found(found(target)[0], broken);
  ahead?.source.found(...found(source));
  const begun = await ahead?.begun();
  const [from, to] = [found(source)[0], found(target)[0]];
  const task = {
    label: 'boot.img',
    target: { ...to, read: broken },
    bases: [{ id: sdx6x.bootImage, ...from, read: broken }],
  };
  await assert.rejects(async () => begun?.encode(task, () => {}), /the disk is gone/);
  await ahead?.close();
});
