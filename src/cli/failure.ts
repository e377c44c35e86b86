/** What an exception becomes: an exit code, lines for people, and a JSON document for scripts. */

import { codeTexts } from '../model/codes.js';
import { type Fault, InputError, ProofError, showPlace, UsageError } from '../model/errors.js';
import { systemFault } from '../usecases/write-report.js';
import { type ExitCode, exitCodes, stoppedText } from './exit-codes.js';
import type { Style } from './style.js';

export interface Failure {
  readonly exitCode: ExitCode;
  readonly kind: 'proof' | 'usage' | 'input' | 'internal' | 'interrupted';
  readonly faults: readonly Fault[];
  /** The stack of a bug. */
  readonly stack?: string | undefined;
}

function stoppedBy(reason: unknown): ExitCode {
  if (reason === 'SIGTERM') return exitCodes.terminated;
  return reason === 'SIGHUP' ? exitCodes.hungUp : exitCodes.interrupted;
}

/** Sorts an exception by who can correct the cause. With `signal` aborted, anything that ends the run counts as interrupted. */
export function toFailure(error: unknown, signal: AbortSignal): Failure {
  const failure = sorted(error, signal);
  if (failure.kind === 'interrupted') return failure;
  return {
    ...failure,
    faults: failure.faults.map((fault) => ({ ...fault, remedy: fault.remedy ?? codeTexts[fault.code].remedy })),
  };
}

function sorted(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) {
    return {
      exitCode: stoppedBy(signal.reason),
      kind: 'interrupted',
      faults: [{ code: 'interrupted', message: stoppedText }],
    };
  }
  if (error instanceof UsageError) return { exitCode: exitCodes.usage, kind: 'usage', faults: error.faults };
  if (error instanceof InputError) return { exitCode: exitCodes.input, kind: 'input', faults: error.faults };
  if (error instanceof ProofError) return { exitCode: exitCodes.findings, kind: 'proof', faults: error.faults };
  const system = systemFault(error);
  if (system !== undefined) return { exitCode: exitCodes.input, kind: 'input', faults: [system] };
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    exitCode: exitCodes.internal,
    kind: 'internal',
    faults: [
      {
        code: 'internal-error',
        message: 'this is an error in dfota, not in your files',
        found: said,
        remedy:
          'please report it with this message, the command and the versions (dfota --version, node --version); DFOTA_DEBUG=1 shows the stack',
      },
    ],
    stack,
  };
}

/** The failure as lines for people, the place in bold. */
export function showFailure(failure: Failure, style: Style, debug: boolean): string {
  const lines: string[] = [];
  for (const fault of failure.faults) {
    const place = fault.place === undefined ? '' : `${style('bold', showPlace(fault.place))}: `;
    const word = failure.kind === 'interrupted' ? '' : `${style('red', 'error')}: `;
    lines.push(`${word}${place}${fault.message}`);
    if (fault.found !== undefined) lines.push(`  found:    ${fault.found}`);
    if (fault.expected !== undefined) lines.push(`  expected: ${fault.expected}`);
    if (fault.remedy !== undefined) lines.push(`  to do:    ${fault.remedy}`);
  }
  if (debug && failure.stack !== undefined) lines.push(failure.stack);
  return `${lines.join('\n')}\n`;
}

/** The failure as the JSON document that --json promises: `{ "error": { kind, exitCode, faults } }`. */
export function failureJson(failure: Failure): string {
  const { kind, exitCode, faults } = failure;
  return `${JSON.stringify({ error: { kind, exitCode, faults } }, null, 2)}\n`;
}
