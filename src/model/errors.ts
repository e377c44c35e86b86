import type { Code } from './codes.js';

/** Where in the user's material something was found. All parts are optional but for the file. */
export interface Place {
  /** The input as the user named it: a zip, a folder, a list. */
  readonly file: string;
  /** An entry inside it, for people. */
  readonly entry?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  /** 1-based, in characters. */
  readonly column?: number | undefined;
}

/** A message in its parts: where, what was found, what was expected, what to do. */
export interface Fault {
  /** Stable, kebab-case, for machines: `zip-truncated`. */
  readonly code: Code;
  readonly place?: Place | undefined;
  /** What is wrong, as a sentence without a full stop. */
  readonly message: string;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
  /** What to do about it. */
  readonly remedy?: string | undefined;
}

/** `v1.zip(SYSTEM/bin/app)` or `noota.txt:3:7`. */
export function showPlace(place: Place): string {
  const entry = place.entry === undefined ? '' : `(${place.entry})`;
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${entry}${line}${column}`;
}

/** The fault as lines of text: where and what, then found, expected, remedy. */
export function showFault(fault: Fault): string {
  const lines = [`${fault.place === undefined ? '' : `${showPlace(fault.place)}: `}${fault.message}`];
  if (fault.found !== undefined) lines.push(`  found:    ${fault.found}`);
  if (fault.expected !== undefined) lines.push(`  expected: ${fault.expected}`);
  if (fault.remedy !== undefined) lines.push(`  to do:    ${fault.remedy}`);
  return lines.join('\n');
}

abstract class FaultError extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: Fault | readonly Fault[], options?: ErrorOptions) {
    const all: readonly Fault[] = 'code' in faults ? [faults] : faults;
    super(all.map(showFault).join('\n'), options);
    this.faults = all;
  }
}

/** The command line or the combination of options is wrong (exit code 2). */
export class UsageError extends FaultError {
  override readonly name = 'UsageError';
}

/** An input or the environment is wrong: a zip, a list, a folder, a full disk (exit code 3). */
export class InputError extends FaultError {
  override readonly name = 'InputError';
}

/** Something that was made did not stand its proof: a patch, a package (exit code 1). Nothing was written under its final name. */
export class ProofError extends FaultError {
  override readonly name = 'ProofError';
}
