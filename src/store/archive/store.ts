/**
 * The store behind an archive of builds: a folder with
 *
 *   archive.json          says that it is one
 *   index.json            what builds it has, for who reads it by HTTP
 *   builds/NAME.json      a manifest for each build
 *   blobs/ab/SHA-256      contents by their digest; `.z` behind the name where they are deflated
 *
 * A content is stored once, however many builds and paths have it. Files are written under a temporary name and renamed, manifests
 * after all their contents are on the disk; a file is replaced only when it is damaged.
 */

import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeText } from '../../files/output.js';
import { asInputError, systemCode } from '../../files/system-error.js';
import type { Sha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestManifestBytes } from '../../model/limits.js';
import { compareBytes } from '../../model/path.js';
import { blobFolders, namesIn } from './blobs.js';
import { type Manifest, manifestRemedy, parseManifest } from './manifest.js';

/** The file that says that a folder is an archive. */
export const markerName = 'archive.json';

const format = 'dfota-archive';
const marker = `${JSON.stringify({ format, version: 1 })}\n`;

/** Throws InputError unless the folder is an archive. */
export async function requireArchive(folder: string): Promise<void> {
  const file = join(folder, markerName);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === marker) return;
  if (text === undefined) {
    throw new InputError({
      code: 'archive-none',
      place: { file: folder },
      message: 'the folder is not an archive of builds',
      remedy: `make one, or complete one that has lost its archive.json, with dfota archive add BUILD --to ${folder}`,
    });
  }
  const isLater = text.includes(JSON.stringify(format)) && /"version":[2-9]/.test(text);
  throw new InputError({
    code: 'archive-none',
    place: { file },
    message: 'the archive has a format that this version does not know',
    remedy: isLater
      ? 'use the later version of dfota that made it'
      : `if it is damaged: delete ${file}, then dfota archive add BUILD --to ${folder} makes it anew`,
  });
}

/**
 * Makes what an archive lacks in a folder: all of it in an empty one. Returns whether archive.json had been lost. Only for who holds the lock.
 * Throws InputError where it cannot be written.
 */
export async function completeArchive(folder: string): Promise<boolean> {
  try {
    const names = await readdir(folder);
    await mkdir(join(folder, 'builds'), { recursive: true });
    await mkdir(join(folder, 'blobs'), { recursive: true });
    if (names.includes(markerName)) return false;
    await writeText(join(folder, markerName), marker);
    return names.includes('builds');
  } catch (error) {
    throw asInputError(error, folder);
  }
}

/** Removes what killed runs left half written. Only for who holds the lock: nobody else writes then. */
export async function sweep(folder: string): Promise<void> {
  const parts = (await blobFolders(folder)).map((part) => join(folder, 'blobs', part));
  for (const part of [join(folder, 'builds'), ...parts]) {
    for (const name of await readdir(part)) if (name.endsWith('.tmp')) await rm(join(part, name), { force: true });
  }
}

/** The file of a build's manifest: readable, and unique through its digest. */
export function manifestFile(folder: string, revision: string, digest: Sha256): string {
  return join(folder, 'builds', manifestName(revision, digest));
}

/** The name of that file. */
export function manifestName(revision: string, digest: Sha256): string {
  const readable = revision
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100);
  return `${readable}-${digest.slice(0, 12)}.json`;
}

/** Reads the manifest of one build, which is found by its name; none where the archive has another build of that revision, or none. */
export async function readManifest(
  folder: string,
  revision: string,
  digest: Sha256,
): Promise<{ readonly manifests: readonly Manifest[]; readonly errors: readonly InputError[] }> {
  await requireArchive(folder);
  const file = manifestFile(folder, revision, digest);
  const found = await readManifestFile(file);
  if (found instanceof InputError) return { manifests: [], errors: [found] };
  return { manifests: found?.build.digest === digest ? [found] : [], errors: [] };
}

async function readManifestFile(file: string): Promise<Manifest | InputError | undefined> {
  try {
    if ((await stat(file)).size > largestManifestBytes) {
      return new InputError({
        code: 'archive-manifest',
        place: { file },
        message: 'the manifest is too large',
        remedy: manifestRemedy(file),
      });
    }
    return parseManifest(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    const told = asInputError(error, file);
    if (!(told instanceof InputError)) throw told;
    return told;
  }
}

/** Reads all manifests; what cannot be read is returned as errors. */
export async function readManifests(
  folder: string,
): Promise<{ readonly manifests: readonly Manifest[]; readonly errors: readonly InputError[] }> {
  await requireArchive(folder);
  const manifests: Manifest[] = [];
  const errors: InputError[] = [];
  const names = (await namesIn(join(folder, 'builds'))).filter((name) => name.endsWith('.json'));
  for (const name of names.sort(compareBytes)) {
    const found = await readManifestFile(join(folder, 'builds', name));
    if (found instanceof InputError) errors.push(found);
    else if (found !== undefined) manifests.push(found);
  }
  manifests.sort((a, b) => compareBytes(a.build.revision, b.build.revision));
  return { manifests, errors };
}
