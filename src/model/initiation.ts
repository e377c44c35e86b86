/** What `dfota init` wrote. Names are relative to the folder. */
export interface Initiation {
  readonly folder: string;
  readonly product: string;
  /** The builds that were found. */
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly files: readonly string[];
  /** Lists that were there already, and stay as they are. */
  readonly kept: readonly string[];
}
