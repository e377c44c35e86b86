import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import type { ListRules } from '../../model/list-rules.js';
import { type Part, parseParts } from '../../model/parts.js';
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
  rules: ListRules,
  source: Build,
  target: Build,
  parts: ReadonlySet<Part> | undefined = parseParts(['a']),
): readonly Finding[] {
  return [
    ...matchFindings(rules, source, target),
    ...conflictFindings(rules, source, target),
    ...keptFindings(rules, source, target),
    ...(parts?.has('minor') === false ? [] : imageFindings(rules, source, target)),
  ];
}
