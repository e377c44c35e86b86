/** The folder of an archive while builds are added: one process at a time, and as it was before if an archive that was begun gets no build. */

import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Lock, withLock } from '../../files/lock.js';
import { asInputError } from '../../files/system-error.js';
import { adoptTemporary, keepTemporary, removeTemporary } from '../../files/temporary.js';
import { InputError } from '../../model/errors.js';
import { indexName } from './index-file.js';
import { completeArchive, markerName, requireArchive, sweep } from './store.js';

/** What an archive holds beside its marker, left-overs of a killed run among it. */
const ownNames = /^(?:builds|blobs|index\.json|lock(?:\..+)?|.*\.tmp)$/;

/** What is made in the folder of a new archive. */
const newNames = [markerName, indexName, 'builds', 'blobs'];

/**
 * Runs a step that adds to the archive in a folder, while no other process does. An archive is made of a folder that is missing or empty,
 * and completed where it has lost its archive.json, which the step is told. If the step fails or the process is stopped, a folder that was missing or
 * empty is that again. Throws InputError for any other folder, and when another process adds to it.
 */
export async function withArchiveFolder<T>(folder: string, step: (completed: boolean) => Promise<T>): Promise<T> {
  const made = await makeFolder(folder);
  const lock: Lock = { file: join(folder, 'lock'), code: 'archive-locked', doing: 'adding to this archive' };
  try {
    return await withLock(lock, async () => {
      const names = await readdir(folder);
      const fresh = names.every((name) => !newNames.includes(name)) ? newNames.map((name) => join(folder, name)) : [];
      // Not before the lock is held: another process may have begun an archive here as well.
      const undone = made !== undefined && fresh.length > 0 ? [...fresh, resolve(folder)] : fresh;
      for (const path of undone) adoptTemporary(path);
      try {
        const completed = await completeArchive(folder);
        await sweep(folder);
        const result = await step(completed);
        for (const path of undone) keepTemporary(path);
        return result;
      } catch (error) {
        for (const path of fresh) await removeTemporary(path);
        throw error;
      } finally {
        keepTemporary(resolve(folder));
      }
    });
  } catch (error) {
    if (made !== undefined) await removeEmpty(resolve(folder), resolve(made));
    throw error;
  }
}

/** Makes the folder where it is missing, and returns the first folder that had to be made. Throws InputError for one that holds other things. */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    const made = await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    if (names.includes(markerName)) await requireArchive(folder);
    else if (!names.every((name) => ownNames.test(name))) {
      throw new InputError({
        code: 'archive-folder-filled',
        place: { file: folder },
        message: 'the folder is not an archive of builds, and it is not empty',
        remedy: 'name an archive, an empty folder, or one that does not exist yet',
      });
    }
    return made;
  } catch (error) {
    throw asInputError(error, folder);
  }
}

/** Removes a folder and those above it, up to the first that was made; none that holds something. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
    if (path === first || path === dirname(path)) return;
  }
}
