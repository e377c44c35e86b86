import type { Entry } from '../../model/build.js';
import type { Code } from '../../model/codes.js';
import type { Finding } from '../../model/finding.js';
import type { PathRule } from '../../model/list-rules.js';
import { displayName } from '../../model/path.js';
import { RuleIndex } from '../../model/rule-index.js';
import type { BuildCheck } from '../builds/facts.js';

function differs(a: Entry, b: Entry): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.content.sha1 !== b.content.sha1;
  if (a.kind === 'link' && b.kind === 'link') return a.destination !== b.destination;
  return a.kind !== b.kind;
}

function finding(
  rule: PathRule,
  code: Code,
  message: string,
  paths: readonly string[],
  remedy: string,
): readonly Finding[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 3).map(displayName).join(', ');
  return [
    {
      severity: 'warning',
      code,
      place: { file: rule.at.file, line: rule.at.line },
      message,
      found: paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown,
      remedy,
    },
  ];
}

/** What a line keeps although the builds differ there. */
interface KeptPaths {
  readonly changed: string[];
  readonly added: string[];
}

/** What the noota list keeps although the builds differ there: the device stays behind the target. One finding a line and kind. */
export const checkKept: BuildCheck = ({ rules, source, target }) => {
  const keeps = new RuleIndex(rules.keep);
  const kept = new Map<PathRule, KeptPaths>(rules.keep.map((rule) => [rule, { changed: [], added: [] }]));
  for (const [path, after] of target.entries) {
    if (after.kind === 'directory') continue;
    const rule = keeps.first(path);
    const paths = rule === undefined ? undefined : kept.get(rule);
    if (paths === undefined) continue;
    const before = source.entries.get(path);
    if (before === undefined) paths.added.push(path);
    else if (differs(before, after)) paths.changed.push(path);
  }
  const findings: Finding[] = [];
  for (const [rule, { changed, added }] of kept) {
    findings.push(
      ...finding(
        rule,
        'noota-differs',
        'the noota list keeps files that differ between the builds: the device will not get the changes',
        changed,
        'move the line to the fullota list if the device is to get the files of the target',
      ),
      ...finding(
        rule,
        'noota-new',
        'the noota list keeps files that are new in the target: the device will not get them',
        added,
        'remove the line from the noota list if the device is to get them',
      ),
    );
  }
  return findings;
};
