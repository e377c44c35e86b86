/** The part of YAML, and so of JSON, that people write settings in, every node with its place. The only importer of `yaml`. */

import { type Document, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml';
import { deepestYamlLevel, widestYamlIndentCharacters } from '../../model/limits/formats.js';

/** Where a value stands, 1-based. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** A value of the file, and where it stands. */
export interface Located extends YamlPlace {
  readonly value:
    | { readonly kind: 'text'; readonly text: string }
    /** `source`: as it is written, so that a version such as 1.10 stays one. */
    | { readonly kind: 'number'; readonly number: number; readonly source: string }
    | { readonly kind: 'flag'; readonly flag: boolean; readonly shown: string }
    | { readonly kind: 'other'; readonly shown: string }
    | { readonly kind: 'list'; readonly items: readonly Located[] }
    | { readonly kind: 'map'; readonly fields: ReadonlyMap<string, LocatedField> };
}

/** A key and what it stands for. */
export interface LocatedField {
  readonly key: Located;
  readonly value: Located;
}

/** What is wrong with the text. */
export interface YamlProblem {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
}

/** A text as read; `root` is missing where there are problems, and where the text holds nothing. */
export interface ParsedYaml {
  readonly root: Located | undefined;
  readonly problems: readonly YamlProblem[];
}

/** Parses; wrong syntax, doubled keys and what is nested too deeply are told with their places. Aliases are not followed. */
export function parseYaml(given: string): ParsedYaml {
  const text = given.replace(/^\uFEFF/, '');
  const deep = tooDeep(text);
  if (deep !== undefined) return { root: undefined, problems: [deep] };
  const lines = new LineCounter();
  // The parser looks for doubled keys by comparing each with each: done here, in one pass.
  const document: Document.Parsed = parseDocument(text, { lineCounter: lines, uniqueKeys: false, schema: 'core' });
  const problems = document.errors.map((error): YamlProblem => {
    const at = error.linePos?.[0];
    const [first = ''] = error.message.split('\n', 1);
    return { line: at?.line, column: at?.col, message: first.replace(/ at line \d+, column \d+:?$/, '') };
  });
  if (problems.length > 0 || document.contents === null) return { root: undefined, problems };
  const doubled: YamlProblem[] = [];
  const root = locate(document.contents, { lines, doubled }, { line: 1, column: 1 }, 0);
  return doubled.length > 0 ? { root: undefined, problems: doubled } : { root, problems };
}

/** The parser takes memory by the square of the depth, and calls itself for each level: what is too deep must not reach it. */
function tooDeep(text: string): YamlProblem | undefined {
  const message = 'it is nested too deeply';
  for (const [index, line] of text.split('\n').entries()) {
    const indent = /^(?:[ \t]|[-?:](?=[ \t]))*/.exec(line)?.[0].length ?? 0;
    if (indent > widestYamlIndentCharacters) return { line: index + 1, column: 1, message };
  }
  let depth = 0;
  let line = 1;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token.includes('\n')) line += token.split('\n').length - 1;
    if (depth > deepestYamlLevel) return { line, column: 1, message };
  }
  return undefined;
}

/** What is known of the document while its nodes are walked through. */
interface Walk {
  readonly lines: LineCounter;
  readonly doubled: YamlProblem[];
}

function locate(node: unknown, walk: Walk, above: YamlPlace, depth: number): Located {
  const place = placeOf(node, walk.lines) ?? above;
  if (depth > deepestYamlLevel) return { ...place, value: { kind: 'other', shown: 'too deep' } };
  if (isScalar(node)) {
    const { value, source = '' } = node;
    if (typeof value === 'string') return { ...place, value: { kind: 'text', text: value } };
    if (typeof value === 'number') return { ...place, value: { kind: 'number', number: value, source } };
    if (typeof value === 'boolean') return { ...place, value: { kind: 'flag', flag: value, shown: source } };
    return { ...place, value: { kind: 'other', shown: value === null ? 'nothing' : String(value) } };
  }
  if (isSeq(node))
    return {
      ...place,
      value: { kind: 'list', items: node.items.map((item) => locate(item, walk, place, depth + 1)) },
    };
  if (isMap(node)) {
    const fields = new Map<string, LocatedField>();
    for (const pair of node.items) {
      const key = locate(pair.key, walk, place, depth + 1);
      const name = textOf(key) ?? '';
      if (fields.has(name)) {
        walk.doubled.push({ line: key.line, column: key.column, message: 'Map keys must be unique' });
      }
      fields.set(name, { key, value: locate(pair.value, walk, key, depth + 1) });
    }
    return { ...place, value: { kind: 'map', fields } };
  }
  return { ...place, value: { kind: 'other', shown: node === null ? 'nothing' : 'an alias' } };
}

/** A single value as it is written; `undefined` for what is none. */
export function textOf({ value }: Located): string | undefined {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'number') return value.source;
  return value.kind === 'flag' ? value.shown : undefined;
}

/** What stands there, for messages. */
export function showLocated(at: Located): string {
  const { value } = at;
  if (value.kind === 'list') return 'a list';
  if (value.kind === 'map') return 'a mapping';
  return value.kind === 'other' ? value.shown : (textOf(at) ?? '');
}

function placeOf(node: unknown, lines: LineCounter): YamlPlace | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  if (typeof start !== 'number') return undefined;
  const { line, col } = lines.linePos(start);
  return { line, column: col };
}
