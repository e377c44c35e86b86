import { stat } from 'node:fs/promises';
import { asInputError } from '../files/system-error.js';
import { InputError } from '../model/errors.js';
import type { ReadOptions, Tree } from '../model/tree.js';
import { readFolder } from './folder-tree.js';
import { isRawImageFile, isRawImageFolder } from './images/find-images.js';
import { readRawImages } from './images/raw-images.js';
import { refuseOtherFolder } from './look-at-folder.js';
import { readZip } from './zip/zip-tree.js';

/** Reads any input as the tree of a build: a zip, a folder, raw images with their companion. Throws InputError. */
export async function readTree(path: string, options: ReadOptions, companion?: string): Promise<Tree> {
  let kind: 'file' | 'folder' | 'other';
  try {
    const stats = await stat(path);
    kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    throw asInputError(error, path);
  }
  const raw = kind === 'folder' ? await isRawImageFolder(path) : kind === 'file' && (await isRawImageFile(path));
  if (raw)
    return readRawImages(path, options, companion === undefined ? undefined : await readTree(companion, options));
  if (kind === 'file') return readZip(path, options);
  if (kind === 'folder') {
    await refuseOtherFolder(path);
    return readFolder(path, options);
  }
  const expected = 'a targetfiles.zip, a folder of the same layout, or raw images';
  throw new InputError({
    code: 'input-kind',
    place: { file: path },
    message: 'it is neither a file nor a folder',
    expected,
  });
}
