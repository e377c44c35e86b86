import type { Entry, Ownership } from '../model/build.js';
import { onDevice } from '../model/layout.js';
import type { ChmodRule } from '../model/list-rules.js';
import type { BuildPath } from '../model/path.js';
import type { PermissionStatement } from '../model/permission.js';
import { SortedPaths } from '../model/sorted-paths.js';
import { type PermissionFamily, reducePermissions, setOne } from './permissions-reduce.js';

/** Why a row of the chmod list does nothing. */
export type SkipReason =
  /** Its path is not on the device after the update, or nothing matches its pattern. */
  | 'not-there'
  /** It names a file by a path that is a directory or a link. */
  | 'not-a-file'
  /** It names a folder by a path that is none. */
  | 'not-a-folder'
  /** All that it names is kept as it is, or belongs to a part that is not updated. */
  | 'not-covered';

export interface SkippedRule {
  readonly rule: ChmodRule;
  readonly reason: SkipReason;
}

/**
 * Where the rows of the chmod list stand in the script: as statements of their own behind those for the tree, as the
 * original does it, so that a reader finds each row again; or merged, the tree's statements already saying what
 * the rows want, which takes fewer of them.
 */
export type ChmodPlacement = 'on-top' | 'merged';

export interface PermissionRequest {
  /** What the device holds after the update, with the owners and modes of the build, before the chmod list. */
  readonly entries: ReadonlyMap<BuildPath, Entry>;
  readonly rules: readonly ChmodRule[];
  /** Whether a path's owner and mode are this package's business: its part is chosen, and no list keeps it. */
  readonly covered: (path: BuildPath) => boolean;
  readonly family: PermissionFamily;
  readonly chmod?: ChmodPlacement | undefined;
}

export interface PermissionPlan {
  /** In device order. They name and touch only paths of `entries` that are covered. */
  readonly statements: readonly PermissionStatement[];
  /** In list order. */
  readonly skipped: readonly SkippedRule[];
}

type OwnedEntry = Exclude<Entry, { kind: 'link' }>;

/** A row that does something, and what it does it to. */
interface Applied {
  readonly rule: ChmodRule;
  readonly entries: readonly OwnedEntry[];
}

function depth(path: string): number {
  return path.split('/').length;
}

/** From the row that says least to the one that says most: folders from the top, patterns behind their folder, files. */
function bySpecificity(a: ChmodRule, b: ChmodRule): number {
  if ((a.form === 'exact') !== (b.form === 'exact')) return a.form === 'exact' ? 1 : -1;
  if (a.form === 'exact') return 0;
  return depth(a.path) - depth(b.path) || Number(a.form === 'pattern') - Number(b.form === 'pattern');
}

function isOwned(entry: Entry): entry is OwnedEntry {
  return entry.kind !== 'link';
}

/** Files and directories of SYSTEM, found by how their paths begin. */
interface OwnedTree {
  readonly entries: ReadonlyMap<BuildPath, Entry>;
  readonly paths: SortedPaths;
}

function ownedTree(entries: ReadonlyMap<BuildPath, Entry>): OwnedTree {
  const owned = [...entries.values()].filter(isOwned).map(({ path }) => path);
  return { entries, paths: new SortedPaths(owned.filter((path) => onDevice(path) !== undefined)) };
}

function entriesAt({ entries }: OwnedTree, paths: Iterable<BuildPath>): readonly OwnedEntry[] {
  const found: OwnedEntry[] = [];
  for (const path of paths) {
    const entry = entries.get(path);
    if (entry !== undefined && isOwned(entry)) found.push(entry);
  }
  return found;
}

function namedBy(rule: ChmodRule, tree: OwnedTree): readonly OwnedEntry[] | SkipReason {
  const entry = onDevice(rule.path) && tree.entries.get(rule.path);
  switch (rule.form) {
    case 'exact':
      if (entry === undefined) return 'not-there';
      return entry.kind === 'file' ? [entry] : 'not-a-file';
    case 'folder':
      if (entry === undefined) return 'not-there';
      return entry.kind === 'directory' ? entriesAt(tree, tree.paths.within(rule.path)) : 'not-a-folder';
    case 'pattern': {
      const matched = entriesAt(tree, tree.paths.matching(rule));
      return matched.length === 0 ? 'not-there' : matched;
    }
    default:
      return rule.form satisfies never;
  }
}

/** The rows in the order in which they are laid over the tree: the most specific last, otherwise as listed. */
function applicable(request: Pick<PermissionRequest, 'entries' | 'rules' | 'covered'>) {
  const tree = ownedTree(request.entries);
  const applied: Applied[] = [];
  const skipped: SkippedRule[] = [];
  for (const rule of request.rules) {
    const named = namedBy(rule, tree);
    if (typeof named === 'string') {
      skipped.push({ rule, reason: named });
      continue;
    }
    const entries = named.filter(({ path }) => request.covered(path));
    if (entries.length === 0) skipped.push({ rule, reason: 'not-covered' });
    else applied.push({ rule, entries });
  }
  return { applied: applied.toSorted((a, b) => bySpecificity(a.rule, b.rule)), skipped };
}

function ownershipBy(rule: ChmodRule, { kind, ownership }: OwnedEntry): Ownership {
  return { ...ownership, uid: rule.uid, gid: rule.gid, mode: kind === 'file' ? rule.fileMode : rule.folderMode };
}

function withOwnership<E extends OwnedEntry>(entry: E, ownership: Ownership): E {
  return { ...entry, ownership };
}

/**
 * The owner and mode of every file and directory of SYSTEM once the chmod list has been laid over them: what the
 * device ends as, and what a verification compares with. A row changes owner and mode and leaves label,
 * capabilities and the note of their origin alone.
 */
export function effectiveOwnership(
  entries: ReadonlyMap<BuildPath, Entry>,
  rules: readonly ChmodRule[],
  covered: (path: BuildPath) => boolean = () => true,
): ReadonlyMap<BuildPath, Ownership> {
  const result = new Map<BuildPath, Ownership>();
  for (const [path, entry] of entries) {
    if (isOwned(entry) && onDevice(path) !== undefined) result.set(path, entry.ownership);
  }
  for (const { rule, entries: named } of applicable({ entries, rules, covered }).applied) {
    for (const entry of named) result.set(entry.path, ownershipBy(rule, entry));
  }
  return result;
}

/**
 * A row as statements. A folder row is one recursive statement, unless something below it must not be touched or has
 * capabilities or a label of its own (which a change of owner would cost it): then it is the fewest that do the same.
 */
function statementsOf(
  { rule, entries }: Applied,
  request: PermissionRequest,
  uncovered: SortedPaths,
): readonly PermissionStatement[] {
  const changed = entries.map((entry) => withOwnership(entry, ownershipBy(rule, entry)));
  if (rule.form !== 'folder') return changed.map((entry) => setOne(entry, request.family));
  const untouchable = [...uncovered.within(rule.path)].flatMap((path) => request.entries.get(path) ?? []);
  const modes = { directoryMode: rule.folderMode, fileMode: rule.fileMode };
  return reducePermissions([...changed, ...untouchable], request.covered, request.family, modes);
}

/** All that the script says about owners and modes: the tree of the target, and the chmod list. */
export function planPermissions(request: PermissionRequest): PermissionPlan {
  const { entries, rules, covered, family } = request;
  const { applied, skipped } = applicable(request);
  if (request.chmod === 'merged') {
    const effective = effectiveOwnership(entries, rules, covered);
    const merged = [...entries.values()].map((entry) =>
      isOwned(entry) ? withOwnership(entry, effective.get(entry.path) ?? entry.ownership) : entry,
    );
    return { statements: reducePermissions(merged, covered, family), skipped };
  }
  const tree = reducePermissions(entries.values(), covered, family);
  const uncovered = new SortedPaths([...entries.keys()].filter((path) => !covered(path)));
  return { statements: [...tree, ...applied.flatMap((one) => statementsOf(one, request, uncovered))], skipped };
}
