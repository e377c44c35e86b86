/**
 * Reads generated and damaged inputs with every reader, far more of them than the tests do.
 *
 *   node dist/bench/fuzz.js [--runs N] [--reader NAME]... [--seed S] [--from RUN] [--keep FOLDER]
 *
 * 100,000 runs a reader unless told. A fault is printed with its seed and run, which make the same input again
 * (`--seed S --from RUN --runs 1`); with --keep it is written there. Ends with 1 where there was a fault.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, inputOfRun } from '../test/support/fuzz/campaign.js';
import { fuzzReaderNames } from '../test/support/fuzz/readers.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    reader: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    keep: { type: 'string' },
  },
});
const [runs, seed, from] = [Number(values.runs), Number(values.seed), Number(values.from)];
const unknown = values.reader.find((name) => !fuzzReaderNames.includes(name));
if (unknown !== undefined || ![runs, seed, from].every(Number.isSafeInteger) || runs < 1) {
  process.stderr.write(`usage: node dist/bench/fuzz.js [--runs N] [--reader NAME]... [--seed S] [--from RUN]\n`);
  process.stderr.write(`readers: ${fuzzReaderNames.join(' ')}\n`);
  process.exit(2);
}

let faults = 0;
for (const name of values.reader.length === 0 ? fuzzReaderNames : values.reader) {
  const start = Date.now();
  const { run, fault, largest } = await fuzz(name, seed, runs, from);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  const memory = `${Math.round(largest / (1 << 20))} MiB`;
  process.stdout.write(
    `${name.padEnd(18)} ${String(run - from).padStart(7)} runs ${seconds.padStart(7)} s ${memory}\n`,
  );
  if (fault === undefined) continue;
  faults += 1;
  process.stdout.write(`  seed ${seed}, run ${run}: ${fault}\n`);
  if (values.keep === undefined) continue;
  mkdirSync(values.keep, { recursive: true });
  writeFileSync(join(values.keep, `${name}-${seed}-${run}`), inputOfRun(name, seed, run));
}
process.exitCode = faults === 0 ? 0 : 1;
