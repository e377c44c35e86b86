/** What an exception becomes: an exit code, lines for people, and a JSON document for scripts. */
import { type Fault, InputError, ProofError, showPlace, UsageError } from '../model/errors.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import type { Style } from './style.js';

export interface Failure {
  readonly exitCode: ExitCode;
  readonly kind: 'proof' | 'usage' | 'input' | 'internal' | 'interrupted';
  readonly faults: readonly Fault[];
  /** The stack of a bug. */
  readonly stack?: string | undefined;
}

/** Faults of the file system and the processes' limits that are the user's to mend. */
const systemFaults: Readonly<Record<string, { message: string; remedy: string }>> = {
  ENOENT: { message: 'no such file or folder', remedy: 'check the spelling of the path' },
  ENOTDIR: { message: 'a part of the path is not a folder', remedy: 'check the path' },
  EISDIR: { message: 'a folder stands where a file is needed', remedy: 'name a file' },
  EACCES: { message: 'no permission', remedy: "look at the file's owner and mode" },
  EPERM: { message: 'not permitted', remedy: "look at the file's owner and mode" },
  EEXIST: { message: 'already exists', remedy: 'move it away, or name another path' },
  ENOSPC: {
    message: 'the disk is full',
    remedy: 'make room, or write elsewhere; nothing was left under the final name',
  },
  EDQUOT: { message: 'the disk quota is used up', remedy: 'make room; nothing was left under the final name' },
  EROFS: { message: 'the file system is read-only', remedy: 'write elsewhere' },
  EIO: { message: 'the disk reports a read or write error', remedy: 'check the disk and the kernel log' },
  EMFILE: { message: 'too many open files', remedy: 'raise the limit: ulimit -n 4096' },
  ELOOP: { message: 'symbolic links go in a circle', remedy: 'check the path' },
  ENAMETOOLONG: { message: 'the name is too long for this file system', remedy: 'use a shorter path' },
  EFBIG: { message: 'the file is too large for this file system', remedy: 'write elsewhere' },
};

function systemFault(error: Error): Fault | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  const known = systemFaults[error.code];
  if (known === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  return {
    code: `system-${error.code.toLowerCase()}`,
    message: known.message,
    remedy: known.remedy,
    ...(path === undefined ? { found: error.message } : { place: { file: path } }),
  };
}

/** Sorts an exception by who can mend it. With `signal` aborted, anything that ends the run counts as interrupted. */
export function toFailure(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) {
    const terminated = signal.reason === 'SIGTERM';
    return {
      exitCode: terminated ? exitCodes.terminated : exitCodes.interrupted,
      kind: 'interrupted',
      faults: [{ code: 'interrupted', message: 'stopped before the end; nothing was left behind' }],
    };
  }
  if (error instanceof UsageError) return { exitCode: exitCodes.usage, kind: 'usage', faults: error.faults };
  if (error instanceof InputError) return { exitCode: exitCodes.input, kind: 'input', faults: error.faults };
  if (error instanceof ProofError) return { exitCode: exitCodes.findings, kind: 'proof', faults: error.faults };
  const system = error instanceof Error ? systemFault(error) : undefined;
  if (system !== undefined) return { exitCode: exitCodes.input, kind: 'input', faults: [system] };
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    exitCode: exitCodes.internal,
    kind: 'internal',
    faults: [
      {
        code: 'internal-error',
        message: 'this is a fault of dfota, not of your files',
        found: said,
        remedy:
          'please report it with this message, the command and the versions (dfota --version, node --version); DFOTA_DEBUG=1 shows the stack',
      },
    ],
    ...(stack === undefined ? {} : { stack }),
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
