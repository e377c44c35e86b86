import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import type { ListRules, PathRule } from '../../model/list-rules.js';
import { type ArchivePath, compareBytes, displayName, toArchivePath, unsafeName } from '../../model/path.js';
import { nootaDefaults } from './habits.js';
import { didYouMean } from './near-path.js';

/** The documented defaults may well match nothing: not every module has such files. */
const documentedKeeps: ReadonlySet<string> = new Set(nootaDefaults);

function suggestion(rule: PathRule, paths: readonly ArchivePath[]): string {
  const matches = (path: string): boolean => unsafeName(path) === undefined && rule.matches(toArchivePath(path));
  const meant = didYouMean(rule.text, matches, paths);
  const start = "paths start at the archive's top folder, as in SYSTEM/etc/file";
  return meant === undefined
    ? `correct the line or take it out; ${start}`
    : `did you mean ${displayName(meant)}? ${start}`;
}

function nothing(rule: PathRule, where: string, paths: readonly ArchivePath[]): Finding {
  const what = rule.form === 'exact' ? 'path' : rule.form;
  return {
    severity: 'warning',
    code: 'rule-matches-nothing',
    place: { file: rule.at.file, line: rule.at.line },
    message: `the ${what} ${displayName(rule.text)} of the ${rule.at.list} list matches nothing in ${where}`,
    found: `0 of ${paths.length} paths`,
    remedy: suggestion(rule, paths),
  };
}

/** Lines of the noota list that match nothing in either build, and of the fullota list that match no file of the target. */
export function matchFindings(rules: ListRules, source: Build, target: Build): readonly Finding[] {
  const either = [...new Set([...source.entries.keys(), ...target.entries.keys()])].sort(compareBytes);
  const files = [...target.entries.values()].filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const findings: Finding[] = [];
  for (const rule of rules.keep) {
    if (documentedKeeps.has(rule.text) || either.some(rule.matches)) continue;
    findings.push(nothing(rule, 'either build', either));
  }
  for (const rule of rules.whole) {
    if (!files.some(rule.matches)) findings.push(nothing(rule, 'the files of the target build', files));
  }
  return findings;
}
