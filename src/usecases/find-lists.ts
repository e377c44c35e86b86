/** The list files of the folder that a user works in: the original's habit. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { listFileNames } from '../input/lists/list-file-names.js';

/** The names of the list files that lie in the folder, in the order in which they are read; none where it cannot be looked into. */
export async function listFilesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of Object.values(listFileNames)) {
    // A folder or a broken link of such a name is taken too, so that reading the lists tells of it.
    const present = await lstat(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (present) found.push(name);
  }
  return found;
}
