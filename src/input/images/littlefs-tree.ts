import { readBounded } from '../../files/bounded-read.js';
import { FormatError } from '../../formats/format-error.js';
import { type Littlefs, readLittlefs } from '../../formats/littlefs/read.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { InputTree } from '../../model/input-tree.js';
import { largestLittlefsImageBytes } from '../../model/limits/littlefs.js';
import { displayName } from '../../model/path.js';
import { bareEntry } from '../../model/tree-entry.js';

/** Reads a LittleFS image. Throws InputError when it cannot be read or is none of version 1. */
export async function readLittlefsFile(path: string): Promise<{ readonly size: number; readonly image: Littlefs }> {
  const bytes = await readBounded(path, {
    limit: largestLittlefsImageBytes,
    code: 'littlefs-no-image',
    what: 'a LittleFS image',
  });
  try {
    return { size: bytes.length, image: readLittlefs(bytes) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(
      {
        code: 'littlefs-no-image',
        place: { file: path },
        message: 'the file is no LittleFS image of version 1',
        found: error.message,
        remedy: 'give an image as dfota littlefs make, mklfs or the device has written it',
      },
      { cause: error },
    );
  }
}

/** A LittleFS image as a tree: directories and files, without owners, modes and dates. Throws InputError. */
export async function openLittlefsTree(path: string): Promise<InputTree> {
  const { image } = await readLittlefsFile(path);
  return {
    origin: path,
    description: `LittleFS ${image.diskVersion}, ${image.blockCount} blocks of ${image.blockSize} bytes`,
    entries: image.entries.map(({ path: name, kind, size }) => ({
      ...bareEntry,
      path: name,
      kind,
      size: kind === 'file' ? size : 0,
    })),
    findings: findingsOf(path, image),
    content: (name) => once(path, image, name),
    close: async () => {},
  };
}

async function* once(file: string, image: Littlefs, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield image.content(name);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(
      {
        code: 'littlefs-file',
        place: { file, entry: displayName(name) },
        message: 'its content cannot be read',
        found: error.message,
      },
      { cause: error },
    );
  }
}

function findingsOf(file: string, { problems, moreProblems }: Littlefs): readonly Finding[] {
  const told = problems.map(({ severity, code, path, block, message }): Finding => {
    const entry = path === undefined || path === '' ? undefined : displayName(path);
    return {
      severity,
      code,
      place: { file, entry },
      message: block === undefined ? message : `block ${block}: ${message}`,
    };
  });
  if (moreProblems === 0) return told;
  const message = `${moreProblems} more problems like these`;
  return [...told, { severity: 'error', code: 'littlefs-entry', place: { file }, message }];
}
