import type { Finding } from '../../model/finding.js';
import { mostNearPathSearches } from '../../model/limits/input.js';
import type { PathRule } from '../../model/list-rules.js';
import { type BuildPath, displayName, toBuildPath, unsafeName } from '../../model/path.js';
import { SortedPaths } from '../../model/sorted-paths.js';
import type { BuildCheck } from '../builds/facts.js';
import { nootaDefaults } from './habits.js';
import { didYouMean } from './near-path.js';

/** The documented defaults may well match nothing: not every module has such files. */
const documentedKeeps: ReadonlySet<string> = new Set(nootaDefaults);

function suggestion(rule: PathRule, paths: readonly BuildPath[], search: boolean): string {
  const matches = (path: string): boolean => unsafeName(path) === undefined && rule.matches(toBuildPath(path));
  const meant = search ? didYouMean(rule.text, matches, paths) : undefined;
  const start = "paths start at the archive's top folder, as in SYSTEM/etc/file";
  return meant === undefined
    ? `correct the line, or remove it; ${start}`
    : `did you mean ${displayName(meant)}? ${start}`;
}

function nothing(rule: PathRule, where: string, paths: readonly BuildPath[], search: boolean): Finding {
  const what = rule.form === 'exact' ? 'path' : rule.form;
  return {
    severity: 'warning',
    code: 'rule-matches-nothing',
    place: { file: rule.at.file, line: rule.at.line },
    message: `the ${what} ${displayName(rule.text)} of the ${rule.at.list} list matches nothing in ${where}`,
    found: `0 of ${paths.length} paths`,
    remedy: suggestion(rule, paths, search),
  };
}

/** Lines of the noota list that match nothing in either build, and of the fullota list that match no file of the target. */
export const checkMatches: BuildCheck = ({ rules, source, target }) => {
  const either = new SortedPaths(new Set([...source.entries.keys(), ...target.entries.keys()]));
  const files = new SortedPaths(
    [...target.entries.values()].filter(({ kind }) => kind === 'file').map(({ path }) => path),
  );
  const matchesAny = (rule: PathRule, paths: SortedPaths): boolean => paths.matching(rule).next().done !== true;
  const findings: Finding[] = [];
  for (const rule of rules.keep) {
    if (documentedKeeps.has(rule.text) || matchesAny(rule, either)) continue;
    findings.push(nothing(rule, 'either build', either.all, findings.length < mostNearPathSearches));
  }
  for (const rule of rules.whole) {
    if (matchesAny(rule, files)) continue;
    findings.push(nothing(rule, 'the files of the target build', files.all, findings.length < mostNearPathSearches));
  }
  return findings;
};
