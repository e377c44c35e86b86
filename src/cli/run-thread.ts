/** Runs a program in a thread of its own, so that signals are heard however busy it is. Streams and the process are the main thread's. */
import { workerData } from 'node:worker_threads';
import { watchTemporary } from '../usecases/write-report.js';
import { dfotaVersion } from '../version.js';
import { dfota } from './dfota.js';
import type { ExitCode } from './exit-codes.js';
import { showFailure, toFailure } from './failure.js';
import { run } from './run.js';
import type { Terminal } from './session.js';
import { coloured, plain } from './style.js';
import type { FromThread, ThreadStart, ToThread } from './thread-messages.js';
import { updateGen } from './update-gen.js';

const { program, words, port, logTo, colours, debug, ...started }: ThreadStart = workerData;
const stop = new AbortController();
let columns = started.columns;
/** Whoever waits for the answers to questions, in their order. */
const answered: ((answer: string | undefined) => void)[] = [];

function tell(message: FromThread): void {
  port.postMessage(message);
}

function done(code: ExitCode): void {
  tell({ kind: 'done', code });
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'stop') {
    tell({ kind: 'stopping' });
    stop.abort(message.signal);
  } else if (message.kind === 'answer') answered.shift()?.(message.answer);
  else columns = message.columns;
});
watchTemporary((path, underWay) => tell({ kind: 'temporary', path, underWay }));

// Thrown where nobody waits, by a stream or a thread: a fault of ours like any other, and told like one.
process.on('uncaughtException', (error) => {
  const failure = toFailure(error, stop.signal);
  tell({ kind: 'write', to: 'stderr', text: showFailure(failure, plain, debug) });
  done(failure.exitCode);
});

function askSecret(question: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    answered.push(resolve);
    tell({ kind: 'ask', question });
  });
}

const writeTo = (to: 'stdout' | 'stderr') => (text: string) => tell({ kind: 'write', to, text });
const styleOf = (to: 'stdout' | 'stderr') => (colours[to] ? coloured : plain);
const terminal: Terminal = {
  stdout: writeTo('stdout'),
  stderr: writeTo('stderr'),
  log: writeTo(logTo),
  columns: () => columns,
  stdoutStyle: styleOf('stdout'),
  stderrStyle: styleOf('stderr'),
  logStyle: styleOf(logTo),
  now: () => performance.now(),
  signal: stop.signal,
  askSecret: started.asks ? askSecret : undefined,
  environment: process.env,
  debug,
};
done(await run(program === 'dfota' ? dfota(dfotaVersion) : updateGen(dfotaVersion), words, terminal));
