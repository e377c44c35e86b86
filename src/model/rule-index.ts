import type { PathRule } from './list-rules.js';
import type { BuildPath } from './path.js';

/**
 * Finds the rules of a list that match a path without asking all of them: only those are asked whose paths begin as
 * this one does. A list of thousands of lines costs a path no more than a list of ten.
 */
export class RuleIndex<R extends Pick<PathRule, 'start' | 'matches'>> {
  readonly #byStart = new Map<string, { readonly rule: R; readonly at: number }[]>();
  /** The lengths of the starts, ascending, each once. */
  readonly #lengths: readonly number[];

  constructor(rules: readonly R[]) {
    for (const [at, rule] of rules.entries()) {
      const start = rule.start ?? '';
      const alike = this.#byStart.get(start);
      if (alike === undefined) this.#byStart.set(start, [{ rule, at }]);
      else alike.push({ rule, at });
    }
    const lengths = new Set<number>();
    for (const start of this.#byStart.keys()) lengths.add(start.length);
    this.#lengths = [...lengths].sort((a, b) => a - b);
  }

  #matching(path: BuildPath): readonly { readonly rule: R; readonly at: number }[] {
    const found: { readonly rule: R; readonly at: number }[] = [];
    for (const length of this.#lengths) {
      if (length > path.length) break;
      for (const one of this.#byStart.get(path.slice(0, length)) ?? []) if (one.rule.matches(path)) found.push(one);
    }
    return found.sort((a, b) => a.at - b.at);
  }

  /** The first rule of the list that matches. */
  first(path: BuildPath): R | undefined {
    return this.#matching(path)[0]?.rule;
  }

  /** All rules that match, in the order of the list. */
  all(path: BuildPath): readonly R[] {
    return this.#matching(path).map(({ rule }) => rule);
  }
}
