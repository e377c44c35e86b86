import { type Located, parseYaml, showLocated, type YamlProblem } from '../../formats/text/located-yaml.js';
import type { SecurityRule } from '../../model/audit.js';
import { type Fault, InputError } from '../../model/errors.js';
import { largestPolicyBytes } from '../../model/limits.js';
import type { Part } from '../../model/parts.js';
import { type CompileGlob, pathPattern } from './pattern.js';
import {
  type AuditPolicy,
  type Budget,
  type PathPattern,
  securityRules,
  type Waiver,
  waivableRules,
} from './policy.js';

const parts: readonly Part[] = ['l', 'm', 'o', 'minor'];

/**
 * Reads a policy file (docs/schemas/policy.schema.json says what it may hold). Throws an InputError with every fault,
 * each at its line and column.
 */
export function parsePolicy(text: string, file: string, compile: CompileGlob): AuditPolicy {
  if (text.length > largestPolicyBytes) {
    throw new InputError({
      code: 'policy-too-large',
      place: { file },
      message: 'the policy is too large',
      expected: `at most ${largestPolicyBytes} bytes`,
    });
  }
  const { root, problems } = parseYaml(text);
  if (problems.length > 0) throw new InputError(problems.map((problem) => syntaxFault(problem, file)));
  const faults: Fault[] = [];
  const policy = root === undefined ? undefined : readRoot(root, readerOf(file, faults, compile));
  if (root === undefined)
    faults.push({
      code: 'policy-empty',
      place: { file },
      message: 'the policy is empty',
      expected: '`schema: 1` and the rules',
    });
  if (faults.length > 0 || policy === undefined) throw new InputError(faults);
  return policy;
}

function syntaxFault({ line, column, message }: YamlProblem, file: string): Fault {
  return { code: 'policy-syntax', place: { file, line, column }, message: `the policy is not YAML: ${message}` };
}

type Fields = ReadonlyMap<string, { readonly key: Located; readonly value: Located }>;

/** Collects faults while it reads, so that all are shown at once. */
function readerOf(file: string, faults: Fault[], compile: CompileGlob) {
  const fault = (at: Located, message: string, expected: string): void => {
    const place = { file, line: at.line, column: at.column };
    faults.push({ code: 'policy-value', place, message, found: showLocated(at), expected });
  };
  const list = (at: Located, what: string): readonly Located[] => {
    if (at.value.kind === 'list') return at.value.items;
    fault(at, `${what} is not a list`, 'lines that begin with "- "');
    return [];
  };
  const text = (at: Located, what: string): string | undefined => {
    if (at.value.kind === 'text' && at.value.text.trim() !== '') return at.value.text;
    fault(at, `${what} is not a text`, 'a text');
    return undefined;
  };
  const pattern = (at: Located, what: string): PathPattern | undefined => {
    const written = text(at, what);
    if (written === undefined) return undefined;
    if (/^\/|(^|\/)\.\.(\/|$)/.test(written)) {
      fault(
        at,
        `${what} is not a path of the build`,
        'a path like SYSTEM/bin/app, from the top folder of targetfiles.zip',
      );
      return undefined;
    }
    const made = pathPattern(written, at.line, compile);
    if (!('wrong' in made)) return made;
    fault(at, `${what} is not a pattern: ${made.wrong}`, 'a path, a folder, or a pattern of *, ?, [...], {a,b} and **');
    return undefined;
  };
  return {
    file,
    fault,
    list,
    text,
    pattern,
    patterns: (at: Located, what: string): readonly PathPattern[] =>
      list(at, what).flatMap((item) => pattern(item, what) ?? []),
    /** The fields of a map, none of which is unknown. */
    map(at: Located, what: string, known: readonly string[]): Fields {
      if (at.value.kind !== 'map') {
        fault(at, `${what} is not a mapping`, known.join(', '));
        return new Map();
      }
      for (const [name, { key }] of at.value.fields) {
        if (!known.includes(name)) fault(key, `${what} has no field of this name`, known.join(', '));
      }
      return at.value.fields;
    },
    oneOf<T extends string>(at: Located, what: string, words: readonly T[]): T | undefined {
      const written = at.value.kind === 'text' ? at.value.text : undefined;
      const word = words.find((each) => each === written);
      if (word === undefined) fault(at, `${what} is not a known word`, words.join(', '));
      return word;
    },
    /** `40 MB`, `512 KiB`, or a number of bytes. */
    size(at: Located, what: string): number | undefined {
      const { value } = at;
      const bytes = value.kind === 'number' ? value.number : value.kind === 'text' ? parseBytes(value.text) : undefined;
      if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
      fault(at, `${what} is not a size`, 'a number of bytes, or one with B, kB, MB, GB, KiB, MiB or GiB');
      return undefined;
    },
  };
}

type Reader = ReturnType<typeof readerOf>;

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kKMG]i?B|B)$/.exec(text.trim());
  const unit = units[match?.[2] ?? ''];
  return match?.[1] === undefined || unit === undefined ? undefined : Math.floor(Number(match[1]) * unit);
}

function readRoot(root: Located, read: Reader): AuditPolicy {
  const fields = read.map(root, 'the policy', [
    'schema',
    'version',
    'budgets',
    'paths',
    'set-id',
    'security',
    'waivers',
  ]);
  const schema = fields.get('schema');
  if (schema === undefined)
    read.fault(
      { ...root, value: { kind: 'other', shown: 'none' } },
      'the policy does not say which form it has',
      'schema: 1',
    );
  else if (schema.value.value.kind !== 'number' || schema.value.value.number !== 1)
    read.fault(schema.value, 'the policy has a form that is not known', '1');
  const version = fields.get('version');
  const rises = version !== undefined && read.oneOf(version.value, 'version', ['must-rise']) !== undefined;
  const paths = fields.get('paths');
  const pathFields = paths === undefined ? new Map() : read.map(paths.value, 'paths', ['forbidden', 'required']);
  const setId = fields.get('set-id');
  const allowed = setId === undefined ? undefined : read.map(setId.value, 'set-id', ['allowed']).get('allowed');
  return {
    file: read.file,
    versionMustRise: rises && version !== undefined ? version.key.line : undefined,
    budgets: readBudgets(fields, read),
    forbidden: patternsOf(pathFields, 'forbidden', read),
    required: patternsOf(pathFields, 'required', read),
    setIdAllowed:
      allowed === undefined
        ? undefined
        : { patterns: read.patterns(allowed.value, 'set-id: allowed'), line: allowed.key.line },
    fail: readFail(fields, read),
    waivers: readWaivers(fields, read),
  };
}

function patternsOf(fields: Fields, name: string, read: Reader): readonly PathPattern[] {
  const field = fields.get(name);
  return field === undefined ? [] : read.patterns(field.value, `paths: ${name}`);
}

function readBudgets(fields: Fields, read: Reader): readonly Budget[] {
  const field = fields.get('budgets');
  if (field === undefined) return [];
  const budgets: Budget[] = [];
  const add = (scope: Budget['scope'], at: Located, line: number): void => {
    const limit = read.size(at, 'a budget');
    if (limit !== undefined) budgets.push({ scope, limit, line });
  };
  const inner = read.map(field.value, 'budgets', ['package', 'parts', 'under']);
  const whole = inner.get('package');
  if (whole !== undefined) add({ kind: 'package' }, whole.value, whole.key.line);
  const byPart = inner.get('parts');
  if (byPart !== undefined) {
    for (const [name, { key, value }] of read.map(byPart.value, 'budgets: parts', parts)) {
      const part = parts.find((each) => each === name);
      if (part !== undefined) add({ kind: 'part', part }, value, key.line);
    }
  }
  const under = inner.get('under');
  for (const item of under === undefined ? [] : read.list(under.value, 'budgets: under')) {
    const entry = read.map(item, 'a budget of a folder', ['path', 'package']);
    const path = entry.get('path');
    const size = entry.get('package');
    if (path === undefined || size === undefined) {
      read.fault(item, 'a budget of a folder lacks its path or its size', 'path and package');
      continue;
    }
    const pattern = read.pattern(path.value, 'path');
    if (pattern !== undefined) add({ kind: 'under', pattern }, size.value, path.key.line);
  }
  return budgets;
}

function readFail(fields: Fields, read: Reader): ReadonlyMap<SecurityRule, number> {
  const fail = new Map<SecurityRule, number>();
  const field = fields.get('security');
  const list = field === undefined ? undefined : read.map(field.value, 'security', ['fail']).get('fail');
  for (const item of list === undefined ? [] : read.list(list.value, 'security: fail')) {
    const rule = read.oneOf(item, 'a security rule', securityRules);
    if (rule !== undefined) fail.set(rule, item.line);
  }
  return fail;
}

function readWaivers(fields: Fields, read: Reader): readonly Waiver[] {
  const field = fields.get('waivers');
  const waivers: Waiver[] = [];
  for (const item of field === undefined ? [] : read.list(field.value, 'waivers')) {
    const entry = read.map(item, 'a waiver', ['rule', 'about', 'path', 'reason', 'until']);
    const [rule, about, path, reason, until] = ['rule', 'about', 'path', 'reason', 'until'].map(
      (name) => entry.get(name)?.value,
    );
    if (rule === undefined || reason === undefined) {
      read.fault(item, 'a waiver lacks its rule or its reason', 'rule and reason');
      continue;
    }
    const word = read.oneOf(rule, 'the rule of a waiver', waivableRules);
    const why = read.text(reason, 'the reason of a waiver');
    const which = about && read.text(about, 'about');
    const pattern = path && read.pattern(path, 'path');
    const day = until && readDay(until, read);
    if (word === undefined || why === undefined) continue;
    waivers.push({
      rule: word,
      about: which,
      pattern,
      reason: why,
      until: day,
      line: item.line,
    });
  }
  return waivers;
}

function readDay(at: Located, read: Reader): string | undefined {
  const text = at.value.kind === 'text' ? at.value.text : '';
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  read.fault(at, 'the last day of a waiver is not a date', 'a day like 2027-01-31');
  return undefined;
}
