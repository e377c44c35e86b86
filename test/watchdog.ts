/**
 * Loaded before each test file by test/run.ts: kills the file's process when it takes longer than TEST_TIME_LIMIT
 * seconds. Node's own `--test-timeout` does not: from Node 24 on, a file that is busy or waits for ever lives on. The time is
 * taken by a thread, which runs also while the main thread never comes back from a loop.
 */
import { isMainThread, Worker } from 'node:worker_threads';

const watch = `
const { writeSync } = require('node:fs');
const { file, seconds } = require('node:worker_threads').workerData;
setTimeout(() => {
  writeSync(2, file + ' did not end within ' + seconds + ' s and is killed\\n');
  process.kill(process.pid, 'SIGKILL');
}, seconds * 1000);
`;

const seconds = Number(process.env.TEST_TIME_LIMIT);
// Set by Node in the process of a test file, not in that of the runner.
if (isMainThread && process.env.NODE_TEST_CONTEXT !== undefined && seconds > 0) {
  new Worker(watch, { eval: true, execArgv: [], workerData: { file: process.argv[1], seconds } }).unref();
}
