/** What was given in place of a package: told before anything is simulated. */
import { open, stat } from 'node:fs/promises';
import { fileKind, headLength } from '../formats/file-kind.js';
import { zipNames } from '../input/zip/directory.js';
import { InputError } from '../model/errors.js';
import { kindInWords } from '../model/file-kind.js';
import { sdx6x } from '../model/layout.js';
import { displayName } from '../model/path.js';

const expected = 'an update.zip made by dfota, update_gen or their ancestors';

/**
 * Throws InputError when what lies at the path can be no package: a file of another kind, a build. What could
 * be a damaged package passes: what a module does with it is for the simulated one to say.
 */
export async function refuseOtherPackage(file: string): Promise<void> {
  await refuseNoFile(file);
  let head: Uint8Array;
  let size: number;
  try {
    const handle = await open(file, 'r');
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return;
      size = stats.size;
      const { buffer, bytesRead } = await handle.read(new Uint8Array(headLength), 0, headLength, 0);
      head = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // What cannot be read is told by who reads it.
    return;
  }
  const kind = fileKind(head, size);
  if (kind === 'zip') return refuseBuild(file);
  if (kind === 'unknown') return;
  throw new InputError({
    code: 'package-no-zip',
    place: { file },
    message: 'this is no package',
    found: kindInWords(kind),
    expected,
    remedy: kind === 'html' ? 'open it in an editor to see what the server said, then download it again' : undefined,
  });
}

/** Who opens a pipe waits for somebody to write into it, and a folder or a device is no package either. */
async function refuseNoFile(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined || stats.isFile() || stats.isDirectory()) return;
  throw new InputError({
    code: 'input-kind',
    place: { file },
    message: 'it is no file that can be read again and again, as a package must be',
    found: stats.isFIFO() ? 'a named pipe' : 'a device or a socket',
    expected,
    remedy: 'write it into a file first, and give that',
  });
}

async function refuseBuild(file: string): Promise<void> {
  const names = await zipNames(file);
  if (names === undefined || names.includes(sdx6x.packageScript)) return;
  const mark = names.find((name) => /^(\.\/)?(META\/misc_info\.txt$|SYSTEM\/)/.test(name));
  if (mark === undefined) return;
  throw new InputError({
    code: 'build-as-package',
    place: { file },
    message: 'this is a build, not a package',
    found: displayName(mark),
    expected,
    remedy: 'make a package of it with dfota generate SOURCE TARGET; dfota ls shows what is in a build',
  });
}
