import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFile } from '../../../src/encode/encode-file.js';
import { likelyBases } from '../../../src/encode/estimate/likely-bases.js';
import { openDeflateTarget } from '../../../src/encode/imgdiff/imgdiff.js';
import { sha1Of } from '../../../src/model/digest.js';
import { prose } from '../../applypatch/make-patch.js';
import { seededRandom } from '../../support/random.js';

const random = seededRandom(3);
const noise = new Uint8Array(random.bytes(2 ** 21 + 2 ** 20));

/** The bytes with a share of each 50,000 made new. */
function spoiled(bytes: Uint8Array, share: number, seed: number): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(bytes);
  const fresh = seededRandom(seed);
  for (let at = 0; at < made.length; at += 50_000) {
    const length = Math.min(made.length - at, Math.floor(50_000 * share));
    made.set(fresh.bytes(length), at);
  }
  return made;
}

function likely(
  target: Uint8Array,
  bases: readonly Uint8Array[],
  costs: readonly number[] = [],
): (boolean | undefined)[] {
  const possible = bases.map((bytes, i) => ({ bytes, cost: costs[i] ?? 0 }));
  return likelyBases(possible, target, openDeflateTarget(target), 0.95).map((one) => one?.isLikely);
}

test('unit: of long bases those are left out from which a patch is far larger, whatever else their use costs', () => {
  const bases = [spoiled(noise, 0.5, 1), spoiled(noise, 0.02, 2), spoiled(noise, 0.02, 3)];
  assert.deepEqual(likely(noise, bases), [false, true, true]);
  assert.deepEqual(likely(noise, bases, [0, 0, 2_000_000]), [false, true, false]);
  assert.deepEqual(likely(noise, bases, [0, 2_000_000, 2_000_000]), [true, false, false]);
});

test('unit: neither short bases nor a single one are estimated', () => {
  const text = prose(60_000, 1);
  assert.deepEqual(likely(text, [text, prose(60_000, 2)]), [undefined, undefined]);
  assert.deepEqual(likely(prose(2 ** 21, 1), [prose(2 ** 21, 2)]), [undefined]);
  assert.deepEqual(likely(text, []), []);
});

test('unit: of a target that is noise no patch is made where it would save next to nothing', () => {
  const other = new Uint8Array(random.bytes(noise.length));
  assert.deepEqual(likely(noise, [other]), [false]);
  assert.deepEqual(likely(noise, [spoiled(noise, 0.99, 4)]), [false]);
  assert.deepEqual(likely(noise, [spoiled(noise, 0.8, 5)]), [true]);
  assert.deepEqual(likely(noise, [other, spoiled(noise, 0.1, 6)]), [false, true]);
});

test('integration: what is left out is told by estimate, and the best base is found all the same', () => {
  const [far, near] = [spoiled(noise, 0.4, 7), spoiled(noise, 0.01, 8)];
  const request = { target: noise, targetSha1: sha1Of(noise), bases: [far, near], costs: [60, 60] };
  const { chosen, trials } = encodeFile(request, { effort: 'normal', worthwhile: 0.95 });
  assert.ok(chosen.kind === 'patch' && chosen.base === 1 && chosen.bytes.length < 0.02 * noise.length);
  const told = trials.find(({ base }) => base === 0);
  assert.ok(
    told?.estimated === true && Math.abs(told.packageBytes / (0.4 * noise.length) - 1) < 0.1,
    `${told?.packageBytes}`,
  );
  const alone = encodeFile({ ...request, bases: [spoiled(noise, 0.99, 9)] }, { effort: 'normal', worthwhile: 0.95 });
  assert.equal(alone.chosen.kind, 'whole');
  assert.ok(alone.trials.some(({ method, estimated }) => method === 'BSDIFF40' && estimated === true));
});
