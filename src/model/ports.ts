import type { OnProgress } from './progress.js';

/**
 * What a use case needs of whoever calls it beside the request: the request is plain data, which can be written as JSON;
 * what acts, or lives only as long as the process, is a port.
 */
export interface Ports {
  /** Told how far the work is. */
  readonly onProgress?: OnProgress | undefined;
  /** Stops the work: the call throws the signal's reason, and nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
  /** What day it is, where a request does not say; the system's clock without it. */
  readonly now?: (() => Date) | undefined;
}
