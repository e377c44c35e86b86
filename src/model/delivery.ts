/** What is told of a delivery, for reports and machines. */
import type { Explanation } from './explanation.js';

/** How a delivery ended. */
export type DeliveryEnd = 'delivered' | 'refused' | 'transfer-failed' | 'module-failed' | 'unknown';

/** The end of a delivery: success is the new version, read back from the module, and nothing else. */
export interface Delivery {
  readonly end: DeliveryEnd;
  readonly message: string;
  readonly versionBefore?: string | undefined;
  readonly versionAfter?: string | undefined;
  /** What the module reported behind END or HTTPEND, or would have. */
  readonly code?: number | undefined;
  /** What that code means. */
  readonly explanation?: Explanation | undefined;
  /** The journal with which `--resume` goes on, where there is something to go on with. */
  readonly journal?: string | undefined;
}
