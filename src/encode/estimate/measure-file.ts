import { type EstimateRequest, estimateFile, type FileEstimate, quickWhole } from './estimate-file.js';

/** What is to be measured of a file. */
export interface Measure extends Pick<EstimateRequest, 'target'> {
  /** What it may be made from, where that is to be estimated. */
  readonly bases?: EstimateRequest['bases'] | undefined;
  /** What it takes whole, compressed quickly, where that is known. */
  readonly whole?: number | undefined;
}

/** About what a file takes in a package. */
export interface Measured {
  /** Whole, compressed quickly: it takes no more. */
  readonly whole: number;
  readonly estimate: FileEstimate | undefined;
}

/** Measures a file. */
export function measureFile({ target, bases, whole = quickWhole(target) }: Measure): Measured {
  return { whole, estimate: bases && estimateFile({ target, bases }, whole) };
}
