/**
 * Joins a program to the process it runs in: streams, signals, the exit code. The only caller of process.exit. The program itself
 * runs in a thread: handlers of signals run between two tasks of the main thread, so that thread has nothing else to do.
 */
import { constants } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { adoptTemporary, keepTemporary, outputLost, removeAllTemporary } from '../usecases/write-report.js';
import { hearNoLonger } from './early-signals.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { showFailure, toFailure } from './failure.js';
import { askWithoutEcho } from './passphrase.js';
import { plain, wantsColour } from './style.js';
import type { FromThread, ProgramName, ThreadStart, ToThread } from './thread-messages.js';

/** Starts the `dfota` command line with the process's arguments, and ends the process. */
export async function startDfota(): Promise<void> {
  await start('dfota', 'stderr');
}

/** Starts the original's command line. */
export async function startUpdateGen(): Promise<void> {
  await start('update_gen', 'stdout');
}

/** How long a run that was asked to stop may take to do so by itself, in milliseconds: it is ended then. */
const patience = 800;

/**
 * How long a thread may be deaf to it: longer than any stretch of work, so it is starting, or stuck. What is under way is known here and
 * taken away.
 */
const deafness = 300;

/** How long the end of a thread is waited for: a call into the system may hold it. */
const lastPatience = 300;

/** Runs a program in a thread and ends the process with it. */
export async function start(
  program: ProgramName,
  logTo: 'stdout' | 'stderr',
  module = new URL('./run-thread.js', import.meta.url),
): Promise<void> {
  const stop = new AbortController();
  // However the process ends, what is not complete goes with it.
  process.on('exit', removeAllTemporary);
  process.on('uncaughtException', (error) => fail(error, stop.signal));
  const streams = { stdout: writer(process.stdout), stderr: writer(process.stderr) };
  const { port1: port, port2 } = new MessageChannel();
  const thread = startThread(module, threadStart(program, logTo, port2));
  let code: ExitCode | undefined;
  let heard = false;
  const take = (message: FromThread): void => {
    if (message.kind === 'write') streams[message.to].write(message.text);
    else if (message.kind === 'done') code = message.code;
    else if (message.kind === 'ask') ask(message.question);
    else if (message.kind === 'stopping') heard = true;
    else if (message.underWay) adoptTemporary(message.path);
    else keepTemporary(message.path);
  };
  const finish = async (): Promise<void> => {
    await Promise.all([drained(process.stdout), drained(process.stderr)]);
    process.exit(codeOf(code ?? exitCodes.internal, streams.stdout.lost(), stop.signal));
  };
  /** What the thread has said is heard to its end: it may name temporary files. */
  const hearAll = (): void => {
    for (let said = receiveMessageOnPort(port); said !== undefined; said = receiveMessageOnPort(port))
      take(said.message);
  };
  /** Whether the thread has ended. */
  const endThread = (): Promise<boolean> =>
    Promise.race([
      thread.terminate().then(() => true),
      new Promise<boolean>((passed) => setTimeout(passed, lastPatience, false)),
    ]);
  const endNow = async (signal: Stopping): Promise<void> => {
    const ended = await endThread();
    hearAll();
    if (code !== undefined && ended) return await finish();
    process.stderr.write(showFailure(toFailure(undefined, stop.signal), plain, debugging()));
    endBy(signal, ended);
  };
  port.on('message', (message: FromThread) => {
    take(message);
    if (message.kind === 'done') void finish();
  });
  process.stderr.on('resize', () => tell(port, { kind: 'columns', columns: process.stderr.columns }));
  const hear = (name: Stopping) => () => {
    // The first signal lets the run clean up; whoever is in a hurry sends a second one.
    if (stop.signal.aborted) {
      void endThread().then((ended) => {
        hearAll();
        endBy(name, ended);
      });
      return;
    }
    stop.abort(name);
    tell(port, { kind: 'stop', signal: name });
    setTimeout(() => heard || void endNow(name), deafness);
    setTimeout(() => void endNow(name), patience);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, hear(name));
  hearNoLonger();
  const ask = (question: string): void => {
    const answer = askWithoutEcho(question, process.stdin, streams.stderr.write, hear('SIGINT'));
    void answer.then((said) => tell(port, { kind: 'answer', answer: said }));
  };
  thread.on('error', (error) => fail(error, stop.signal));
}

type Stopping = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Ends the process as that signal does. Where a call into the system holds a thread, such as the opening of a pipe to which nobody writes, the end of
 * the process would wait for it: the signal itself ends it then, and a shell sees the same code.
 */
function endBy(signal: Stopping, threadEnded: boolean): void {
  if (threadEnded) process.exit(128 + constants.signals[signal]);
  removeAllTemporary();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Room for compiled code, in MiB: several times what the program needs, and far less than a thread gets, for those who limit address space. */
const codeRange = 32;

function tell(port: MessageChannel['port1'], message: ToThread): void {
  port.postMessage(message);
}

function startThread(module: URL, started: ThreadStart): Worker {
  // A thread gets a smaller heap than the process, unless it is told.
  const limit = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
  return new Worker(module, {
    workerData: started,
    transferList: [started.port],
    resourceLimits: { maxOldGenerationSizeMb: limit, codeRangeSizeMb: codeRange },
  });
}

function threadStart(program: ProgramName, logTo: 'stdout' | 'stderr', port: ThreadStart['port']): ThreadStart {
  const colourOf = (stream: NodeJS.WriteStream) => wantsColour(process.env, stream.isTTY === true);
  const bar = logTo === 'stderr' && process.stderr.isTTY === true;
  return {
    program,
    words: process.argv.slice(2),
    port,
    logTo,
    columns: bar ? process.stderr.columns : undefined,
    colours: { stdout: colourOf(process.stdout), stderr: colourOf(process.stderr) },
    asks: process.stdin.isTTY === true && process.stderr.isTTY === true,
    debug: debugging(),
  };
}

/** Ends the process for a fault, or as interrupted when it was asked to stop. */
function fail(error: unknown, signal: AbortSignal): never {
  const failure = toFailure(error, signal);
  process.stderr.write(showFailure(failure, plain, debugging()));
  process.exit(failure.exitCode);
}
/** A result that did not arrive is no result: scripts must not take the run for done. */
function codeOf(code: ExitCode, lost: Error | undefined, signal: AbortSignal): ExitCode {
  if (lost === undefined || (code !== exitCodes.done && code !== exitCodes.findings)) return code;
  const failure = toFailure(outputLost(lost), signal);
  process.stderr.write(showFailure(failure, plain, debugging()));
  return failure.exitCode;
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
