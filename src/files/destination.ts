/** Where an output really goes: through links, and told apart from folders, devices and folders that are missing. */

import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { InputError } from '../model/errors.js';
import { mostLinksFollowed } from '../model/limits.js';
import { asOutputError } from './system-error.js';

/** Where an output goes. */
export interface Destination {
  /** The path that is written or renamed to: that of the file itself, where the output is a link to it. */
  readonly path: string;
  /** It is a pipe or a character device: it takes bytes, and has nothing to be replaced. */
  readonly stream: boolean;
}

/** Files that the process has open, by their number: their names say nothing of what stands behind them. */
const openFile = /^\/(?:dev\/(?:stdin|stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

/**
 * Where a file that is to be written goes. Throws InputError when that is a folder, a block device or a socket, when a name
 * that ends in a slash says that a folder is meant, and when its folder is missing; with the purpose `file`, which must be
 * read back, also when it is a pipe or a device.
 */
export async function destinationOf(output: string, purpose: 'file' | 'text' = 'text'): Promise<Destination> {
  const place = { file: output };
  if (output === '-') {
    const message = 'this output must be a file, and cannot go to the standard output';
    throw new InputError({
      code: 'output-not-file',
      place,
      message,
      remedy: 'name a file (./- where it has this name)',
    });
  }
  const found = await stat(output).catch(() => undefined);
  if (found?.isDirectory()) {
    const message = 'the output is a folder';
    throw new InputError({ code: 'output-is-folder', place, message, remedy: 'name a file in it' });
  }
  if (output.endsWith('/') || output.endsWith(sep)) {
    const message = 'the output must be a file, and its name ends in a slash, as that of a folder does';
    throw new InputError({ code: 'output-is-folder', place, message, remedy: 'name a file, in a folder that exists' });
  }
  if (found?.isBlockDevice() || found?.isSocket()) {
    const message = `the output is a ${found.isSocket() ? 'socket' : 'block device'}, and stays as it is`;
    throw new InputError({ code: 'output-not-file', place, message, remedy: 'name a file' });
  }
  if (found !== undefined && (!found.isFile() || openFile.test(resolve(output)))) {
    if (purpose === 'text') return { path: output, stream: true };
    const message = 'the output is a device or a pipe, but must be a file';
    throw new InputError({ code: 'output-not-file', place, message, remedy: 'name a file' });
  }
  const path = await followLinks(output);
  await requireFolder(dirname(path), output);
  return { path, stream: false };
}

/** The path of what an output names, which need not be there yet: links are followed, so that they stay. */
async function followLinks(output: string): Promise<string> {
  let path = output;
  for (let step = 0; step < mostLinksFollowed; step += 1) {
    if ((await lstat(path).catch(() => undefined))?.isSymbolicLink() !== true) return path;
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    path = resolve(folder, await readlink(path));
  }
  const place = { file: output };
  throw new InputError({
    code: 'output-link',
    place,
    message: 'symbolic links go in a circle',
    remedy: 'check the path',
  });
}

/** Throws InputError unless the folder of an output is there; it names the first folder that is missing. */
export async function requireFolder(folder: string, output: string): Promise<void> {
  const fault = (message: string, remedy: string): InputError =>
    new InputError({ code: 'output-folder', place: { file: output }, message, remedy });
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    const missing = await firstMissing(folder);
    if (missing !== undefined) {
      throw fault('the folder of the output does not exist', `make ${folder} first: there is no ${missing}`);
    }
    throw asOutputError(error, output);
  }
  throw fault(`the folder of the output does not exist: ${folder} is a file`, 'name a path in a folder');
}

/** The outermost part of a path that is not there; `undefined` when that cannot be seen. */
async function firstMissing(folder: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let path = resolve(folder); ; path = dirname(path)) {
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined) return missing === undefined ? undefined : basename(missing) === '' ? folder : missing;
    missing = path;
    if (dirname(path) === path) return undefined;
  }
}
