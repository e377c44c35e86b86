/** Which file a path leads to, whatever it is called, and whether its file system looks at the case of names. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file or a folder by device and inode: the same for all of its names. */
export interface Identity {
  readonly id: string;
  readonly isFolder: boolean;
}

/** The file or folder that a path leads to through all links; `undefined` when there is nothing, or something else. */
export async function identify(path: string): Promise<Identity | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined || !(found.isFile() || found.isDirectory())) return undefined;
  return { id: `${found.dev}:${found.ino}`, isFolder: found.isDirectory() };
}

/**
 * Whether a folder is found by its name in other letters, so that names in it are likely found so too. A name without letters
 * tells nothing: then the folder around it is asked.
 */
export async function ignoresCase(folder: string): Promise<boolean> {
  const name = basename(folder);
  const other = name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
  if (other === name) return dirname(folder) === folder ? false : ignoresCase(dirname(folder));
  const [here, there] = [await identify(folder), await identify(join(dirname(folder), other))];
  return here !== undefined && here.id === there?.id;
}
