import { type Asked, type Program, parseCommandLine } from './command-line.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { failureJson, showFailure, toFailure } from './failure.js';
import { openSession, type Terminal } from './session.js';

/** Runs a program on its words and gives its exit code; nothing is thrown, and the process is left alone. */
export async function run(program: Program, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let asked: Asked;
  try {
    asked = parseCommandLine(program, words, terminal.columns() ?? 100);
  } catch (error) {
    return fail(error, terminal, words.includes('--json'));
  }
  if (asked.kind === 'text') {
    terminal.stdout(asked.text);
    return exitCodes.done;
  }
  const { session, progress } = openSession(terminal, asked.manner, asked.given);
  try {
    const code = await asked.action(session);
    progress.close(true);
    return code;
  } catch (error) {
    progress.close(false);
    return fail(error, terminal, asked.manner.json);
  }
}

/** People read standard error; whoever asked for JSON finds one document on standard output, whatever happened. */
function fail(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const failure = toFailure(error, terminal.signal);
  terminal.stderr(showFailure(failure, terminal.stderrStyle, terminal.debug));
  if (json) terminal.stdout(failureJson(failure));
  return failure.exitCode;
}
