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
import type { Tree } from '../../model/tree.js';
import { addAgain, findBlobs, readBlob } from '../../store/archive/blobs.js';
import type { Manifest } from '../../store/archive/manifest.js';
import { readManifest, readManifests } from '../../store/archive/store.js';

/**
 * Opens an archived build by its project revision (or by an unambiguous beginning of it, or of its digest, or as `latest`), as openBuild opens a zip. Each content is
 * held against its digest when it is read. Throws UsageError when the version finds no build or several, InputError for a damaged archive.
 */
export async function openFromArchive(
  archive: string,
  version: string,
  options: { readonly modes: Modes; readonly role?: Role | undefined; readonly digest?: Sha256 | undefined },
): Promise<OpenBuild> {
  const { tree } = await openArchivedTree(archive, version, options.digest);
  const build = await describeBuild(tree, options.modes, options.role);
  return { build, content: { read: (path) => tree.read(path), close: () => tree.close() } };
}

/** The tree of an archived build, as it was added. Throws as openFromArchive does. */
export async function openArchivedTree(
  archive: string,
  version: string,
  digest?: Sha256 | undefined,
): Promise<{ readonly tree: Tree; readonly build: ArchivedBuild }> {
  const { manifests, errors } =
    digest === undefined ? await readManifests(archive) : await readManifest(archive, fromText(version.trim()), digest);
  const [error] = errors;
  const found = choose(archive, manifests, version);
  if (found === undefined) {
    if (error !== undefined) throw error;
    throw new UsageError({
      code: 'archive-version-unknown',
      place: { file: archive },
      message: `the archive has no build of the version ${version}`,
      found: manifests.map(({ build }) => displayName(build.revision)).join(', ') || 'no builds',
      remedy: `name one of these, or add the build with dfota archive add BUILD --to ${archive}`,
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
        remedy: addAgain(archive),
      });
    },
    close: async () => {},
  };
  await requireContents(archive, found);
  return { tree, build: found.build };
}

/** Stands for the build with the highest revision, as people order versions. */
export const latestVersion = 'latest';

function choose(archive: string, manifests: readonly Manifest[], version: string): Manifest | undefined {
  if (version === latestVersion) {
    return manifests.toSorted((a, b) => compareNaturally(a.build.revision, b.build.revision)).at(-1);
  }
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
