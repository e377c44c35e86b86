import type { Entry, Ownership } from '../model/build.js';
import { onDevice } from '../model/layout.js';
import { type BuildPath, compareBytes, parentOf } from '../model/path.js';
import type { PermissionStatement } from '../model/permission.js';

/** The functions that the script sets permissions with: `set_perm*` knows neither labels nor capabilities. */
export type PermissionFamily = 'set_perm' | 'set_metadata';

/** A file or directory with the owner and mode that it shall have. */
interface Owned {
  readonly path: BuildPath;
  readonly kind: 'file' | 'directory';
  readonly ownership: Ownership;
}

/** What a recursive statement says: it gives directories one mode and files another. */
interface Best {
  readonly uid: number;
  readonly gid: number;
  readonly directoryMode: number;
  readonly fileMode: number;
  readonly selabel: string | undefined;
  readonly capabilities: bigint;
}

/** How often each distinct (kind, ownership) occurs in a directory's tree, itself included. */
type Census = Map<string, { readonly sample: Owned; count: number }>;

/** Modes for a recursive statement over a tree without a directory or without a file of the chosen owner. */
export interface DefaultModes {
  readonly directoryMode: number;
  readonly fileMode: number;
}

const usualModes: DefaultModes = { directoryMode: 0o755, fileMode: 0o644 };

/** Capabilities of a directory mean nothing: the device sets them on files alone. */
function capabilitiesOf({ kind, ownership }: Owned): bigint {
  return kind === 'file' ? (ownership.capabilities ?? 0n) : 0n;
}

function censusKey(owned: Owned, family: PermissionFamily): string {
  const { uid, gid, mode, selabel } = owned.ownership;
  const base = `${owned.kind} ${uid} ${gid} ${mode}`;
  return family === 'set_perm' ? base : `${base} ${capabilitiesOf(owned)} ${selabel ?? ''}`;
}

/** Adds the smaller census to the larger one and returns that. */
function merge(a: Census, b: Census): Census {
  const [into, from] = a.size >= b.size ? [a, b] : [b, a];
  for (const [key, { sample, count }] of from) {
    const known = into.get(key);
    if (known === undefined) into.set(key, { sample, count });
    else known.count += count;
  }
  return into;
}

/** The most frequent value; on a tie the one that `prefer` puts first. */
function mostFrequent<T>(counts: ReadonlyMap<T, number>, prefer: (a: T, b: T) => number): T | undefined {
  let best: { readonly value: T; readonly count: number } | undefined;
  for (const [value, count] of counts) {
    if (best === undefined || count > best.count || (count === best.count && prefer(value, best.value) < 0)) {
      best = { value, count };
    }
  }
  return best?.value;
}

function count<T>(census: Iterable<{ readonly value: T | undefined; readonly count: number }>): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const one of census) {
    if (one.value !== undefined) counts.set(one.value, (counts.get(one.value) ?? 0) + one.count);
  }
  return counts;
}

/** The usual mode first, then the one that allows less. */
function preferMode(usual: number) {
  return (a: number, b: number): number => (a === usual ? -1 : b === usual ? 1 : a - b);
}

/**
 * The statement that suits most of a tree: the most frequent owner (on a tie the numerically largest), then among what
 * he owns the most frequent directory mode, file mode, label and capabilities.
 */
function bestOf(census: Census, defaults: DefaultModes): Best {
  const all = [...census.values()].map(({ sample, count }) => ({ ...sample, count }));
  const owners = new Map<string, { uid: number; gid: number; count: number }>();
  for (const { ownership, count } of all) {
    const { uid, gid } = ownership;
    const owner = owners.get(`${uid}:${gid}`);
    if (owner === undefined) owners.set(`${uid}:${gid}`, { uid, gid, count });
    else owner.count += count;
  }
  const [owner] = [...owners.values()].sort((a, b) => b.count - a.count || b.uid - a.uid || b.gid - a.gid);
  const { uid, gid } = owner ?? { uid: 0, gid: 0 };
  const his = all.filter(({ ownership }) => ownership.uid === uid && ownership.gid === gid);
  const modes = (kind: Owned['kind']) =>
    count(his.filter((one) => one.kind === kind).map((one) => ({ value: one.ownership.mode, count: one.count })));
  const labels = count(his.map((one) => ({ value: one.ownership.selabel, count: one.count })));
  const files = his.filter((one) => one.kind === 'file');
  const masks = count(files.map((one) => ({ value: capabilitiesOf(one), count: one.count })));
  const { directoryMode, fileMode } = defaults;
  return {
    uid,
    gid,
    directoryMode: mostFrequent(modes('directory'), preferMode(directoryMode)) ?? directoryMode,
    fileMode: mostFrequent(modes('file'), preferMode(fileMode)) ?? fileMode,
    selabel: mostFrequent(labels, compareBytes),
    capabilities: mostFrequent(masks, (a, b) => (a < b ? -1 : 1)) ?? 0n,
  };
}

function sameBest(a: Best | undefined, b: Best, family: PermissionFamily): boolean {
  if (a === undefined || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (a.directoryMode !== b.directoryMode || a.fileMode !== b.fileMode) return false;
  return family === 'set_perm' || (a.selabel === b.selabel && a.capabilities === b.capabilities);
}

/** Whether what is in force already gives a path what it shall have. A path without a label takes any. */
function satisfied(owned: Owned, inForce: Best | undefined, family: PermissionFamily): boolean {
  if (inForce === undefined) return false;
  const { uid, gid, mode, selabel } = owned.ownership;
  if (uid !== inForce.uid || gid !== inForce.gid) return false;
  if (mode !== (owned.kind === 'file' ? inForce.fileMode : inForce.directoryMode)) return false;
  if (family === 'set_perm') return true;
  if (selabel !== undefined && selabel !== inForce.selabel) return false;
  return owned.kind === 'directory' || capabilitiesOf(owned) === inForce.capabilities;
}

function withMetadata(family: PermissionFamily, capabilities: bigint, selabel: string | undefined) {
  if (family === 'set_perm') return {};
  return { capabilities, selabel };
}

function setRecursive(path: BuildPath, best: Best, family: PermissionFamily): PermissionStatement {
  const { uid, gid, directoryMode, fileMode, capabilities, selabel } = best;
  const metadata = withMetadata(family, capabilities, selabel);
  return { kind: 'set-recursive', path, uid, gid, directoryMode, fileMode, ...metadata };
}

/** The statement that gives one path its owner, mode and, if the functions can say it, label and capabilities. */
export function setOne(entry: Exclude<Entry, { kind: 'link' }>, family: PermissionFamily): PermissionStatement {
  const { uid, gid, mode, selabel } = entry.ownership;
  return { kind: 'set', path: entry.path, uid, gid, mode, ...withMetadata(family, capabilitiesOf(entry), selabel) };
}

/** Directories that hold, at any depth, something that no statement may touch. */
function directoriesAbove(paths: readonly BuildPath[]): ReadonlySet<BuildPath> {
  const above = new Set<BuildPath>();
  for (const path of paths) {
    for (let up = parentOf(path); up !== undefined && !above.has(up); up = parentOf(up)) above.add(up);
  }
  return above;
}

/**
 * The statements that give the files and directories of SYSTEM their owners and modes, whatever they had before.
 *
 * 1. Bottom-up, each directory gets the census of its tree, and from that its best recursive statement.
 * 2. Top-down, a directory whose best statement differs from what is in force gets that statement, which is then in
 *    force below it.
 * 3. What still differs from what is in force gets a statement of its own.
 *
 * Paths for which `covered` is false are not touched: no statement names them, and no recursive statement is made for
 * a directory above them, so its tree is set piece by piece. That is dearer than to run over them and put them right
 * afterwards, but of a kept path nobody knows what it is on the device, nor whether it is there, and a statement
 * that names a missing path aborts the update.
 *
 * Links are left out: the device skips them. Order: by bytes, so a directory comes before what it holds. The cost is
 * linear in the entries, times the few distinct owners and modes.
 */
export function reducePermissions(
  entries: Iterable<Entry>,
  covered: (path: BuildPath) => boolean,
  family: PermissionFamily,
  defaults: DefaultModes = usualModes,
): readonly PermissionStatement[] {
  const all = [...entries]
    .filter((entry) => entry.kind !== 'link' && onDevice(entry.path) !== undefined)
    .sort((a, b) => compareBytes(a.path, b.path));
  const ours = all.filter((entry) => entry.kind !== 'link').filter((entry) => covered(entry.path));
  const mixed = directoriesAbove(all.filter((entry) => !covered(entry.path)).map((entry) => entry.path));

  const censuses = new Map<BuildPath, Census>();
  const bests = new Map<BuildPath, Best>();
  for (const owned of ours.toReversed()) {
    const own: Census = new Map([[censusKey(owned, family), { sample: owned, count: 1 }]]);
    const below = censuses.get(owned.path);
    const tree = below === undefined ? own : merge(below, own);
    censuses.delete(owned.path);
    if (owned.kind === 'directory' && !mixed.has(owned.path)) bests.set(owned.path, bestOf(tree, defaults));
    const parent = parentOf(owned.path);
    if (parent === undefined) continue;
    const beside = censuses.get(parent);
    censuses.set(parent, beside === undefined ? tree : merge(beside, tree));
  }

  const statements: PermissionStatement[] = [];
  const inForce = new Map<BuildPath, Best>();
  for (const owned of ours) {
    const parent = parentOf(owned.path);
    let current = parent === undefined ? undefined : inForce.get(parent);
    const best = bests.get(owned.path);
    if (best !== undefined && !sameBest(current, best, family)) {
      statements.push(setRecursive(owned.path, best, family));
      current = best;
    }
    if (!satisfied(owned, current, family)) statements.push(setOne(owned, family));
    if (current !== undefined && owned.kind === 'directory') inForce.set(owned.path, current);
  }
  return statements;
}
