/** Gives several finished files their names at once: all of them, or none. */
import { copyFile, link, rename, rm } from 'node:fs/promises';
import { asOutputError, systemCode } from './system-error.js';
import { freeTemporaryName, keepTemporary, removeTemporary } from './temporary.js';

/** A finished file under a temporary name. */
export interface Finished {
  /** As the user named it, for messages. */
  readonly output: string;
  readonly temporary: string;
  /** The name that it is to get. */
  readonly path: string;
}

interface Taken {
  readonly path: string;
  /** A second name of what was there before; `undefined` where there was nothing. */
  readonly before: string | undefined;
}

/**
 * Renames each file to its name, in order. When one of them cannot be renamed, the names that were given already lead again to what they led
 * to before, and InputError is thrown. A single file costs no more than its rename.
 */
export async function takeNames(files: readonly Finished[]): Promise<void> {
  const taken: Taken[] = [];
  let output = '';
  try {
    for (const file of files) {
      output = file.output;
      // The last one needs no way back: when it fails, it has changed nothing.
      const before = file === files.at(-1) ? undefined : await secondName(file.path);
      taken.push({ path: file.path, before });
      await rename(file.temporary, file.path).catch((error: unknown) => {
        taken.pop();
        return restore(before).then(() => Promise.reject(error));
      });
      keepTemporary(file.temporary);
    }
  } catch (error) {
    for (const { path, before } of taken.reverse()) await giveBack(path, before);
    throw asOutputError(error, output);
  }
  for (const { before } of taken) if (before !== undefined) await removeTemporary(before);
}

/** A rename that failed has left the old file where it is. */
async function restore(before: string | undefined): Promise<void> {
  if (before !== undefined) await removeTemporary(before);
}

async function secondName(path: string): Promise<string | undefined> {
  const name = freeTemporaryName(path);
  try {
    await link(path, name);
    return name;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      keepTemporary(name);
      return undefined;
    }
    // A file system without hard links.
    await copyFile(path, name);
    return name;
  }
}

/** Best effort: the first fault is the one to tell. */
async function giveBack(path: string, before: string | undefined): Promise<void> {
  if (before === undefined) {
    await rm(path, { force: true }).catch(() => {});
    return;
  }
  await rename(before, path).catch(() => {});
  keepTemporary(before);
}
