import { readFile, stat } from 'node:fs/promises';
import { asInputError } from '../files/system-error.js';
import { isSha1, type Sha1 } from '../model/digest.js';
import { type Fault, InputError } from '../model/errors.js';
import { largestDeviceListBytes } from '../model/limits.js';
import { type ArchivePath, displayName, fromBytes, toArchivePath, unsafeName } from '../model/path.js';
import { type OnProgress, silent } from '../model/progress.js';
import { readFolder } from './folder-tree.js';

/** The files of a module: where the user has them, and the SHA-1 of each as a path of SYSTEM. */
export interface ReadDeviceFiles {
  readonly origin: string;
  readonly files: ReadonlyMap<ArchivePath, Sha1>;
}

/**
 * Reads a module's files: a folder that holds a copy of its /system (or of /), or the output of sha1sum. Paths may
 * begin with `./`, `/` or `/system/`. Throws InputError.
 */
export async function readDeviceFiles(
  path: string,
  options: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadDeviceFiles> {
  let isFolder: boolean;
  try {
    const stats = await stat(path);
    isFolder = stats.isDirectory();
    if (!isFolder && stats.size > largestDeviceListBytes) {
      const expected = `at most ${largestDeviceListBytes} bytes`;
      throw new InputError({
        code: 'device-list-large',
        place: { file: path },
        message: 'the list is too large',
        expected,
      });
    }
  } catch (error) {
    throw asInputError(error, path);
  }
  if (isFolder) {
    const onProgress = options.onProgress ?? silent;
    const tree = await readFolder(path, { stage: 'read-source', onProgress, signal: options.signal });
    const files = new Map<string, Sha1>();
    for (const [name, node] of tree.nodes) if (node.kind === 'file') files.set(name, node.content.sha1);
    return { origin: path, files: underSystem(files) };
  }
  let text: string;
  try {
    text = fromBytes(await readFile(path));
  } catch (error) {
    throw asInputError(error, path);
  }
  const { files, faults } = parseHashList(text, path);
  if (faults.length > 0) throw new InputError(faults);
  return { origin: path, files: underSystem(files) };
}

/** At most this many lines are complained about. */
const mostFaults = 20;

/**
 * Lines of sha1sum (`<40 hex digits>  <path>`), one unit a byte; blank lines are skipped. Names are given without a
 * leading `./` or `/`. A line that begins with a backslash has its name escaped, as GNU sha1sum writes odd names.
 */
export function parseHashList(
  text: string,
  file: string,
): { readonly files: ReadonlyMap<string, Sha1>; readonly faults: readonly Fault[] } {
  const files = new Map<string, Sha1>();
  const faults: Fault[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*$/.test(line) || faults.length >= mostFaults) continue;
    const match = /^(\\?)([0-9A-Fa-f]{40}) [ *](.+?)\r?$/s.exec(line);
    const [, escaped = '', digits = '', written = ''] = match ?? [];
    const sha1 = digits.toLowerCase();
    const name = (escaped === '' ? written : written.replace(/\\([\\nr])/g, unescaped)).replace(/^(\.?\/)+/, '');
    const unsafe = unsafeName(name);
    if (isSha1(sha1) && unsafe === undefined) {
      files.set(name, sha1);
      continue;
    }
    faults.push({
      code: 'device-list-line',
      place: { file, line: index + 1 },
      message: match === null ? 'this line is none of sha1sum' : `the path cannot be one of a module (${unsafe})`,
      found: displayName(line.slice(0, 120)),
      expected: '40 hex digits, two blanks, a path',
      remedy: 'make the list with the command that "dfota check --help" shows',
    });
  }
  return { files, faults };
}

function unescaped(_all: string, letter: string): string {
  return letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\';
}

/** Names as paths of SYSTEM, whether they were taken in /, in the parent of /system, or as archive paths. */
function underSystem(files: ReadonlyMap<string, Sha1>): ReadonlyMap<ArchivePath, Sha1> {
  const prefix = ['SYSTEM/', 'system/'].find((start) => {
    for (const name of files.keys()) if (!name.startsWith(start)) return false;
    return files.size > 0;
  });
  return new Map([...files].map(([name, sha1]) => [toArchivePath(`SYSTEM/${name.slice(prefix?.length ?? 0)}`), sha1]));
}
