/** A patch that is spoilt between its proof and the package is caught although the run knows the outcomes of its patches. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compressWhole } from '../../../src/encode/deflate/whole.js';
import { readEncoded, writeEncoded } from '../../../src/encode/pool/result-file.js';
import { sha256Of } from '../../../src/model/digest.js';
import { ProofError } from '../../../src/model/errors.js';
import { withGenerated } from '../../support/generated.js';
import { noise } from '../../support/scenario.js';
import { file, type NodeSpec } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('proved-patches');

/** A changed program beside one that stays. */
function nodes(last: string): Readonly<Record<string, NodeSpec>> {
  return { 'SYSTEM/bin/app': file(`${noise('app', 9000)}${noise(last, 40)}`), 'SYSTEM/bin/same': file('same') };
}

const specs = {
  source: { nodes: nodes('before'), revision: 'A01' },
  target: { nodes: nodes('after'), revision: 'A02' },
};

const generate = (name: string, cache: string) =>
  withGenerated(
    join(work, name),
    specs,
    { encoding: { effort: 'fast', jobs: 1, defaultCache: cache }, verify: { level: 'quick', profile: 'strict' } },
    async ({ generated }) => generated,
  );

const magic = 'dfota patch cache 1\n';

/** Changes a byte of every patch that the cache keeps, with right checksums around it. Says how many. */
function spoilPatches(cache: string): number {
  let spoilt = 0;
  for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' })) {
    if (!/[0-9a-f]{64}$/.test(name)) continue;
    const path = join(cache, name);
    const encoded = readEncoded(new Uint8Array(readFileSync(path).subarray(magic.length + 65)));
    if (encoded?.chosen.kind !== 'patch') continue;
    const bytes = encoded.chosen.bytes.slice();
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 4;
    const again = writeEncoded({
      ...encoded,
      chosen: { ...encoded.chosen, bytes, packed: compressWhole(bytes, 'fast') },
    });
    writeFileSync(path, Buffer.concat([Buffer.from(`${magic}${sha256Of(again)}\n`), again]));
    spoilt += 1;
  }
  return spoilt;
}

test('end-to-end: a patch spoilt after its proof fails the proof of the package, and nothing is written', async () => {
  const cache = join(work, 'cache');
  const cold = await generate('cold', cache);
  const warm = await generate('warm', cache);
  assert.equal(warm.verification?.proved, true);
  assert.equal(warm.output.sha256, cold.output.sha256);
  assert(spoilPatches(cache) > 0);
  await assert.rejects(generate('spoilt', cache), (error) => {
    assert(error instanceof ProofError);
    assert.equal(error.faults[0]?.code, 'package-not-proved');
    return true;
  });
  assert.equal(existsSync(join(work, 'spoilt', 'update.zip')), false);
});
