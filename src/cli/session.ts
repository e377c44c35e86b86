import type { OnProgress } from '../model/progress.js';
import type { ExitCode } from './exit-codes.js';
import { noProgress, type ProgressView, showProgress } from './progress.js';
import { plain, type Style } from './style.js';

/** Where a program writes: the process's streams, or a test's arrays. */
export interface Terminal {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Errors. */
  readonly stderr: (text: string) => void;
  /** Progress and messages for people: standard error, but standard output for update_gen. */
  readonly log: (text: string) => void;
  /** Columns of what `log` writes to when that is a terminal: then progress is a bar. */
  readonly columns: () => number | undefined;
  readonly stdoutStyle: Style;
  readonly stderrStyle: Style;
  readonly logStyle: Style;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Aborted when the user or the system asks us to stop. */
  readonly signal: AbortSignal;
  /** Asks for a secret without showing the answer; `undefined` where nobody can be asked. */
  readonly askSecret?: ((question: string) => Promise<string | undefined>) | undefined;
  /** The variables of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Show the stack of a bug (DFOTA_DEBUG=1). */
  readonly debug: boolean;
}

/** How much a command says. */
export interface Manner {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
}

/** What a command works with. */
export interface Session {
  readonly manner: Manner;
  /** The result, on standard output, when the stages are done. Ends with a newline. */
  readonly out: (text: string) => void;
  /** For people, on standard error; nothing when quiet. Ends with a newline. */
  readonly log: (text: string) => void;
  readonly onProgress: OnProgress;
  /** Ends the stage under way, so that its line stands before whatever is written next. */
  readonly endStage: () => void;
  readonly signal: AbortSignal;
  /** As the terminal's. */
  readonly askSecret?: ((question: string) => Promise<string | undefined>) | undefined;
  /** As the terminal's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The options that stand on the command line, as in `cache-size`. */
  readonly given: ReadonlySet<string>;
  /** Colours for what goes to standard output. */
  readonly style: Style;
  /** Colours for what is logged. */
  readonly logStyle: Style;
}

/** What a parsed command line asks for. */
export type Action = (session: Session) => Promise<ExitCode>;

/** A session on a terminal, and its progress view: close that when the command has ended. */
export function openSession(
  terminal: Terminal,
  manner: Manner,
  given: ReadonlySet<string>,
): { session: Session; progress: ProgressView } {
  const progress = manner.quiet
    ? noProgress
    : showProgress({
        write: terminal.log,
        columns: terminal.columns,
        style: terminal.logStyle,
        now: terminal.now,
        items: manner.verbose,
      });
  const line = (write: (text: string) => void) => (text: string) => {
    progress.clear();
    write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const log = manner.quiet ? () => {} : line(terminal.log);
  return {
    progress,
    session: {
      manner,
      out: (text) => {
        progress.close(true);
        line(terminal.stdout)(text);
      },
      log,
      onProgress: progress.onProgress,
      endStage: () => progress.close(true),
      signal: terminal.signal,
      askSecret: terminal.askSecret,
      environment: terminal.environment,
      given,
      style: manner.json ? plain : terminal.stdoutStyle,
      logStyle: terminal.logStyle,
    },
  };
}
