/** The decoder in C, fed with mutated patches; bench/image-fuzz.ts runs more of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilers } from '../c-decoder.js';
import { fuzzDecoder } from './fuzz.js';

test('property: 10 000 mutated patches end with a code or an image, within bounds, under the sanitizers', (t) => {
  const [compiler] = compilers;
  if (compiler === undefined) {
    t.skip('NOT TESTED: neither gcc nor clang is here');
    return;
  }
  const seed = Math.floor(Math.random() * 2 ** 31);
  const seen = fuzzDecoder(compiler, seed, 10_000);
  const runs = [...seen.values()].reduce((sum, times) => sum + times, 0);
  t.diagnostic(`seed ${seed}: ${[...seen].map(([code, times]) => `${code} x ${times}`).join(', ')}`);
  assert.equal(runs, 10_000);
  for (const code of [0, 4, 6, 16, 17, 18, 19])
    assert.ok(seen.has(code), `seed ${seed}: code ${code} was never reached`);
});
