import type { ProjectVersion } from '../../model/build.js';
import { type BuildPath, toBuildPath } from '../../model/path.js';
import type { PreparedTree } from '../../model/prepared-tree.js';
import type { TreeNode } from '../../model/tree.js';
import type { Check } from '../check.js';

/** What is known of a prepared target. */
export interface PreparedFacts {
  /** For messages. */
  readonly output: string;
  readonly source: ReadonlyMap<BuildPath, TreeNode>;
  readonly tree: PreparedTree;
  readonly rootfs: ReadonlyMap<BuildPath, TreeNode> | undefined;
  readonly hasModem: boolean;
  readonly hasBoot: boolean;
  readonly versionBefore: ProjectVersion | undefined;
  readonly versionAfter: ProjectVersion | undefined;
}

/** A check of a target that was put together from parts. */
export type PreparedCheck = Check<PreparedFacts>;

/** Whether the prepared target has the path. */
export function inTarget({ tree }: PreparedFacts, path: string): boolean {
  return tree.entries.has(toBuildPath(path));
}
