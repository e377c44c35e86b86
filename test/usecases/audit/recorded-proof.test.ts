import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toSha256 } from '../../../src/model/digest.js';
import { recordedProof } from '../../../src/usecases/audit/recorded-proof.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('recorded-proof');
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
    return recordedProof(file, sha256);
  };
  assert.equal(await recordedProof(join(work, 'none.zip'), sha256), undefined);
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
