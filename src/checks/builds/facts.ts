import type { Build, Entry } from '../../model/build.js';
import type { ChmodRule, ListRules, PathRule } from '../../model/list-rules.js';
import { type Part, partOf } from '../../model/parts.js';
import { type BuildPath, displayName } from '../../model/path.js';
import { RuleIndex } from '../../model/rule-index.js';
import type { Check } from '../check.js';

/** What the checks look at. */
export interface CheckFacts {
  readonly source: Build;
  readonly target: Build;
  readonly rules: ListRules;
  readonly parts: ReadonlySet<Part>;
}

/** A check of two builds and the lists. */
export type BuildCheck = Check<CheckFacts>;

const pathIndexes = new WeakMap<readonly PathRule[], RuleIndex<PathRule>>();
const chmodIndexes = new WeakMap<readonly ChmodRule[], RuleIndex<ChmodRule>>();

/** The index of a list, made when it is first asked for: the checks ask for every path. */
function indexOf<R extends PathRule | ChmodRule>(
  indexes: WeakMap<readonly R[], RuleIndex<R>>,
  rules: readonly R[],
): RuleIndex<R> {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const index = new RuleIndex<R>(rules);
  indexes.set(rules, index);
  return index;
}

/** Whether a row of the chmod list names the path. */
export function isListed({ rules }: CheckFacts, path: BuildPath): boolean {
  return indexOf(chmodIndexes, rules.permissions).first(path) !== undefined;
}

/** Whether the package may touch the path: its part was chosen and the noota list does not keep it. */
export function isTouched(facts: CheckFacts, path: BuildPath): boolean {
  const part = partOf(path);
  return (
    part !== undefined && facts.parts.has(part) && indexOf(pathIndexes, facts.rules.keep).first(path) === undefined
  );
}

/** Whether two entries are the same thing with the same content; owners and modes do not count. */
export function sameContent(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === 'file' && b.kind === 'file') return a.content.sha1 === b.content.sha1;
  if (a.kind === 'link' && b.kind === 'link') return a.destination === b.destination;
  return a.kind === b.kind;
}

/** `etc/a, etc/b, etc/c and 12 more`: enough to recognise, never a screenful. */
export function few(paths: readonly BuildPath[], limit = 5): string {
  const shown = paths.slice(0, limit).map(displayName).join(', ');
  return paths.length > limit ? `${shown} and ${paths.length - limit} more` : shown;
}

/** `1 file`, `12 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
