import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import type { ListRules } from '../../model/list-rules.js';
import { allParts, type Part } from '../../model/parts.js';
import type { BuildCheck } from '../builds/facts.js';
import { runChecks } from '../check.js';
import { checkConflicts } from './conflicts.js';
import { checkImages } from './images.js';
import { checkKept } from './kept.js';
import { checkMatches } from './matches.js';

/** All checks, in the order in which their findings are told. */
const checks: readonly BuildCheck[] = [checkMatches, checkConflicts, checkKept, checkImages];

/**
 * What the list files say that they probably do not mean, held against the two builds: lines that match nothing,
 * lines that contradict each other, kept files that differ, images without a partition. Rows of the chmod list that do
 * nothing are found while permissions are planned. Minor partitions are looked at only if the parts include them.
 */
export function listFindings(
  rules: ListRules,
  source: Build,
  target: Build,
  parts: ReadonlySet<Part> = new Set(allParts),
): readonly Finding[] {
  return runChecks(checks, { rules, source, target, parts });
}
