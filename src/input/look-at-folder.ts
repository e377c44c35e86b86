import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asInputError } from '../files/system-error.js';
import { InputError } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { mostNamesLookedAt } from '../model/limits/input.js';
import { fromText } from '../model/path.js';
import { hasBuildFolder, topOf } from './build-names.js';
import { misplacedFault } from './misplaced.js';

/** Deep enough for a build inside the folder of a release; so many names are told apart at once. */
const deepest = 4;

/** The names in a folder, the upper levels first, without reading a file. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  let level = [''];
  for (let depth = 0; depth < deepest && level.length > 0 && names.length < mostNamesLookedAt; depth++) {
    const next: string[] = [];
    for (const inside of level) {
      const entries = await readdir(join(folder, inside), { withFileTypes: true });
      for (const entry of entries) {
        const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
        names.push(fromText(path));
        if (entry.isDirectory()) next.push(path);
        if (names.length >= mostNamesLookedAt) return names;
      }
    }
    level = next;
  }
  return names;
}

/**
 * Looks at the names in a folder that was given as a build, before any of its files is read: throws InputError with one
 * fault that says what it is when it can be no build, such as the folder of a release.
 */
export async function refuseOtherFolder(folder: string): Promise<void> {
  let tops: readonly string[];
  try {
    tops = await readdir(folder);
  } catch (error) {
    throw asInputError(error, folder);
  }
  if (tops.length === 0 || tops.includes(sdx6x.system)) return;
  const names = await namesIn(folder).catch((error: unknown) => {
    throw asInputError(error, folder);
  });
  const misplaced = misplacedFault(folder, names, 'folder');
  if (misplaced !== undefined) throw new InputError(misplaced);
  if (hasBuildFolder(names)) return;
  throw new InputError({
    code: 'no-system',
    place: { file: folder },
    message: 'the folder holds no build',
    found: topOf(names),
    expected: 'a folder SYSTEM with the root file system, beside META, OTA and the others',
    remedy: 'give a targetfiles.zip, a folder that one was unpacked into, or a folder of raw images',
  });
}
