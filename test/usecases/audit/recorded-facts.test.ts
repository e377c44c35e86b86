import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toSha256 } from '../../../src/model/digest.js';
import { recordedFacts } from '../../../src/usecases/audit/recorded-facts.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('recorded-facts');
const file = join(work, 'update.zip');
const sha256 = toSha256('ab'.repeat(32));
const proof = {
  profile: 'strict',
  proved: true,
  compared: 75,
  powerCuts: { points: 221, tried: 28, failed: 0 },
};

test('unit: a proof is taken from the record of that very package, and from nothing else', async () => {
  const read = async (record: unknown) => {
    writeFileSync(`${file}.json`, typeof record === 'string' ? record : JSON.stringify(record));
    return (await recordedFacts(file, sha256)).proof;
  };
  assert.equal((await recordedFacts(join(work, 'none.zip'), sha256)).proof, undefined);
  assert.deepEqual(await read({ package: { sha256 }, proof: { ...proof, verdict: 'proved' } }), proof);
  assert.equal(await read({ package: { sha256: 'cd'.repeat(32) }, proof }), undefined);
  for (const other of [
    '',
    'no json',
    'null',
    '[]',
    { package: { sha256 } },
    { package: { sha256 }, proof: null },
    { package: { sha256 }, proof: { ...proof, proved: 'yes' } },
    { package: { sha256 }, proof: { ...proof, compared: -1 } },
  ]) {
    assert.equal(await read(other), undefined, JSON.stringify(other));
  }
});

test('unit: what a package needs is taken from its record, whole or not at all', async () => {
  const needs = {
    systemPeak: 1,
    systemGrowth: -5,
    cachePeak: 2,
    cacheAsked: 3,
    cacheForRetry: 4,
    usrdata: 6,
    memory: 7,
  };
  const read = async (record: unknown) => {
    writeFileSync(`${file}.json`, JSON.stringify(record));
    return (await recordedFacts(file, sha256)).needs;
  };
  assert.deepEqual(await read({ package: { sha256 }, needs: { ...needs, more: 1 } }), needs);
  assert.equal(await read({ package: { sha256: 'cd'.repeat(32) }, needs }), undefined);
  assert.equal(await read({ package: { sha256 } }), undefined);
  for (const name of Object.keys(needs)) {
    assert.equal(await read({ package: { sha256 }, needs: { ...needs, [name]: undefined } }), undefined, name);
    assert.equal(await read({ package: { sha256 }, needs: { ...needs, [name]: '1' } }), undefined, name);
  }
});
