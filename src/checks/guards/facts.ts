import type { Looks } from '../../model/look.js';
import type { CheckFacts } from '../builds/facts.js';
import type { Check } from '../check.js';

/** What the guards look at: the builds, the lists, and looks into a few files of both. */
export interface GuardFacts extends CheckFacts {
  /** Looks into the source's files that the target has not, or has otherwise. */
  readonly before: Looks;
  readonly after: Looks;
  /** When the newest files of the builds were written, `2022-06-22,15:50`, where their zips say so. */
  readonly newest?: { readonly source: string | undefined; readonly target: string | undefined } | undefined;
}

/** A check of what would leave modules without a start. */
export type Guard = Check<GuardFacts>;
