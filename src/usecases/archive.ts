/** An archive of releases, so that any later update finds its source: `dfota archive`, `dfota generate --from-archive`. */
import { rm, stat } from 'node:fs/promises';
import { digestOfNodes } from '../input/images/hashed-image.js';
import { describeBuild, type OpenBuildOptions, readTree } from '../input/open-build.js';
import type { ArchiveAddition, ArchiveCheck, ArchivedBuild, ArchiveListing } from '../model/archive.js';
import type { OpenBuild } from '../model/build.js';
import { type Sha256, sha1Of, sha256Of } from '../model/digest.js';
import { type Fault, InputError, UsageError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import { largestFile } from '../model/limits.js';
import { type ArchivePath, compareBytes, displayName, fromText } from '../model/path.js';
import { type OnProgress, silent } from '../model/progress.js';
import type { Tree, TreeNode } from '../model/tree.js';
import { type Manifest, type ManifestEntry, printManifest } from '../store/archive/manifest.js';
import {
  addBlob,
  checkBlob,
  createArchive,
  damagedBlob,
  findBlob,
  listBlobs,
  locked,
  manifestFile,
  readBlob,
  readManifests,
  type StoredBlob,
  writeWhole,
} from '../store/archive/store.js';

/** What all of these commands take. */
export interface ArchiveOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds a build (a targetfiles.zip, a folder of its layout, raw images) to an archive, which is made when the folder is missing or empty.
 * Adding the same build again changes nothing. On failure nothing of it stays. Throws InputError: also when the build has no
 * version, or when another build of the same version is there, for a version must find one build.
 */
export async function archiveAdd(
  input: string,
  archive: string,
  options: ArchiveOptions = {},
): Promise<ArchiveAddition> {
  const onProgress = options.onProgress ?? silent;
  const tree = await readTree(input, { stage: 'read-source', onProgress, signal: options.signal });
  try {
    const described = await describeBuild(tree, 'build', undefined);
    const { projectVersion } = described;
    if (projectVersion?.revision === undefined) throw noVersion(input);
    await createArchive(archive);
    return await locked(archive, async () => {
      const { manifests, errors } = await readManifests(archive);
      const [error] = errors;
      if (error !== undefined) throw error;
      const revision = projectVersion.revision ?? '';
      const nodes = new Map([...tree.nodes].sort(([a], [b]) => compareBytes(a, b)));
      const contentDigest = digestOfNodes(nodes);
      const files = [...nodes.values()].flatMap((node) => (node.kind === 'file' ? [node.content.size] : []));
      const bytes = files.reduce((sum, size) => sum + size, 0);
      const build: ArchivedBuild = { revision, projectVersion, digest: tree.digest, files: files.length, bytes };
      const base = { archive, origin: input, findings: described.findings };
      const same = manifests.find((known) => known.build.revision === revision);
      if (same !== undefined && same.contentDigest !== contentDigest) throw taken(input, same.build);
      if (same !== undefined) return { ...base, build: same.build, known: true, newBlobs: 0, newBytes: 0 };
      const added = await addContents(tree, nodes, archive, options);
      const manifest: Manifest = { build, contentDigest, entries: added.entries };
      try {
        await writeWhole(manifestFile(archive, revision, build.digest), Buffer.from(printManifest(manifest)));
      } catch (failure) {
        await removeBlobs(added.blobs);
        throw failure;
      }
      const newBytes = added.blobs.reduce((sum, { storedSize }) => sum + storedSize, 0);
      return { ...base, build, known: false, newBlobs: added.blobs.length, newBytes };
    });
  } finally {
    await tree.close();
  }
}

function noVersion(input: string): InputError {
  return new InputError({
    code: 'archive-no-version',
    place: { file: input, entry: 'SYSTEM/etc/quectel-project-version' },
    message: 'the build has no project revision, so nobody could find it again',
    expected: 'a line «Project Rev : …»',
  });
}

function taken(input: string, known: ArchivedBuild): InputError {
  return new InputError({
    code: 'archive-version-taken',
    place: { file: input },
    message: `the archive holds another build of the version ${displayName(known.revision)}`,
    found: 'other contents, names or modes',
    remedy: 'give each build that leaves the house a version of its own; or keep the two in different archives',
  });
}

async function removeBlobs(blobs: readonly StoredBlob[]): Promise<void> {
  for (const { file } of blobs) await rm(file, { force: true });
}

async function addContents(
  tree: Tree,
  nodes: ReadonlyMap<ArchivePath, TreeNode>,
  archive: string,
  options: ArchiveOptions,
): Promise<{ readonly entries: readonly ManifestEntry[]; readonly blobs: readonly StoredBlob[] }> {
  const entries: ManifestEntry[] = [];
  const blobs: StoredBlob[] = [];
  let totalBytes = 0;
  for (const node of nodes.values()) if (node.kind === 'file') totalBytes += node.content.size;
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
      if ((await findBlob(archive, blob)) === undefined) blobs.push(await addBlob(archive, blob, bytes));
      entries.push({ path, node, blob });
      doneBytes += bytes.length;
      options.onProgress?.({
        stage: 'write',
        doneBytes,
        totalBytes,
        doneItems: entries.length,
        totalItems: nodes.size,
        item: displayName(path),
      });
    }
    return { entries, blobs };
  } catch (error) {
    await removeBlobs(blobs);
    throw error;
  }
}

/** The builds of an archive. Manifests that cannot be read are told as findings. Throws InputError when the folder is no archive. */
export async function archiveList(archive: string): Promise<ArchiveListing> {
  const { manifests, errors } = await readManifests(archive);
  const blobs = await listBlobs(archive);
  return {
    archive,
    builds: manifests.map(({ build }) => build),
    storedBytes: blobs.reduce((sum, { storedSize }) => sum + storedSize, 0),
    findings: errors.flatMap(({ faults }) => faults.map(asError)),
  };
}

function asError(fault: Fault): Finding {
  return { ...fault, severity: 'error' };
}

/** Re-hashes every content, and looks for what is missing or left over. Throws InputError when the folder is no archive. */
export async function archiveVerify(archive: string, options: ArchiveOptions = {}): Promise<ArchiveCheck> {
  const { manifests, errors } = await readManifests(archive);
  const blobs = await listBlobs(archive);
  const findings: Finding[] = errors.flatMap(({ faults }) => faults.map(asError));
  const whole = new Map<Sha256, number>();
  const needed = new Set<Sha256>();
  const totalBytes = blobs.reduce((sum, { storedSize }) => sum + storedSize, 0);
  let doneBytes = 0;
  for (const [index, blob] of blobs.entries()) {
    options.signal?.throwIfAborted();
    const { whole: holds, size } = await checkBlob(blob, largestFile);
    if (holds) whole.set(blob.sha256, size);
    else findings.push(...damagedBlob(blob).faults.map(asError));
    doneBytes += blob.storedSize;
    const item = blob.sha256;
    options.onProgress?.({
      stage: 'verify',
      doneBytes,
      totalBytes,
      doneItems: index + 1,
      totalItems: blobs.length,
      item,
    });
  }
  for (const { build, entries } of manifests) {
    const lost = entries.filter(({ node, blob }) => {
      if (blob !== undefined) needed.add(blob);
      return node.kind === 'file' && blob !== undefined && whole.get(blob) !== node.content.size;
    });
    if (lost.length === 0) continue;
    findings.push({
      severity: 'error',
      code: 'archive-build-incomplete',
      place: { file: archive },
      message: `the build ${displayName(build.revision)} is not whole`,
      found: `${lost.length} files are missing or damaged, such as ${displayName(lost[0]?.path ?? '')}`,
      remedy: 'add the same build again after deleting the damaged files, or restore the archive from a copy',
    });
  }
  const idle = blobs.filter(({ sha256 }) => !needed.has(sha256));
  if (idle.length > 0) {
    findings.push({
      severity: 'information',
      code: 'archive-unused',
      place: { file: archive },
      message: 'some contents belong to no build',
      found: `${idle.length} files, such as ${idle[0]?.file ?? ''}`,
    });
  }
  const bytes = [...whole.values()].reduce((sum, size) => sum + size, 0);
  return { archive, builds: manifests.length, blobs: blobs.length, bytes, findings };
}

/**
 * Opens an archived build by its project revision (or by an unambiguous beginning of it, or of its digest), as openBuild opens a zip. Each content is
 * held against its digest when it is read. Throws UsageError when the version finds no build or several, InputError for a damaged archive.
 */
export async function openFromArchive(archive: string, version: string, options: OpenBuildOptions): Promise<OpenBuild> {
  const { manifests, errors } = await readManifests(archive);
  const [error] = errors;
  const found = choose(archive, manifests, version);
  if (found === undefined) {
    if (error !== undefined) throw error;
    throw new UsageError({
      code: 'archive-version-unknown',
      place: { file: archive },
      message: `the archive has no build of the version ${version}`,
      found: manifests.map(({ build }) => displayName(build.revision)).join(', ') || 'no builds',
    });
  }
  const blobs = new Map(found.entries.map(({ path, blob }) => [path, blob]));
  const nodes = new Map(found.entries.map(({ path, node }) => [path, node]));
  const tree: Tree = {
    origin: `${archive}#${displayName(found.build.revision)}`,
    digest: found.build.digest,
    nodes,
    findings: [],
    read: async (path) => {
      const node = nodes.get(path);
      const blob = blobs.get(path);
      if (node?.kind !== 'file' || blob === undefined) throw new RangeError(`no file ${displayName(path)}`);
      const bytes = await readBlob(archive, blob, node.content.size);
      if (sha1Of(bytes) === node.content.sha1) return bytes;
      throw new InputError({
        code: 'archive-manifest',
        place: { file: archive, entry: displayName(path) },
        message: 'the manifest states another SHA-1 than the content has',
      });
    },
    close: async () => {},
  };
  await requireContents(archive, found);
  const build = await describeBuild(tree, options.modes, options.role);
  return { build, content: { read: (path) => tree.read(path), close: () => tree.close() } };
}

function choose(archive: string, manifests: readonly Manifest[], version: string): Manifest | undefined {
  const wanted = fromText(version.trim());
  const exact = manifests.find(({ build }) => build.revision === wanted);
  if (exact !== undefined || wanted === '') return exact;
  const begins = manifests.filter(
    ({ build }) => build.revision.startsWith(wanted) || (wanted.length >= 8 && build.digest.startsWith(wanted)),
  );
  if (begins.length < 2) return begins[0];
  throw new UsageError({
    code: 'archive-version-ambiguous',
    place: { file: archive },
    message: `several builds have a version that begins with ${version}`,
    found: begins.map(({ build }) => displayName(build.revision)).join(', '),
  });
}

/** That all contents are there is known before the work begins, not in the middle of it. */
async function requireContents(archive: string, { entries, build }: Manifest): Promise<void> {
  for (const { path, blob } of entries) {
    if (blob === undefined || (await findBlob(archive, blob)) !== undefined) continue;
    throw new InputError({
      code: 'archive-build-incomplete',
      place: { file: archive, entry: displayName(path) },
      message: `the build ${displayName(build.revision)} is not whole: a content is missing`,
      remedy: 'dfota archive verify tells all that is missing; restore the archive from a copy',
    });
  }
}

/** Whether a path is a folder that holds an archive. */
export async function isArchive(path: string): Promise<boolean> {
  return stat(`${path}/archive.json`).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
