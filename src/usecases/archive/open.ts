import { stat } from 'node:fs/promises';
import { describeBuild } from '../../input/describe-build.js';
import type { Role } from '../../input/layout.js';
import type { Modes } from '../../input/ownership.js';
import type { ArchivedBuild } from '../../model/archive.js';
import type { OpenBuild } from '../../model/build.js';
import { type Sha256, sha1Of } from '../../model/digest.js';
import { InputError, UsageError } from '../../model/errors.js';
import { compareNaturally } from '../../model/natural-order.js';
import { displayName, fromText } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { Tree } from '../../model/tree.js';
import { addAgain, findBlobs, readBlob } from '../../store/archive/blobs.js';
import { type IndexedBuild, indexedBuild } from '../../store/archive/index-file.js';
import type { Manifest } from '../../store/archive/manifest.js';
import { readRemoteBlob, readRemoteIndex, readRemoteManifest } from '../../store/archive/remote.js';
import { readManifest, readManifests } from '../../store/archive/store.js';
import { type ArchiveCopies, isArchiveUrl, remoteArchive } from './remote.js';

/**
 * Opens an archived build by its project revision (or by an unambiguous beginning of it, or of its digest, or as `latest`), as openBuild opens a zip. Each content is
 * held against its digest when it is read. Throws UsageError when the version finds no build or several, InputError for a damaged archive.
 */
export async function openFromArchive(
  archive: string,
  version: string,
  options: OpenArchivedOptions & { readonly modes: Modes; readonly role?: Role | undefined },
): Promise<OpenBuild> {
  const { tree } = await openArchivedTree(archive, version, options);
  const build = await describeBuild(tree, options.modes, options.role);
  return { build, content: { read: (path) => tree.read(path), close: () => tree.close() } };
}

/** Which build, where more is known of it than its version; what of a server's archive is kept here; and when to stop. */
export interface OpenArchivedOptions extends Pick<Ports, 'signal'> {
  readonly digest?: Sha256 | undefined;
  /** Of names, kinds, contents and modes: no other build will do. */
  readonly content?: Sha256 | undefined;
  readonly copies?: ArchiveCopies | undefined;
}

/** The tree of an archived build, as it was added. Throws as openFromArchive does. */
export async function openArchivedTree(
  archive: string,
  version: string,
  options: OpenArchivedOptions = {},
): Promise<{ readonly tree: Tree; readonly build: ArchivedBuild }> {
  const { found, readContent } = isArchiveUrl(archive)
    ? await findRemote(archive, version, options)
    : await findInFolder(archive, version, options);
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
      const bytes = await readContent(blob, node.content.size);
      if (sha1Of(bytes) === node.content.sha1) return bytes;
      throw new InputError({
        code: 'archive-manifest',
        place: { file: archive, entry: displayName(path) },
        message: 'the manifest states another SHA-1 than the content has',
        remedy: addAgain(archive),
      });
    },
    close: async () => {},
  };
  return { tree, build: found.build };
}

/** A build that was found, and what reads its contents. */
interface FoundBuild {
  readonly found: Manifest;
  readonly readContent: (sha256: Sha256, size: number) => Promise<Uint8Array<ArrayBuffer>>;
}

async function findInFolder(
  archive: string,
  version: string,
  { digest, content }: OpenArchivedOptions,
): Promise<FoundBuild> {
  const { manifests, errors } =
    digest === undefined ? await readManifests(archive) : await readManifest(archive, fromText(version.trim()), digest);
  const [error] = errors;
  const builds = manifests.map(indexedBuild);
  const chosen = choose(archive, builds, version);
  const found = chosen && manifests[builds.indexOf(chosen)];
  if (found === undefined && error !== undefined) throw error;
  if (found === undefined) throw unknownVersion(archive, builds, version);
  if (content !== undefined && found.contentDigest !== content) throw otherContents(archive, found);
  await requireContents(archive, found);
  return { found, readContent: (sha256, size) => readBlob(archive, sha256, size) };
}

/** Contents are asked for when they are needed: to ask for all of them first would take a request for each. */
async function findRemote(
  archive: string,
  version: string,
  { digest, content, copies, signal }: OpenArchivedOptions,
): Promise<FoundBuild> {
  const remote = { ...(await remoteArchive(archive, copies)), signal };
  let known: Pick<IndexedBuild, 'revision' | 'digest' | 'content'> | undefined;
  if (digest !== undefined && content !== undefined) known = { revision: fromText(version.trim()), digest, content };
  else {
    const builds = await readRemoteIndex(remote);
    known = choose(archive, digest === undefined ? builds : builds.filter((build) => build.digest === digest), version);
    if (known === undefined) throw unknownVersion(archive, builds, version);
  }
  const found = await readRemoteManifest(remote, known);
  const { kept } = remote;
  let fetched = 0;
  return {
    found,
    readContent: async (sha256, size) => {
      const bytes = await readRemoteBlob(remote, sha256, size);
      fetched += bytes.length;
      if (fetched >= trimEvery) {
        fetched = 0;
        await kept?.trim();
      }
      return bytes;
    },
  };
}

/** So many bytes may be fetched until the copies are brought to their size again. */
const trimEvery = 2 ** 26;

function unknownVersion(archive: string, builds: readonly IndexedBuild[], version: string): UsageError {
  return new UsageError({
    code: 'archive-version-unknown',
    place: { file: archive },
    message: `the archive has no build of the version ${version}`,
    found: builds.map(({ revision }) => displayName(revision)).join(', ') || 'no builds',
    remedy: `name one of these, or add the build with dfota archive add BUILD --to ${isArchiveUrl(archive) ? 'the archive on the server' : archive}`,
  });
}

function otherContents(archive: string, { build }: Manifest): InputError {
  return new InputError({
    code: 'archive-manifest',
    place: { file: archive },
    message: `the build ${displayName(build.revision)} has other contents than those that are asked for`,
    remedy: 'plan again',
  });
}

/** Stands for the build with the highest revision, as people order versions. */
export const latestVersion = 'latest';

function choose(archive: string, builds: readonly IndexedBuild[], version: string): IndexedBuild | undefined {
  if (version === latestVersion) {
    return builds.toSorted((a, b) => compareNaturally(a.revision, b.revision)).at(-1);
  }
  const wanted = fromText(version.trim());
  const exact = builds.find(({ revision }) => revision === wanted);
  if (exact !== undefined || wanted === '') return exact;
  const begins = builds.filter(
    ({ revision, digest }) => revision.startsWith(wanted) || (wanted.length >= 8 && digest.startsWith(wanted)),
  );
  if (begins.length < 2) return begins[0];
  throw new UsageError({
    code: 'archive-version-ambiguous',
    place: { file: archive },
    message: `several builds have a version that begins with ${version}`,
    found: begins.map(({ revision }) => displayName(revision)).join(', '),
    remedy: 'give more of the version',
  });
}

/** That all contents are there is known before the work begins, not in the middle of it. */
async function requireContents(archive: string, { entries, build }: Manifest): Promise<void> {
  for (const { path, blob } of entries) {
    if (blob === undefined || (await findBlobs(archive, blob)).length > 0) continue;
    throw new InputError({
      code: 'archive-build-incomplete',
      place: { file: archive, entry: displayName(path) },
      message: `the build ${displayName(build.revision)} is not whole: content is missing`,
      remedy: `${addAgain(archive)}; dfota archive verify ${archive} tells all that is missing`,
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
