import type { Finding } from '../../model/finding.js';
import type { ChmodRule, ListRules, PathRule } from '../../model/list-rules.js';
import { type BuildPath, displayName } from '../../model/path.js';
import { RuleIndex } from '../../model/rule-index.js';
import { SortedPaths } from '../../model/sorted-paths.js';
import type { BuildCheck } from '../builds/facts.js';

function sample(paths: readonly BuildPath[]): string {
  const shown = paths.slice(0, 3).map(displayName).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}

/** Paths that the noota list keeps and the fullota list sends whole: noota wins. One finding for a pair of lines. */
function keptAndSent(rules: ListRules, paths: SortedPaths): readonly Finding[] {
  const findings: Finding[] = [];
  const keeps = new RuleIndex(rules.keep);
  const listed = new Map(rules.keep.map((rule, at) => [rule, at]));
  for (const whole of rules.whole) {
    const contradicting = new Map<PathRule, BuildPath[]>();
    for (const path of paths.matching(whole)) {
      for (const keep of keeps.all(path)) {
        const both = contradicting.get(keep);
        if (both === undefined) contradicting.set(keep, [path]);
        else both.push(path);
      }
    }
    const inOrder = [...contradicting].sort(([a], [b]) => (listed.get(a) ?? 0) - (listed.get(b) ?? 0));
    for (const [keep, both] of inOrder) {
      findings.push({
        severity: 'warning',
        code: 'rule-in-noota-and-fullota',
        place: { file: whole.at.file, line: whole.at.line },
        message: `the noota list (${keep.at.file}:${keep.at.line}) keeps what this line would send: it is kept, and not sent`,
        found: sample(both),
        remedy: 'remove it from one of the two lists',
      });
    }
  }
  return findings;
}

function sameValues(a: ChmodRule, b: ChmodRule): boolean {
  return a.fileMode === b.fileMode && a.folderMode === b.folderMode && a.uid === b.uid && a.gid === b.gid;
}

/** Rows of the chmod list for the same path that say different things: the last one wins. */
function repeatedRows(rules: ListRules): readonly Finding[] {
  const before = new Map<string, ChmodRule>();
  const findings: Finding[] = [];
  for (const rule of rules.permissions) {
    const key = `${rule.form}\0${rule.form === 'pattern' ? rule.text.split(/[ \t]/, 1)[0] : rule.path}`;
    const first = before.get(key);
    before.set(key, rule);
    if (first === undefined || sameValues(first, rule)) continue;
    findings.push({
      severity: 'warning',
      code: 'chmod-row-repeated',
      place: { file: rule.at.file, line: rule.at.line },
      message: `line ${first.at.line} has other permissions for the same path: this line wins`,
      found: `${displayName(rule.text)} and ${displayName(first.text)}`,
      remedy: 'remove one of the two lines',
    });
  }
  return findings;
}

/** Lines that contradict each other. */
export const checkConflicts: BuildCheck = ({ rules, source, target }) => {
  const paths = new SortedPaths(new Set([...source.entries.keys(), ...target.entries.keys()]));
  return [...keptAndSent(rules, paths), ...repeatedRows(rules)];
};
