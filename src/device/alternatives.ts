/**
 * Properties that nobody has told: the package is run again with every value that its script may look for. A value with which the
 * script refuses the module, before anything was changed, is no harm; one with which it does something else is.
 */
import { mostPropertyValues } from '../model/limits/device.js';
import { displayName } from '../model/path.js';
import type { Reach } from '../model/verification.js';
import { compareStates } from './compare.js';
import { childrenOf, type Expression } from './edify/syntax.js';
import type { Flash } from './machine.js';
import { type Attempt, type Installation, placeOf, startPackage } from './run.js';

/** Functions whose arguments are not compared with each other. */
const noComparisons: ReadonlySet<string> = new Set(['getprop', 'assert', 'abort', 'ifelse', 'ui_print', 'stdout']);

interface Looked {
  readonly asks: boolean;
  readonly literals: ReadonlySet<string>;
}

/** The texts that the script may hold a property against, those next to numbers too, and what is merely true. */
function valuesOf(root: Expression): readonly string[] {
  const values = new Set(['1']);
  const compared = (literals: ReadonlySet<string>): void => {
    for (const text of literals) {
      values.add(text);
      // put together with others before it is compared
      for (const part of literals.size > mostPropertyValues ? [] : literals) {
        if (part === '') continue;
        if (text.endsWith(part)) values.add(text.slice(0, -part.length));
        if (text.startsWith(part)) values.add(text.slice(part.length));
      }
      if (/^[0-9]{1,15}$/.test(text)) for (const next of [-1, 1]) values.add(`${Number(text) + next}`);
    }
  };
  // the expressions below come before the one that holds them; no recursion, as deep as a script may be
  const order: Expression[] = [];
  const waiting: Expression[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    order.push(next);
    for (const child of childrenOf(next)) waiting.push(child);
  }
  const looked = new Map<Expression, Looked>();
  for (const expression of order.reverse()) {
    const isComparison =
      expression.kind === 'compare' || (expression.kind === 'call' && !noComparisons.has(expression.name));
    const isPart = isComparison || (expression.kind === 'chain' && expression.operator === '+');
    const literals = new Set<string>();
    let asks = expression.kind === 'call' && expression.name === 'getprop';
    if (expression.kind === 'literal') literals.add(expression.value);
    for (const child of childrenOf(expression)) {
      const below = looked.get(child);
      if (below?.asks === true) asks = true;
      if (isPart) for (const text of below?.literals ?? []) literals.add(text);
      looked.delete(child);
    }
    if (isComparison && asks) compared(literals);
    looked.set(expression, { asks, literals });
  }
  values.delete('');
  return [...values];
}

function otherwise(first: Attempt, other: Attempt, untouched: Flash): string | undefined {
  if (other.status !== 'succeeded') {
    // refused before anything was changed
    return other.status === 'aborted' && other.flash === untouched ? undefined : `ends otherwise: ${other.status}`;
  }
  const { count, differences } = compareStates(first.flash, other.flash, 1);
  if (count > 0) return `leaves other contents: ${differences[0]?.path ?? ''}`;
  const deeds = ({ reached, written }: Attempt): string =>
    JSON.stringify([reached.map(({ what, subject }) => [what, subject]), written.map(({ partition }) => partition)]);
  return deeds(first) === deeds(other) ? undefined : 'changes something else';
}

/** What the outcome of a run hangs on: the properties that nobody has told and with whose values the script does otherwise. */
export async function hangsOn(installation: Installation, first: Attempt): Promise<readonly Reach[]> {
  const hanging: Reach[] = [];
  if (first.untoldProperties.length === 0) return hanging;
  const { script, property, signal } = installation;
  const values = valuesOf(script.root);
  for (const name of first.untoldProperties) {
    const told = displayName(`the property ${name}, which nobody has told (--property ${name}=VALUE)`);
    const hangs = (why: string): void => {
      const place = placeOf(script.text, Math.max(script.text.indexOf(name), 0));
      hanging.push({ what: 'unknown', subject: displayName(name), message: `hangs on ${told}: ${why}`, place });
    };
    if (values.length > mostPropertyValues) {
      hangs('the script looks for more values than are tried');
      continue;
    }
    for (const value of values) {
      signal?.throwIfAborted();
      const start = { ...installation, property: async (asked: string) => (asked === name ? value : property(asked)) };
      const why = otherwise(first, await startPackage(start, start.module.flash), start.module.flash);
      if (why === undefined) continue;
      hangs(displayName(`with "${value}" the package ${why}`));
      break;
    }
  }
  return hanging;
}
