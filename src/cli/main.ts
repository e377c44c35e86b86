/** Joins a program to the process it runs in: streams, signals, the exit code. The only caller of process.exit. */
import { constants } from 'node:os';
import { outputLost, removeAllTemporary } from '../usecases/write-report.js';
import { dfotaVersion } from '../version.js';
import type { Program } from './command-line.js';
import { dfota } from './dfota.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { showFailure, toFailure } from './failure.js';
import { run } from './run.js';
import type { Terminal } from './session.js';
import { coloured, plain, wantsColour } from './style.js';
import { updateGen } from './update-gen.js';

/** Starts the `dfota` command line with the process's arguments, and ends the process. */
export async function startDfota(): Promise<void> {
  await start(dfota(dfotaVersion), 'stderr');
}

/** Starts the original's command line. */
export async function startUpdateGen(): Promise<void> {
  await start(updateGen(dfotaVersion), 'stdout');
}

async function start(program: Program, logTo: 'stdout' | 'stderr'): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The first signal lets the run clean up; whoever is in a hurry sends a second one.
      if (stop.signal.aborted) process.exit(128 + constants.signals[name]);
      stop.abort(name);
    });
  }
  // However the process ends, what is not complete goes with it.
  process.on('exit', removeAllTemporary);
  // Thrown where nobody waits, by a stream or a thread: a fault of ours like any other, and told like one.
  process.on('uncaughtException', (error) => {
    const failure = toFailure(error, stop.signal);
    process.stderr.write(showFailure(failure, plain, debugging()));
    process.exit(failure.exitCode);
  });
  const [stdout, stderr] = [writer(process.stdout), writer(process.stderr)];
  const code = await run(program, process.argv.slice(2), terminal(stop.signal, logTo, stdout, stderr));
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  // Worker threads and open handles of a failed run must not keep the process.
  process.exit(codeOf(code, stdout.lost(), stop.signal));
}

/** A result that did not arrive is no result: scripts must not take the run for done. */
function codeOf(code: ExitCode, lost: Error | undefined, signal: AbortSignal): ExitCode {
  if (lost === undefined || (code !== exitCodes.done && code !== exitCodes.findings)) return code;
  const failure = toFailure(outputLost(lost), signal);
  process.stderr.write(showFailure(failure, plain, debugging()));
  return failure.exitCode;
}

function terminal(
  signal: AbortSignal,
  logTo: 'stdout' | 'stderr',
  { write: stdout }: Writer,
  { write: stderr }: Writer,
): Terminal {
  const styleOf = (stream: NodeJS.WriteStream) => (wantsColour(process.env, stream.isTTY === true) ? coloured : plain);
  const bar = logTo === 'stderr' && process.stderr.isTTY === true;
  return {
    stdout,
    stderr,
    log: logTo === 'stderr' ? stderr : stdout,
    columns: () => (bar ? process.stderr.columns : undefined),
    stdoutStyle: styleOf(process.stdout),
    stderrStyle: styleOf(process.stderr),
    logStyle: styleOf(process[logTo]),
    now: () => performance.now(),
    signal,
    debug: debugging(),
  };
}

function debugging(): boolean {
  return (process.env.DFOTA_DEBUG ?? '') !== '';
}

interface Writer {
  readonly write: (text: string) => void;
  /** What kept the text from arriving. */
  readonly lost: () => Error | undefined;
}

/** A reader that went away (`dfota ls … | head`) is no error of ours: what it does not want is dropped. */
function writer(stream: NodeJS.WriteStream): Writer {
  let gone = false;
  let lost: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    gone = true;
    if (error.code !== 'EPIPE') lost ??= error;
  });
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
    lost: () => lost,
  };
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => {
    if (stream.destroyed || stream.errored !== null) done();
    else stream.write('', () => done());
  });
}
