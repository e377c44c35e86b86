import type { Grade, InnerFact, InnerSet, InnerSize } from '../../model/inner.js';
import { mostSetNamesShown } from '../../model/limits/audit.js';
import { compareBytes } from '../../model/path.js';

/** A fact from two values; either may be missing. What is missing is no property, so that facts compare as they read. */
export function fact(
  label: string,
  before: string | undefined,
  after: string | undefined,
  grade?: Grade,
  about?: string,
): InnerFact {
  const made: { -readonly [Name in keyof InnerFact]: InnerFact[Name] } = { label };
  if (before !== undefined) made.before = before;
  if (after !== undefined) made.after = after;
  if (grade !== undefined) made.grade = grade;
  if (about !== undefined) made.about = about;
  return made;
}

/** The facts whose sides differ. */
export function differing(facts: readonly InnerFact[]): readonly InnerFact[] {
  return facts.filter((each) => each.before !== each.after);
}

/** Compares two sets of names; `undefined` when they are the same. */
export function compareSets(label: string, before: Iterable<string>, after: Iterable<string>): InnerSet | undefined {
  const old = new Set(before);
  const now = new Set(after);
  const added = [...now].filter((name) => !old.has(name)).sort(compareBytes);
  const removed = [...old].filter((name) => !now.has(name)).sort(compareBytes);
  if (added.length === 0 && removed.length === 0) return undefined;
  return {
    label,
    added: added.slice(0, mostSetNamesShown),
    removed: removed.slice(0, mostSetNamesShown),
    omitted: Math.max(0, added.length - mostSetNamesShown) + Math.max(0, removed.length - mostSetNamesShown),
    kept: now.size - added.length,
  };
}

/** The sizes that differ, of two tables by name: in the order of the second, then what only the first has. */
export function compareSizes(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): readonly InnerSize[] {
  const sizes: InnerSize[] = [];
  for (const [label, size] of after) {
    const old = before.get(label);
    if (old === size) continue;
    sizes.push({ label, before: old, after: size });
  }
  for (const [label, size] of before) if (!after.has(label)) sizes.push({ label, before: size });
  return sizes;
}

/** Drops what is `undefined`. */
export function present<T>(values: readonly (T | undefined)[]): readonly T[] {
  return values.filter((value) => value !== undefined);
}
