import type { InnerFact } from '../../../model/inner.js';
import { mostFieldsShown } from '../../../model/limits/audit.js';
import { fact } from '../fields.js';
import { showLine } from './lines.js';
import { isSecretName, maskLine, maskValue } from './mask.js';

/** Settings of a file: `key` or `[Section] key` to its values, several where a key is repeated. */
type Settings = ReadonlyMap<string, readonly string[]>;

/** Values of settings that differ, and how many more there are than are shown. */
export interface SettingsChange {
  readonly facts: readonly InnerFact[];
  readonly omitted: number;
}

/** Compares key=value files (properties, units, ini). `undefined` when either is not one, or when only comments differ. */
export function compareSettings(
  before: readonly string[],
  after: readonly string[],
  name: string,
): SettingsChange | undefined {
  const old = settingsOf(before);
  const now = settingsOf(after);
  if (old === undefined || now === undefined) return undefined;
  const facts: InnerFact[] = [];
  for (const [key, values] of now) {
    const was = old.get(key);
    if (was !== undefined && sameList(was, values)) continue;
    facts.push(fact(showLine(key), was && show(key, was, name), show(key, values, name)));
  }
  for (const [key, values] of old)
    if (!now.has(key)) facts.push(fact(showLine(key), show(key, values, name), undefined));
  if (facts.length === 0) return undefined;
  return { facts: facts.slice(0, mostFieldsShown), omitted: Math.max(0, facts.length - mostFieldsShown) };
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function show(key: string, values: readonly string[], name: string): string {
  const plain = key.replace(/^\[.*?\] /, '');
  if (isSecretName(plain)) return values.map(maskValue).join(' | ');
  return values.map((value) => showLine(maskLine(value, name))).join(' | ');
}

/** Parses when all lines are blank, comments, `[Section]` or `key=value` with a plain key. */
function settingsOf(lines: readonly string[]): Settings | undefined {
  const settings = new Map<string, string[]>();
  let section = '';
  let open: string[] | undefined;
  for (const raw of lines) {
    const line = raw.replace(/\r$/, '');
    // a line that ends in a backslash goes on in the next one (units)
    if (open !== undefined) {
      const last = open.length - 1;
      open[last] = `${(open[last] ?? '').slice(0, -1)}${line.trim()}`;
      if (!line.endsWith('\\')) open = undefined;
      continue;
    }
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const heading = /^\s*\[([^\]]*)\]\s*$/.exec(line);
    if (heading !== null) {
      section = `[${heading[1] ?? ''}] `;
      continue;
    }
    const setting = /^\s*([A-Za-z_][\w.@:/-]*)\s*=\s*(.*)$/.exec(line);
    if (setting === null) return undefined;
    const key = `${section}${setting[1] ?? ''}`;
    const values = settings.get(key) ?? [];
    values.push(setting[2] ?? '');
    settings.set(key, values);
    if (line.endsWith('\\')) open = values;
  }
  return settings.size === 0 ? undefined : settings;
}
