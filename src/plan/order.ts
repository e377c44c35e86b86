/**
 * The one place that knows in which order the device does things.
 *
 * 1. Unlink what would be written or deleted *through*: links of the source that make way, and, for a package that
 *    starts again after a power cut, links of the target that replaced a directory.
 * 2. Delete what makes way or is sent whole, unless a patch reads it.
 * 3. Make the directories that no extraction makes.
 * 4. Patches that make a new path, grouped by their base; a base that goes away is deleted when its last reader is
 *    done, one that is needed later is copied to /cache and read there, because a device without space unlinks it.
 * 5. Patches over files of the source: every reader of such a file came before, in step 4. Then patches from files that
 *    are up to date by now, each after its base.
 * 6. Partitions. 7. Directories that held bases. 8. Extraction. 9. Links, permissions. 10. build.prop, the commit mark.
 *
 * Why nothing is lost on the way, step by step: docs/decisions/0002-device-order.md.
 */
import type { DeviceOrder, EntryNames, FileCheck, LinkGroup } from '../model/device-order.js';
import type { ExtractFile, MakeLink, PatchFile, SettledOperation } from '../model/operation.js';
import { type BuildPath, compareBytes, parentOf } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';
import { commitMark, entryNames, isExtractedByName } from './entry-names.js';
import { patchSteps } from './patch-steps.js';

type Kind = SettledOperation['kind'];
type Of<K extends Kind> = Extract<SettledOperation, { readonly kind: K }>;

/** Derives the device order from a settled plan. */
export function deviceOrder(plan: SettledPlan): DeviceOrder {
  const all = [...plan.decisions.values()].flatMap(({ operations }) => operations);
  const of = <K extends Kind>(kind: K): readonly Of<K>[] =>
    all.filter((op): op is Of<K> => op.kind === kind).sort((a, b) => compareBytes(a.path, b.path));
  const names = entryNames(plan);
  const patches = of('patch-file');
  const wholeMark = of('extract-file').find(({ path }) => path === commitMark);
  const extracts = of('extract-file').filter((op) => op !== wholeMark);
  const fromSource = patches.filter(({ base }) => base.kind !== 'updated');
  const foreignBases = new Set(fromSource.filter(({ path, base }) => base.path !== path).map(({ base }) => base.path));
  const directories = of('delete-directory').map(({ path }) => path);
  const aboveBases = withParents(foreignBases);
  const holdsBase = (directory: BuildPath): boolean => aboveBases.has(directory);
  const becomesLink = new Set(of('make-link').map(({ path }) => path));
  const sourceIsDirectory = (path: BuildPath): boolean => plan.decisions.get(path)?.source?.kind === 'directory';
  const early = (path: BuildPath): boolean => !foreignBases.has(path) && !sourceIsDirectory(path);
  const goneFiles = of('delete-file').map(({ path }) => path);
  const steps = patchSteps(plan, patches, new Set(goneFiles), new Set(directories));
  return {
    names,
    patched: patches,
    checks: patches.flatMap((op) => checkOf(op, plan) ?? []),
    unlinkFirst: [
      ...of('delete-link').map(({ path }) => path),
      ...directories.filter((path) => becomesLink.has(path)),
    ].sort(compareBytes),
    deleteTreesFirst: directories.filter((path) => !holdsBase(path)),
    deleteFirst: [
      ...new Set([
        ...extracts.map(({ path }) => path).filter(early),
        ...goneFiles.filter(early),
        ...largeFilesOf(directories.filter(holdsBase), plan).filter(early),
      ]),
    ],
    makeDirectories: directoriesToMake(plan, extracts, patches, names),
    stages:
      (plan.bootUpdate === 'resumable' && of('patch-partition').length > 0) ||
      steps.some((step) => step.kind === 'patch' && step.staged),
    patches: steps,
    partitions: [...of('patch-partition'), ...of('write-partition')].sort((a, b) => compareBytes(a.path, b.path)),
    deleteTreesLate: directories.filter(holdsBase),
    extractTogether: extracts.filter((op) => isExtractedByName(op, names)),
    extractSingly: extracts.filter((op) => !isExtractedByName(op, names)),
    links: groupLinks(of('make-link')),
    last: wholeMark ?? patches.find(({ path }) => path === commitMark),
  };
}

/** What is checked of a patched file: nothing where it is new and made from an updated file, whose own check is enough. */
function checkOf({ path, target, base }: PatchFile, { decisions }: SettledPlan): FileCheck | undefined {
  if (base.kind !== 'updated') return { path, target, base };
  const source = decisions.get(path)?.source;
  return source?.kind === 'file' ? { path, target, base: { path, content: source.content } } : undefined;
}

/** A file of so many bytes does not wait for the end of its directory. */
const worthDeletingFirst = 16 * 1024;

/** Large files of these directories, which go away only after the patches: those that are no base would take space until then. */
function largeFilesOf(directories: readonly BuildPath[], { decisions }: SettledPlan): readonly BuildPath[] {
  const within = new Set(directories);
  const found: BuildPath[] = [];
  // In byte order a directory comes before what it holds.
  for (const { path, source } of decisions.values()) {
    const above = parentOf(path);
    if (above === undefined || !within.has(above)) continue;
    if (source?.kind === 'directory') within.add(path);
    else if (source?.kind === 'file' && source.content.size >= worthDeletingFirst) found.push(path);
  }
  return found;
}

/** The paths and every directory above them. */
function withParents(paths: Iterable<BuildPath>): ReadonlySet<BuildPath> {
  const all = new Set<BuildPath>();
  for (const path of paths)
    for (let at: BuildPath | undefined = path; at !== undefined && !all.has(at); at = parentOf(at)) all.add(at);
  return all;
}

function groupLinks(links: readonly MakeLink[]): readonly LinkGroup[] {
  const groups = new Map<string, BuildPath[]>();
  for (const { path, destination } of links) {
    const group = groups.get(destination);
    if (group === undefined) groups.set(destination, [path]);
    else group.push(path);
  }
  return [...groups]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([destination, paths]) => ({ destination, links: paths.sort(compareBytes) }));
}

function parentsOf(ops: readonly { readonly path: BuildPath }[]): readonly BuildPath[] {
  return ops.flatMap(({ path }) => parentOf(path) ?? []);
}

/** New directories that must be there before a patch writes into them, or that nothing else would make. Parents are implied. */
function directoriesToMake(
  plan: SettledPlan,
  extracts: readonly ExtractFile[],
  patches: readonly PatchFile[],
  names: EntryNames,
): readonly BuildPath[] {
  const fresh: BuildPath[] = [];
  for (const { operations } of plan.decisions.values())
    for (const op of operations) if (op.kind === 'make-directory') fresh.push(op.path);
  const madeByExtraction = withParents(parentsOf(extracts.filter((op) => isExtractedByName(op, names))));
  const neededEarly = new Set(patches.map(({ path }) => parentOf(path)));
  const wanted = fresh.filter((path) => neededEarly.has(path) || !madeByExtraction.has(path)).sort(compareBytes);
  const implied = withParents(parentsOf(wanted.map((path) => ({ path }))));
  return wanted.filter((path) => !implied.has(path));
}
