/** Writes the test vectors anew, into test/imagedelta/vectors: only when the format changes. `node dist/test/imagedelta/write-vectors.js` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { vectorCases } from './vector-cases.js';

const folder = fileURLToPath(new URL('../../../test/imagedelta/vectors/', import.meta.url));
for (const { name, old, fresh, plan } of vectorCases()) {
  mkdirSync(`${folder}${name}`, { recursive: true });
  writeFileSync(`${folder}${name}/old`, old);
  writeFileSync(`${folder}${name}/new`, fresh);
  writeFileSync(`${folder}${name}/patch`, encodeDelta(old, fresh, plan).patch);
}
