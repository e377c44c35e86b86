/** A worker as a process of its own, which a test may kill: `node fleet-worker.js URL ROOT CACHE SILENCE_MS [CONCURRENCY]`. */
import { fleetWorker } from '../../src/usecases/fleet/queue.js';

const [queue = '', root = '', cache = '', silence = '3000', concurrency = '1'] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort(new Error('stopped')));
await fleetWorker(
  {
    queue,
    queueName: 'dfota-fleet',
    root,
    concurrency: Number(concurrency),
    encoding: { jobs: 1, cache: cache === '' ? undefined : cache },
    silenceMs: Number(silence),
  },
  { signal: stop.signal, onLine: (line) => process.stdout.write(`${line}\n`) },
);
process.exit(0);
