import type { Finding } from '../model/finding.js';

/** Looks at one thing that goes wrong in the field: facts in, findings out. Pure. A new one is a file, and a line in its subject's list. */
export type Check<Facts> = (facts: Facts) => readonly Finding[];

/** What all checks of a subject find, in the order of the list. */
export function runChecks<Facts>(checks: readonly Check<Facts>[], facts: Facts): readonly Finding[] {
  return checks.flatMap((check) => check(facts));
}
