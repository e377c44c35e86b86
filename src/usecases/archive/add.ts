/** Adds builds to an archive of releases, so that any later update finds its source. */

import { readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeText } from '../../files/output.js';
import { syncFiles } from '../../files/sync.js';
import { describeBuild } from '../../input/describe-build.js';
import { readTree } from '../../input/read-tree.js';
import type { ArchiveAddition, ArchivedBuild } from '../../model/archive.js';
import type { ProjectVersion } from '../../model/build.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, compareBytes, displayName } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import type { Tree, TreeNode } from '../../model/tree.js';
import { digestOfNodes } from '../../model/tree-digest.js';
import { withArchiveFolder } from '../../store/archive/archive-folder.js';
import { type KeptBlob, keepBlob } from '../../store/archive/blobs.js';
import { type IndexedBuild, indexedBuild, indexName, printIndex } from '../../store/archive/index-file.js';
import { type Manifest, type ManifestEntry, printManifest } from '../../store/archive/manifest.js';
import { manifestFile, markerName, readManifests } from '../../store/archive/store.js';
import { holdOutputsApart } from '../hold-apart.js';

/** Which build is added to which archive: plain data. */
export interface ArchiveAddRequest {
  /** A targetfiles.zip, a folder of its layout, or raw images. */
  readonly build: string;
  /** The archive's folder. */
  readonly archive: string;
}

/**
 * Adds a build (a targetfiles.zip, a folder of its layout, raw images) to an archive, which is made when the folder is missing or empty.
 * Adding the same build again writes only what is missing or damaged of it. On failure nothing of it
 * stays, and no archive where there was none. Throws InputError: also when
 * the build has no version, or when another build of the same version is there, for a version must find one build.
 */
export async function archiveAdd(request: ArchiveAddRequest, ports: Ports = {}): Promise<ArchiveAddition> {
  const { build: input, archive } = request;
  const { onProgress = silent, signal } = ports;
  await holdOutputsApart({ whole: [['the build', input]] }, [{ role: 'the archive', path: archive, kind: 'store' }]);
  const tree = await readTree(input, { stage: 'read-source', onProgress, signal });
  try {
    const { projectVersion, findings } = await describeBuild(tree, 'build', undefined);
    if (projectVersion?.revision === undefined) throw noVersion(input);
    const { revision } = projectVersion;
    return await withArchiveFolder(archive, async (completed) => {
      const added = await addLocked(tree, { revision, projectVersion }, archive, ports);
      const { repairedFiles } = added;
      const repaired = completed ? [join(archive, markerName), ...repairedFiles] : repairedFiles;
      return { archive, origin: input, findings, ...added, repairedFiles: repaired };
    });
  } finally {
    await tree.close();
  }
}

interface Version {
  readonly revision: string;
  readonly projectVersion: ProjectVersion;
}

async function addLocked(
  tree: Tree,
  version: Version,
  archive: string,
  options: Ports,
): Promise<Omit<ArchiveAddition, 'archive' | 'origin' | 'findings'>> {
  const { manifests, errors } = await readManifests(archive);
  const [error] = errors;
  if (error !== undefined) throw error;
  const nodes = new Map([...tree.nodes].sort(([a], [b]) => compareBytes(a, b)));
  const contentDigest = digestOfNodes(nodes);
  const same = manifests.find(({ build }) => build.revision === version.revision);
  if (same !== undefined && same.contentDigest !== contentDigest) throw taken(tree.origin, same.build);

  const safe: Needed = new Set(manifests.flatMap(({ entries }) => entries.map(({ blob }) => blob)));
  const { entries, kept } = await keepContents(tree, nodes, archive, { ...options, safe });
  const written = kept.filter(({ outcome }) => outcome !== 'there');
  const build: ArchivedBuild = same?.build ?? { ...version, digest: tree.digest, ...totals(nodes) };
  const manifest: Manifest = { build, contentDigest, entries };
  const file = manifestFile(archive, version.revision, build.digest);
  const damaged = same !== undefined && !sameContents(same.entries, entries);
  try {
    // What no other build needs may be left of a run that was killed before it brought it to the disk.
    const unsafe = kept.filter(({ blob, outcome }) => outcome !== 'there' || !safe.has(blob.sha256));
    await syncFiles(unsafe.map(({ blob }) => blob.file));
    options.signal?.throwIfAborted();
    if (same === undefined || damaged) await writeText(file, printManifest(manifest));
    const others = manifests.filter(({ build: { digest } }) => digest !== build.digest);
    await writeIndex(archive, [...others, manifest].map(indexedBuild));
  } catch (failure) {
    await removeNew(kept, safe);
    throw failure;
  }
  const fresh = kept.filter(({ outcome }) => outcome === 'new');
  return {
    build,
    known: same !== undefined,
    repairedBlobs: same === undefined ? written.length - fresh.length : written.length,
    repairedFiles: damaged ? [file] : [],
    newBlobs: same === undefined ? fresh.length : 0,
    newBytes: written.reduce((sum, { blob }) => sum + blob.storedSize, 0),
  };
}

/** Written where it says something else than before, or is not there. */
async function writeIndex(archive: string, builds: readonly IndexedBuild[]): Promise<void> {
  const file = join(archive, indexName);
  const text = printIndex(builds);
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) await writeText(file, text);
}

function totals(nodes: ReadonlyMap<BuildPath, TreeNode>): Pick<ArchivedBuild, 'files' | 'bytes'> {
  let files = 0;
  let bytes = 0;
  for (const node of nodes.values()) {
    if (node.kind !== 'file') continue;
    files += 1;
    bytes += node.content.size;
  }
  return { files, bytes };
}

/** Whether a manifest names for each path the content that the build has there; the rest its digest vouches for. */
function sameContents(known: readonly ManifestEntry[], entries: readonly ManifestEntry[]): boolean {
  const blobs = new Map(known.map(({ path, blob }) => [path, blob]));
  return entries.every(({ path, blob }) => blobs.get(path) === blob);
}

function noVersion(input: string): InputError {
  return new InputError({
    code: 'archive-no-version',
    place: { file: input, entry: sdx6x.versionFile },
    message: 'the build has no project revision, by which an archive finds its builds',
    expected: 'a line «Project Rev : …»',
  });
}

function taken(input: string, known: ArchivedBuild): InputError {
  return new InputError({
    code: 'archive-version-taken',
    place: { file: input },
    message: `the archive holds another build of the version ${displayName(known.revision)}`,
    found: 'other contents, names or modes',
    remedy: 'give every released build its own version, or keep the two in different archives',
  });
}

/** Contents that builds of the archive need. */
type Needed = ReadonlySet<Sha256 | undefined>;

/** Takes away what the run has added; what it has mended of other builds stays. */
async function removeNew(kept: readonly KeptBlob[], safe: Needed): Promise<void> {
  for (const { blob, outcome } of kept) {
    if (outcome !== 'new' || safe.has(blob.sha256)) continue;
    await rm(blob.file, { force: true });
    // Others may lie in the same folder.
    await rmdir(dirname(blob.file)).catch(() => {});
  }
}

async function keepContents(
  tree: Tree,
  nodes: ReadonlyMap<BuildPath, TreeNode>,
  archive: string,
  options: Ports & { readonly safe: Needed },
): Promise<{ readonly entries: readonly ManifestEntry[]; readonly kept: readonly KeptBlob[] }> {
  const entries: ManifestEntry[] = [];
  const kept = new Map<Sha256, KeptBlob>();
  const { bytes: totalBytes } = totals(nodes);
  let doneBytes = 0;
  try {
    for (const [path, node] of nodes) {
      options.signal?.throwIfAborted();
      if (node.kind !== 'file') {
        entries.push({ path, node, blob: undefined });
        continue;
      }
      const bytes = await tree.read(path);
      const blob = sha256Of(bytes);
      if (!kept.has(blob)) kept.set(blob, await keepBlob(archive, blob, bytes));
      entries.push({ path, node, blob });
      doneBytes += bytes.length;
      options.onProgress?.({
        stage: 'archive-add',
        doneBytes,
        totalBytes,
        doneItems: entries.length,
        totalItems: nodes.size,
        item: displayName(path),
      });
    }
    return { entries, kept: [...kept.values()] };
  } catch (error) {
    await removeNew([...kept.values()], options.safe);
    throw error;
  }
}
