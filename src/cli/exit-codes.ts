/**
 * The one list of exit codes. Scripts depend on them: a number is never given another meaning.
 * docs/exit-codes.md says the same to people, and a test holds the two together.
 */
export const exitCodes = {
  /** Done as asked. */
  done: 0,
  /** Findings that want a decision, or a proof that failed. */
  findings: 1,
  /** The command line is wrong. */
  usage: 2,
  /** An input or the environment is wrong: a zip, a list, a folder, a full disk. */
  input: 3,
  /** Delivery: refused before a byte was sent. */
  refused: 4,
  /** Delivery: the package did not reach the module whole. */
  transferFailed: 5,
  /** Delivery: the module does not run the new version. */
  moduleFailed: 6,
  /** Delivery: the module did not come back, or does not say what it runs. */
  unknown: 7,
  /** A bug of this program. */
  internal: 70,
  /** Its terminal went away (SIGHUP). */
  hungUp: 129,
  /** Stopped by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each signal that stops a run makes of it. */
export const codeOfSignal = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const satisfies Readonly<Record<string, ExitCode>>;

/** What a run that was stopped says. */
export const stoppedText = 'stopped before the end; nothing was left behind';
