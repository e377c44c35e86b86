import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asInputError, systemCode } from '../../files/system-error.js';
import { plainText } from '../../formats/text/plain-text.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import { type Fault, InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { mostListFaultsShown } from '../../model/limits/input.js';
import { largestListBytes } from '../../model/limits.js';
import type { ListName, ListRules } from '../../model/list-rules.js';
import { fromBytes } from '../../model/path.js';
import { parseChmodList } from './chmod-list.js';
import { lineEndFindings } from './line-ends.js';
import { listFileNames } from './list-file-names.js';
import { listsDigest } from './lists-digest.js';
import { parseMultifotaList } from './multifota-list.js';
import { parsePathList } from './path-list.js';

/** How places in the starter lists are shown: the same on every machine. */
const starterFolder = 'templates/lists';
const starterPath = fileURLToPath(new URL('../../../../templates/lists/', import.meta.url));

/** A list's bytes; `undefined` where there is no such file. */
async function readList(path: string, shown: string): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const stats = await handle.stat();
      if (!stats.isFile())
        throw new InputError({ code: 'list-not-a-file', place: { file: shown }, message: 'it is not a file' });
      if (stats.size > largestListBytes) {
        const expected = `at most ${largestListBytes} bytes`;
        throw new InputError({
          code: 'list-too-large',
          place: { file: shown },
          message: 'it is too large for a list',
          expected,
        });
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw asInputError(error, shown);
  }
}

/** One unit a byte; UTF-16, with a mark or without, as UTF-8. The mark of UTF-8 stays: each list tells of it. */
function textOf(bytes: Uint8Array): string {
  const isMarkedUtf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isMarkedUtf8 ? fromBytes(bytes) : plainText(bytes);
}

async function checkFolder(folder: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(folder)).isDirectory();
  } catch (error) {
    throw asInputError(error, folder);
  }
  if (isFolder) return;
  const expected = `a folder with ${listFileNames.noota} and the others`;
  throw new InputError({
    code: 'lists-not-a-folder',
    place: { file: folder },
    message: 'it is not a folder',
    expected,
  });
}

/** Where a list file is: in the folder, or among the starter lists. */
export function listPath(folder: string | undefined, name: string): string {
  return join(folder ?? starterPath, name);
}

/** Lists and what was noticed about them. */
export interface Lists {
  readonly rules: ListRules;
  readonly findings: readonly Finding[];
  /** The files that are there. */
  readonly files: readonly ListFile[];
  /** Tells whether two runs had the same lists. */
  readonly listsDigest: Sha256;
}

/** A list file as it was read. */
export interface ListFile {
  readonly name: string;
  readonly sha256: Sha256;
}

/**
 * Reads the list files of a folder, or the starter lists where none is given. A list that the folder lacks is empty,
 * with a finding. Throws one InputError with a fault for every line that does not parse.
 */
export async function readLists(folder: string | undefined): Promise<Lists> {
  if (folder !== undefined) await checkFolder(folder);
  const findings: Finding[] = [];
  const files: ListFile[] = [];
  const load = async (list: ListName) => {
    const name = listFileNames[list];
    const file = folder === undefined ? `${starterFolder}/${name}` : join(folder, name);
    const bytes = await readList(folder === undefined ? join(starterPath, name) : file, file);
    if (bytes !== undefined) {
      const text = textOf(bytes);
      files.push({ name, sha256: sha256Of(bytes) });
      findings.push(...lineEndFindings(file, bytes, text));
      return { file, bytes, text };
    }
    findings.push({
      severity: 'information',
      code: 'list-missing',
      place: { file },
      message: 'the list is missing, and is taken as empty',
    });
    return { file, bytes: new Uint8Array(0), text: '' };
  };
  const [noota, fullota, chmod, multifota] = [
    await load('noota'),
    await load('fullota'),
    await load('chmod'),
    await load('multifota'),
  ];
  const keep = parsePathList('noota', noota.file, noota.text);
  const whole = parsePathList('fullota', fullota.file, fullota.text);
  const permissions = parseChmodList(chmod.file, chmod.text);
  const images = parseMultifotaList(multifota.file, multifota.text);
  const faults: Fault[] = [keep, whole, permissions, images].flatMap((list) => list.faults);
  if (faults.length > mostListFaultsShown) {
    const rest = `${faults.length - mostListFaultsShown} more lines of the lists do not parse`;
    throw new InputError([...faults.slice(0, mostListFaultsShown), { code: 'list-lines', message: rest }]);
  }
  if (faults.length > 0) throw new InputError(faults);
  return {
    rules: { keep: keep.rules, whole: whole.rules, permissions: permissions.rules, images: images.rules },
    findings,
    files,
    listsDigest: listsDigest({
      noota: noota.bytes,
      fullota: fullota.bytes,
      chmod: chmod.bytes,
      multifota: multifota.bytes,
    }),
  };
}
