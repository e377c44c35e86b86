import type { Terminal } from '../../src/cli/session.js';
import { plain } from '../../src/cli/style.js';

/** A terminal that keeps what was written, for running a program inside a test. */
export function testTerminal(edits: Partial<Terminal> = {}): {
  readonly terminal: Terminal;
  readonly stdout: () => string;
  readonly stderr: () => string;
} {
  const out: string[] = [];
  const error: string[] = [];
  return {
    terminal: {
      stdout: (text) => out.push(text),
      stderr: (text) => error.push(text),
      log: (text) => error.push(text),
      columns: () => undefined,
      stdoutStyle: plain,
      stderrStyle: plain,
      logStyle: plain,
      now: () => 0,
      signal: new AbortController().signal,
      environment: {},
      debug: false,
      ...edits,
    },
    stdout: () => out.join(''),
    stderr: () => error.join(''),
  };
}
