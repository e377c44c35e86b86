/** The version that a build says it is, without reading the rest of it. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded } from '../files/bounded-read.js';
import { asInputError } from '../files/system-error.js';
import { parseProjectVersion, projectVersionPath } from '../formats/text/project-version.js';
import type { ProjectVersion } from '../model/build.js';
import { largestListBytes } from '../model/limits.js';
import { fromBytes } from '../model/path.js';
import { readDirectory } from './zip/directory.js';
import { readEntry } from './zip/entry-data.js';

/** Reads it out of a targetfiles.zip or a folder of its layout; `undefined` where there is none, as in raw images. */
export async function versionOf(path: string): Promise<ProjectVersion | undefined> {
  try {
    if ((await stat(path)).isDirectory()) return await versionOfFolder(path);
    const handle = await open(path, 'r');
    try {
      const records = await readDirectory(handle, path, (await handle.stat()).size);
      const record = records.find(({ name }) => name === projectVersionPath);
      if (record === undefined || record.size > largestListBytes) return undefined;
      return parseProjectVersion(fromBytes(await readEntry(handle, path, record)));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asInputError(error, path);
  }
}

async function versionOfFolder(folder: string): Promise<ProjectVersion | undefined> {
  const file = join(folder, projectVersionPath);
  if ((await stat(file).catch(() => undefined))?.isFile() !== true) return undefined;
  const options = { limit: largestListBytes, code: 'file-too-large', what: 'a version file' } as const;
  return parseProjectVersion(fromBytes(await readBounded(file, options)));
}
