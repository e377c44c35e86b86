/** Reads a tree of the user's files, as it lies below `/usr`. */
import { readFolder } from '../../input/folder-tree.js';
import { type Fault, InputError } from '../../model/errors.js';
import { largestQuecpythonTreeBytes, mostQuecpythonFiles } from '../../model/limits/quecpython.js';
import { displayName, toBytes } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { type Stage, silent } from '../../model/progress.js';
import type { QuecpythonFault, UserFiles } from '../../quecpython/maker/lists.js';

/** The files of a folder. Throws InputError for links, for names that are no text, and for more than any device holds. */
export async function readUserTree(folder: string, stage: Stage, ports: Ports): Promise<UserFiles> {
  const tree = await readFolder(folder, { stage, onProgress: ports.onProgress ?? silent, signal: ports.signal });
  const faults: Fault[] = [];
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const [path, node] of tree.nodes) {
    if (node.kind === 'directory') continue;
    const place = { file: folder, entry: displayName(path) };
    const name = nameOf(toBytes(path));
    if (node.kind === 'link') {
      const remedy = 'put a copy of the file in place of the link';
      faults.push({ code: 'quecpython-link', place, message: 'the device has no links', remedy });
    } else if (name === undefined) {
      faults.push({
        code: 'quecpython-name',
        place,
        message: 'the name is no text in UTF-8',
        remedy: 'rename the file',
      });
    } else {
      bytes += node.content.size;
      if (bytes > largestQuecpythonTreeBytes || files.size >= mostQuecpythonFiles) {
        const expected = `at most ${largestQuecpythonTreeBytes} bytes in ${mostQuecpythonFiles} files`;
        faults.push({ code: 'quecpython-large', place: { file: folder }, message: 'the tree is too large', expected });
        break;
      }
      files.set(name, await tree.read(path));
    }
    if (faults.length >= 20) break;
  }
  await tree.close();
  if (faults.length > 0) throw new InputError(faults);
  return files;
}

function nameOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Faults of a tree or a list, in the folder that they are about. */
export function faultsIn(folder: string, faults: readonly QuecpythonFault[]): InputError {
  return new InputError(
    faults
      .slice(0, 20)
      .map(({ code, name, message, found }) => ({ code, place: { file: folder, entry: name }, message, found })),
  );
}
