/**
 * Feeds the decoder in C with mutated patches, under the address and undefined-behaviour sanitizers:
 *
 *     node dist/bench/image-fuzz.js [COUNT] [SEED]
 *
 * COUNT is 1 000 000 without it, which takes some eight minutes of a processor. Prints how often each code came.
 */
import { compilers } from '../test/imagedelta/c-decoder.js';
import { fuzzDecoder } from '../test/imagedelta/decoder-c/fuzz.js';

const [count = '1000000', seed = '1'] = process.argv.slice(2);
const [compiler] = compilers;
if (compiler === undefined) {
  process.stderr.write('neither gcc nor clang is here\n');
  process.exit(2);
}
const batch = 50_000;
const total = new Map<number, number>();
for (let done = 0, step = 0; done < Number(count); done += batch, step++) {
  const seen = fuzzDecoder(compiler, Number(seed) + step, Math.min(batch, Number(count) - done));
  for (const [code, times] of seen) total.set(code, (total.get(code) ?? 0) + times);
  process.stderr.write(`${Math.min(done + batch, Number(count))} of ${count}\n`);
}
process.stdout.write('code  patches\n');
for (const [code, times] of [...total].sort(([a], [b]) => a - b))
  process.stdout.write(`${String(code).padStart(4)}  ${times}\n`);
