/** Reads the values of fleet.yaml: texts, yes and no, budgets, the policy. What is wrong is added to the faults, each at its line and column. */
import { type Located, type LocatedField, showLocated, textOf } from '../../formats/text/located-yaml.js';
import type { FleetPolicy, Placed } from '../../model/fleet.js';
import { longestVersionPattern } from '../../model/limits/fleet.js';
import { parseSize } from '../../model/size-words.js';
import { fieldsOf, placeOf, type SettingsFile } from '../configuration/read-product.js';

/** Notes a value that is none of what is expected. */
export function wrong(at: Located, what: string, expected: string, { file, faults }: SettingsFile): void {
  const found = showLocated(at);
  faults.push({
    code: 'configuration-value',
    place: placeOf(file, at),
    message: `${what} is not valid`,
    found,
    expected,
  });
}

/** A text that is not empty; undefined, and a fault, for anything else. */
export function readText(at: Located, what: string, of: SettingsFile): Placed | undefined {
  const text = at.value.kind === 'flag' ? undefined : textOf(at);
  if (text !== undefined && text !== '' && text.length <= longestVersionPattern && !text.includes('\0')) {
    return { text, place: placeOf(of.file, at) };
  }
  wrong(at, what, 'a text', of);
  return undefined;
}

/** One text, or a list of them. */
export function readTexts(at: Located, what: string, of: SettingsFile): readonly Placed[] {
  const items = at.value.kind === 'list' ? at.value.items : [at];
  if (items.length === 0) wrong(at, what, 'a list of versions, or of patterns such as "A01_01.00[1-4]"', of);
  return items.map((item) => readText(item, what, of)).filter((text) => text !== undefined);
}

/** Yes or no; no where nothing is said. */
export function readFlag(field: LocatedField | undefined, name: string, of: SettingsFile): boolean {
  if (field === undefined) return false;
  const { value } = field.value;
  if (value.kind === 'flag') return value.flag;
  wrong(field.value, name, 'true or false', of);
  return false;
}

/** Bytes that a package may have. */
export function readBudgets(field: LocatedField | undefined, of: SettingsFile): number | undefined {
  if (field === undefined) return undefined;
  const [[, value] = []] = fieldsOf(field.value, 'budgets', ['package'], of);
  if (value === undefined) return undefined;
  const text = value.value.value.kind === 'flag' ? undefined : textOf(value.value);
  const bytes = text === undefined ? undefined : parseSize(text);
  // A bare number is bytes elsewhere; of a budget nobody means 60 bytes.
  if (bytes !== undefined && text !== undefined && /[a-z]$/i.test(text)) return bytes;
  const place = placeOf(of.file, value.value);
  of.faults.push(
    bytes === undefined
      ? {
          code: 'configuration-value',
          place,
          message: 'the budget is not valid',
          found: text,
          expected: 'a size such as 60MB',
        }
      : {
          code: 'fleet-budget-unit',
          place,
          message: 'the budget has no unit',
          found: text,
          expected: 'a size with its unit, such as 60MB, 512K or 4096B',
        },
  );
  return undefined;
}

const policyKeys = ['downgrade', 'back', 'beyond', 'chains'];

/** What may be done about distance, with what holds where nothing is said. */
export function readPolicy(field: LocatedField | undefined, of: SettingsFile): FleetPolicy {
  const said = new Map(field === undefined ? [] : fieldsOf(field.value, 'the policy', policyKeys, of));
  const choice = <const Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word => {
    const at = said.get(name)?.value;
    const found = at === undefined ? words[0] : words.find((word) => word === textOf(at));
    if (found === undefined && at !== undefined) wrong(at, name, words.join(', '), of);
    return found ?? words[0];
  };
  const back = said.get('back')?.value;
  let versions: number | undefined;
  if (back !== undefined) {
    versions = back.value.kind === 'number' ? back.value.number : Number.NaN;
    if (!Number.isSafeInteger(versions) || versions < 1) wrong(back, 'back', 'a number of versions from 1', of);
  }
  const chains = said.get('chains')?.value;
  const pairs: { from: Placed; over: Placed }[] = [];
  if (chains?.value.kind === 'map') {
    for (const [from, { key, value }] of chains.value.fields) {
      const over = readText(value, 'a chain', of);
      if (over !== undefined) pairs.push({ from: { text: from, place: placeOf(of.file, key) }, over });
    }
  } else if (chains !== undefined) wrong(chains, 'chains', 'lines of the form "version: version on the way"', of);
  return {
    downgrade: choice('downgrade', ['forbidden', 'allowed']),
    back: versions,
    beyond: choice('beyond', ['none', 'chain', 'whole']),
    chains: pairs,
  };
}
