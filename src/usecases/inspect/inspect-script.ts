/** What a parsed updater-script does to the device, told from its calls alone: nothing is run. */
import { childrenOf, type Expression } from '../../device/edify/syntax.js';
import type { ScriptPhase } from '../../model/inspection.js';
import { compareBytes } from '../../model/path.js';

/** Where the bytes of a target come from. */
export type ScriptSource =
  | { readonly kind: 'patch'; readonly from: string; readonly sourceSha1: string; readonly targetSize: number }
  | { readonly kind: 'whole' };

/** Something that the script writes. */
export interface ScriptTarget {
  /** A path, or `MTD:boot`. */
  readonly name: string;
  readonly kind: 'file' | 'partition';
  readonly entry: string;
  /** As the script states it; a file that travels whole may have none. */
  readonly targetSha1: string | undefined;
  readonly source: ScriptSource;
}

/** The script's effects. */
export interface ScriptEffects {
  readonly targets: readonly ScriptTarget[];
  readonly removed: readonly string[];
  readonly links: readonly { readonly path: string; readonly destination: string }[];
  readonly directories: readonly string[];
  /** Entries that are applied as patches from one content to another. */
  readonly changing: ReadonlySet<string>;
  /** Entries that are applied as patches from a content to itself. */
  readonly identities: ReadonlySet<string>;
  /** Entries that are unpacked just to make a directory. */
  readonly placeholders: ReadonlySet<string>;
  readonly statements: number;
  readonly phases: readonly ScriptPhase[];
}

type Call = Extract<Expression, { readonly kind: 'call' }>;

/** The value of a literal, or of literals joined with `+`; `undefined` for what only the device can tell. */
function constant(expression: Expression | undefined): string | undefined {
  if (expression?.kind === 'literal') return expression.value;
  if (expression?.kind !== 'chain' || expression.operator !== '+') return undefined;
  const pieces = expression.items.map((item) => (item.kind === 'literal' ? item.value : undefined));
  return pieces.every((piece) => piece !== undefined) ? pieces.join('') : undefined;
}

function constants(expressions: readonly Expression[]): readonly string[] {
  return expressions.map(constant).filter((value) => value !== undefined);
}

/** The entry whose bytes `package_extract_file("entry")` stands for. */
function entryOf(expression: Expression | undefined): string | undefined {
  if (expression?.kind !== 'call' || expression.name !== 'package_extract_file') return undefined;
  return expression.args.length === 1 ? constant(expression.args[0]) : undefined;
}

/** Every call below an expression, in the order of the text. Keeps its own stack: a script may nest deeply. */
function* callsIn(root: Expression): Generator<Call, void> {
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === 'call') yield next;
    // One by one: a call cannot take as many arguments as a script may have statements.
    for (const child of childrenOf(next).toReversed()) waiting.push(child);
  }
}

/** `MTD:boot:<size>:<sha1>…` is the partition `MTD:boot`; anything else is a path. */
function placeOf(name: string): Pick<ScriptTarget, 'name' | 'kind'> {
  const match = /^((?:MTD|EMMC):[^:]+)(?::|$)/.exec(name);
  if (match?.[1] !== undefined) return { kind: 'partition', name: match[1] };
  return name.startsWith('/dev/') ? { kind: 'partition', name: `EMMC:${name}` } : { kind: 'file', name };
}

/** Whether a file is gone after the next start: the recovery's own memory, and what it keeps between two runs. */
function isTemporary(path: string): boolean {
  return path.startsWith('/cache/') || path.startsWith('/tmp/');
}

/** What follows from the calls, in their order, as if every one of them were made and succeeded. */
function follow(calls: Iterable<Call>, entryNames: readonly string[]): Omit<ScriptEffects, 'statements' | 'phases'> {
  /** By name; what is written again moves to the end. */
  const targets = new Map<string, ScriptTarget>();
  const removed = new Set<string>();
  const links = new Map<string, string>();
  const directories = new Set<string>();
  const changing = new Set<string>();
  const identities = new Set<string>();
  const placeholders = new Set<string>();
  /** Digests that the script confirms after it wrote a path. */
  const confirmed = new Map<string, string>();
  /** For an unpacked file, the directory that the call was for. */
  const unpackedInto = new Map<string, string>();

  const write = (target: ScriptTarget): void => {
    targets.delete(target.name);
    targets.set(target.name, target);
    removed.delete(target.name);
    links.delete(target.name);
  };

  const applyPatch = ([from, to, digestOf, size, ...patches]: readonly Expression[]): void => {
    const [source, second, targetSha1, bytes] = [from, to, digestOf, size].map(constant);
    if (source === undefined || second === undefined || targetSha1 === undefined) return;
    const origin = placeOf(source).name;
    const place = placeOf(second === '-' ? source : second);
    const targetSize = /^\d{1,15}$/.test(bytes ?? '') ? Number(bytes) : 0;
    const pairs: { readonly sourceSha1: string; readonly entry: string }[] = [];
    for (let at = 0; at + 1 < patches.length; at += 2) {
      const sourceSha1 = constant(patches[at]);
      const entry = entryOf(patches[at + 1]);
      if (sourceSha1 === undefined || entry === undefined) continue;
      pairs.push({ sourceSha1, entry });
      (sourceSha1 === targetSha1 ? identities : changing).add(entry);
    }
    const staged = targets.get(origin);
    if (staged?.targetSha1 === targetSha1 && isTemporary(origin)) {
      // What was made in a staging file goes from there to its place: the place is what counts.
      targets.delete(origin);
      write({ ...staged, ...place });
      return;
    }
    // Of several sources the first that needs a change; an identity patch alone is a copy, or puts a path back as it was.
    const { sourceSha1, entry } = pairs.find((pair) => pair.sourceSha1 !== targetSha1) ?? pairs[0] ?? {};
    if (sourceSha1 === undefined || entry === undefined) return;
    if (sourceSha1 === targetSha1 && origin === place.name) return;
    write({ ...place, entry, targetSha1, source: { kind: 'patch', from: origin, sourceSha1, targetSize } });
  };

  const check = ([name, digest, ...others]: readonly string[]): void => {
    if (name === undefined || digest === undefined || others.length > 0) return;
    const place = placeOf(name);
    if (targets.has(place.name)) confirmed.set(place.name, digest);
  };

  const extractDirectory = ([from, to]: readonly string[]): void => {
    if (from === undefined || to === undefined) return;
    const prefix = from === '' || from.endsWith('/') ? from : `${from}/`;
    for (const entry of entryNames) {
      if (!entry.startsWith(prefix) || entry.endsWith('/')) continue;
      const name = `${to.endsWith('/') ? to.slice(0, -1) : to}/${entry.slice(prefix.length)}`;
      unpackedInto.set(name, to);
      write({ name, kind: 'file', entry, targetSha1: undefined, source: { kind: 'whole' } });
    }
  };

  const extractFile = ([entry, to]: readonly string[]): void => {
    if (entry === undefined || to === undefined) return;
    write({ ...placeOf(to), entry, targetSha1: undefined, source: { kind: 'whole' } });
  };

  const writeImage = ([image, partition]: readonly Expression[]): void => {
    const [entry, name] = [entryOf(image), constant(partition)];
    if (entry === undefined || name === undefined) return;
    write({ kind: 'partition', name: `MTD:${name}`, entry, targetSha1: undefined, source: { kind: 'whole' } });
  };

  const remove = (path: string): void => {
    const made = targets.get(path);
    if (made === undefined) {
      if (!isTemporary(path)) removed.add(path);
      return;
    }
    targets.delete(path);
    const directory = unpackedInto.get(path);
    if (directory === undefined || made.source.kind === 'patch') return;
    placeholders.add(made.entry);
    directories.add(directory);
  };

  const link = ([destination, ...paths]: readonly string[]): void => {
    if (destination === undefined) return;
    for (const path of paths) {
      links.set(path, destination);
      removed.delete(path);
      targets.delete(path);
    }
  };

  for (const { name, args } of calls) {
    if (name === 'apply_patch') applyPatch(args);
    else if (name === 'apply_patch_check') check(constants(args));
    else if (name === 'package_extract_dir') extractDirectory(constants(args));
    else if (name === 'package_extract_file' && args.length === 2) extractFile(constants(args));
    else if (name === 'write_raw_image') writeImage(args);
    else if (name === 'delete') for (const path of constants(args)) remove(path);
    else if (name === 'delete_recursive') for (const path of constants(args)) removed.add(`${path}/`);
    else if (name === 'symlink') link(constants(args));
  }
  return {
    targets: [...targets.values()].map((target) => ({
      ...target,
      targetSha1: target.targetSha1 ?? confirmed.get(target.name),
    })),
    removed: [...removed].sort(compareBytes),
    links: [...links]
      .map(([path, destination]) => ({ path, destination }))
      .sort((a, b) => compareBytes(a.path, b.path)),
    directories: [...directories].sort(compareBytes),
    changing,
    identities,
    placeholders,
  };
}

function titleOf(statement: Expression): string | undefined {
  return statement.kind === 'call' && statement.name === 'ui_print' ? constants(statement.args).join('') : undefined;
}

function phasesOf(statements: readonly Expression[]): readonly ScriptPhase[] {
  const phases: { title: string; line: number; statements: number; calls: Map<string, number> }[] = [];
  for (const statement of statements) {
    const title = titleOf(statement);
    if (title !== undefined || phases.length === 0) {
      phases.push({ title: title ?? '', line: statement.span.line, statements: 0, calls: new Map() });
    }
    const phase = phases.at(-1);
    if (phase === undefined) continue;
    phase.statements += 1;
    for (const { name } of callsIn(statement)) phase.calls.set(name, (phase.calls.get(name) ?? 0) + 1);
  }
  return phases.map(({ calls, ...phase }) => ({
    ...phase,
    calls: [...calls]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || compareBytes(a.name, b.name)),
  }));
}

/** What a script does to the device. `entryNames` are the package's, for what is unpacked by folder. */
export function scriptEffects(root: Expression, entryNames: readonly string[]): ScriptEffects {
  const statements = root.kind === 'chain' && root.operator === ';' ? root.items : [root];
  return {
    ...follow(callsIn(root), entryNames),
    statements: statements.length,
    phases: phasesOf(statements),
  };
}
