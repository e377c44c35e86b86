import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { type Part, parseParts } from '../../model/parts.js';
import type { Policy } from '../../model/policy.js';
import { conflictFindings } from './conflicts.js';
import { imageFindings } from './images.js';
import { keptFindings } from './kept.js';
import { matchFindings } from './matches.js';

/**
 * What the list files say that they probably do not mean, held against the two builds: lines that match nothing,
 * lines that contradict each other, kept files that differ, images without a partition. Rows of the chmod list that do
 * nothing are found while permissions are planned. Minor partitions are looked at only if the parts include them.
 */
export function listFindings(
  policy: Policy,
  source: Build,
  target: Build,
  parts: ReadonlySet<Part> | undefined = parseParts(['a']),
): readonly Finding[] {
  return [
    ...matchFindings(policy, source, target),
    ...conflictFindings(policy, source, target),
    ...keptFindings(policy, source, target),
    ...(parts?.has('minor') === false ? [] : imageFindings(policy, source, target)),
  ];
}
