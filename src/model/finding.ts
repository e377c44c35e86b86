import type { Fault } from './errors.js';

/** `error` stops a release, `warning` needs a decision, `information` is worth knowing. */
export type Severity = 'error' | 'warning' | 'information';

/** Something that a release engineer should know about the inputs or the package. It never stops the program by itself. */
export interface Finding extends Fault {
  readonly severity: Severity;
}
