/** The part of YAML that a policy uses, every node with its place. The only importer of `yaml` in the audit. */

import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Fault } from '../../model/errors.js';
import { deepestPolicyLevel } from '../../model/limits/audit.js';

/** A value of the file, and where it stands (1-based). */
export interface Located {
  readonly line: number;
  readonly column: number;
  readonly value:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'number'; readonly number: number }
    | { readonly kind: 'other'; readonly shown: string }
    | { readonly kind: 'list'; readonly items: readonly Located[] }
    | {
        readonly kind: 'map';
        readonly fields: ReadonlyMap<string, { readonly key: Located; readonly value: Located }>;
      };
}

/** Parses; syntax faults, aliases and doubled keys are told with their places. */
export function parseYaml(
  text: string,
  file: string,
): { readonly root: Located | undefined; readonly faults: readonly Fault[] } {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(text, { lineCounter: lines, uniqueKeys: true, schema: 'core' });
  const faults: Fault[] = document.errors.map((error) => {
    const at = error.linePos?.[0];
    return {
      code: 'policy-syntax',
      place: at === undefined ? { file } : { file, line: at.line, column: at.col },
      message: `the policy is not YAML: ${error.message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? ''}`,
    };
  });
  if (faults.length > 0 || document.contents === null) return { root: undefined, faults };
  return { root: locate(document.contents, lines, { line: 1, column: 1 }, 0), faults };
}

type Place = Pick<Located, 'line' | 'column'>;

function locate(node: unknown, lines: LineCounter, above: Place, depth: number): Located {
  const place = placeOf(node, lines) ?? above;
  if (depth > deepestPolicyLevel) return { ...place, value: { kind: 'other', shown: 'too deep' } };
  if (isScalar(node)) {
    const { value } = node;
    if (typeof value === 'string') return { ...place, value: { kind: 'text', text: value } };
    if (typeof value === 'number') return { ...place, value: { kind: 'number', number: value } };
    return { ...place, value: { kind: 'other', shown: value === null ? 'nothing' : String(value) } };
  }
  if (isSeq(node))
    return {
      ...place,
      value: { kind: 'list', items: node.items.map((item) => locate(item, lines, place, depth + 1)) },
    };
  if (isMap(node)) {
    const fields = new Map<string, { key: Located; value: Located }>();
    for (const pair of node.items) {
      const key = locate(pair.key, lines, place, depth + 1);
      const name =
        key.value.kind === 'text' ? key.value.text : key.value.kind === 'number' ? String(key.value.number) : '';
      fields.set(name, { key, value: locate(pair.value, lines, key, depth + 1) });
    }
    return { ...place, value: { kind: 'map', fields } };
  }
  return { ...place, value: { kind: 'other', shown: node === null ? 'nothing' : 'an alias' } };
}

function placeOf(node: unknown, lines: LineCounter): Place | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  if (typeof start !== 'number') return undefined;
  const { line, col } = lines.linePos(start);
  return { line, column: col };
}
