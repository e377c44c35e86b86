import type { Fault } from './errors.js';
import type { BuildPath } from './path.js';
import type { PreparedFrom } from './preparation.js';
import type { TreeNode } from './tree.js';

/** An entry of the target: what it is, who brings it, and under which path it is read there. */
export interface PreparedEntry {
  readonly path: BuildPath;
  readonly node: TreeNode;
  readonly from: PreparedFrom;
  /** Where the bringer has it. */
  readonly origin: BuildPath;
}

/** The target's entries, and what goes wrong on the way. */
export interface PreparedTree {
  readonly entries: ReadonlyMap<BuildPath, PreparedEntry>;
  /** Entries of the new root file system below its own `firmware` and `dev`: not taken. */
  readonly notTaken: number;
  /** Files of the source's SYSTEM/firmware that the modem input does not have: they stay. */
  readonly modemKept: number;
  /** Files of the modem input that the source has under the same name. */
  readonly modemMet: number;
  readonly faults: readonly Fault[];
}
