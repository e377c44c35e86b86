/** The thread of a campaign: makes and reads one input after the other, and leaves the number of the present one in shared memory. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzEnd, FuzzOrder } from './campaign.js';
import { faultOfReading, fuzzReader, inputsOf } from './readers.js';

const { name, seed, from, runs, current }: FuzzOrder = workerData;
const reader = fuzzReader(name);
const inputOf = inputsOf(reader, seed);
const samples = reader.samples().length;
const present = new Int32Array(current);
let largest = 0;
let end: FuzzEnd | undefined;
for (let run = from; run < from + runs && end === undefined; run += 1) {
  Atomics.store(present, 0, run);
  const fault = await faultOfReading(reader, inputOf(run), run < samples);
  if (fault !== undefined) end = { run, fault, largest };
  if (run % 16 === 0) largest = Math.max(largest, process.memoryUsage.rss());
}
parentPort?.postMessage(end ?? { run: from + runs, fault: undefined, largest });
