/** Which values a script may hold a property against: those that stand in it, and those that its runs have shown. */
import { mostPropertyValues } from '../model/limits/device.js';
import { childrenOf, type Expression } from './edify/syntax.js';

/** Functions whose arguments are not compared with each other. */
const noComparisons: ReadonlySet<string> = new Set(['getprop', 'assert', 'abort', 'ifelse', 'ui_print', 'stdout']);

/** Stands for a property whose name the script puts together. */
const anyName = '*';
const none: ReadonlySet<string> = new Set();

/** A place at which properties are held against something. */
interface Site {
  readonly names: ReadonlySet<string>;
  /** What is compared and asks for a property: it is no text to hold one against. */
  readonly asking: ReadonlySet<Expression>;
  readonly texts: Set<string>;
}

/** The places at which a script compares, by their expressions. */
export type Sites = ReadonlyMap<Expression, Site>;

interface Looked {
  /** Names of the properties that are asked for here or below. */
  readonly names: ReadonlySet<string>;
  readonly literals: ReadonlySet<string>;
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const filled = sets.filter(({ size }) => size > 0);
  return filled.length < 2 ? (filled[0] ?? none) : new Set(filled.flatMap((set) => [...set]));
}

function namesAt(expression: Expression, below: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  if (expression.kind !== 'call' || expression.name !== 'getprop') return union(below);
  const [name] = expression.args;
  return new Set([name?.kind === 'literal' ? name.value : anyName]);
}

/** Finds the comparisons that ask for properties. No recursion, as deep as a script may be. */
export function sitesOf(root: Expression): Sites {
  // the expressions below come before the one that holds them
  const order: Expression[] = [];
  const waiting: Expression[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    order.push(next);
    for (const child of childrenOf(next)) waiting.push(child);
  }
  const looked = new Map<Expression, Looked>();
  const sites = new Map<Expression, Site>();
  for (const expression of order.reverse()) {
    const isComparison =
      expression.kind === 'compare' || (expression.kind === 'call' && !noComparisons.has(expression.name));
    const isPart = isComparison || (expression.kind === 'chain' && expression.operator === '+');
    const below = childrenOf(expression).map((child) => looked.get(child) ?? { names: none, literals: none });
    const names = namesAt(
      expression,
      below.map((each) => each.names),
    );
    const literals =
      expression.kind === 'literal'
        ? new Set([expression.value])
        : isPart
          ? union(below.map((each) => each.literals))
          : none;
    if (isComparison && names.size > 0) {
      const asking = new Set(childrenOf(expression).filter((child) => (looked.get(child)?.names.size ?? 0) > 0));
      sites.set(expression, { names, asking, texts: new Set(literals) });
    }
    looked.set(expression, { names, literals });
    for (const child of childrenOf(expression)) looked.delete(child);
  }
  return sites;
}

/** Remembers a text that a run has shown at a comparison. */
export function showText(sites: Sites, at: Expression, argument: Expression, text: string): void {
  const site = sites.get(at);
  // one more than is tried says that there are too many
  if (site !== undefined && !site.asking.has(argument) && site.texts.size <= mostPropertyValues) site.texts.add(text);
}

/** Values that make a difference to a property: what it is held against, what is next to a number, and what is merely true. */
export function valuesFor(sites: Sites, name: string): readonly string[] {
  const values = new Set(['1']);
  for (const { names, texts } of sites.values()) {
    if (!names.has(name) && !names.has(anyName)) continue;
    for (const text of texts) {
      values.add(text);
      // put together with others before it is compared
      for (const part of texts.size > mostPropertyValues ? [] : texts) {
        if (part === '') continue;
        if (text.endsWith(part)) values.add(text.slice(0, -part.length));
        if (text.startsWith(part)) values.add(text.slice(part.length));
      }
      if (/^[0-9]{1,15}$/.test(text)) for (const next of [-1, 1]) values.add(`${Number(text) + next}`);
    }
  }
  values.delete('');
  return [...values];
}
