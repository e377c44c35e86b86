import type { Fault } from './errors.js';

/** What `dfota init` wrote. Names are relative to the folder. */
export interface Initiation {
  readonly folder: string;
  readonly product: string;
  /** The builds that were found. */
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  /** Zips that cannot be read, and why: they were left out. */
  readonly unreadable: readonly { readonly path: string; readonly faults: readonly Fault[] }[];
  readonly files: readonly string[];
  /** Lists that were there already, and stay as they are. */
  readonly kept: readonly string[];
}
