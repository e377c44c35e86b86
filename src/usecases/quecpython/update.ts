/** Makes an update of the user's files of a QuecPython program: `dfota quecpython update`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFolder } from '../../files/output.js';
import { ProofError, UsageError } from '../../model/errors.js';
import type { Ports } from '../../model/ports.js';
import type { QuecpythonProof, QuecpythonUpdate } from '../../model/quecpython.js';
import { deviceOf, lives } from '../../quecpython/device/life.js';
import { checkList, deviceJson, listedNames, listName, type UserFiles } from '../../quecpython/maker/lists.js';
import { finalTree, type UpdateSet, updateSet } from '../../quecpython/maker/update-set.js';
import { holdApart } from '../hold-apart.js';
import { faultsIn, readUserTree } from './user-tree.js';

/** Which trees: what lies below `/usr` before and after. */
export interface QuecpythonUpdateRequest {
  readonly old: string;
  readonly next: string;
  /** A folder that appears with all its content. */
  readonly output: string;
  /** Where the content of `.updater/` will be served; addresses are relative without it. */
  readonly baseUrl?: string | undefined;
}

/** Raised when a field of the document changes its meaning or goes away; new fields do not count. */
export const quecpythonJsonVersion = 1;

/**
 * Writes what the device's own updater takes: the files, `download.stat` and `update.flag`; the list of check sums is the last file. It is
 * applied to a simulated device, with a power cut after every change, before the folder gets its name. Throws UsageError, InputError, ProofError.
 */
export async function quecpythonUpdate(request: QuecpythonUpdateRequest, ports: Ports = {}): Promise<QuecpythonUpdate> {
  const { old, next, output } = request;
  await holdApart(
    [
      { role: 'the old tree', path: old },
      { role: 'the new tree', path: next },
    ],
    [{ role: 'the output', path: output, kind: 'new-folder' }],
  );
  const baseUrl = baseUrlOf(request.baseUrl);
  const before = await readUserTree(old, 'read-source', ports);
  const after = await readUserTree(next, 'read-target', ports);
  const made = updateSet(before, after, baseUrl);
  if ('faults' in made) throw faultsIn(next, made.faults);
  const { set } = made;
  const proof = proveUpdate(output, before, finalTree(after, set), set, ports);
  const update: QuecpythonUpdate = {
    output,
    files: set.files,
    deletes: set.deletes,
    unchanged: set.unchanged,
    bytes: set.files.reduce((sum, { size }) => sum + size, 0),
    listed: set.listed,
    proof,
    remarks: set.remarks,
  };
  await writeFolder(output, (folder) => writeSet(folder, set, update), { signal: ports.signal });
  return update;
}

async function writeSet(folder: string, set: UpdateSet, { output: _, ...update }: QuecpythonUpdate): Promise<void> {
  for (const [name, bytes] of set.staged) {
    const path = join(folder, '.updater', ...name.split('/'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  const fetch = set.files.map(({ url, name }) => ({ url, file_name: name }));
  await writeFile(join(folder, 'fetch.json'), `${deviceJson(fetch)}\n`);
  const document = { format: 'dfota-quecpython-update', version: quecpythonJsonVersion, ...update };
  await writeFile(join(folder, 'update.json'), `${JSON.stringify(document, undefined, 2)}\n`);
}

function baseUrlOf(given: string | undefined): string {
  if (given === undefined) return '';
  if (/^https?:\/\/[^\s"]+$/i.test(given)) return given.endsWith('/') ? given : `${given}/`;
  throw new UsageError({
    code: 'quecpython-url',
    message: 'the address that files are fetched from is none',
    found: given,
    expected: 'http:// or https://, a host, a path',
  });
}

/** The device has the old tree, in a backup too, as it left the factory. */
function proveUpdate(
  output: string,
  old: UserFiles,
  wanted: UserFiles,
  set: UpdateSet,
  { signal }: Ports,
): QuecpythonProof {
  const list = Buffer.from(checkList(old, listedNames(old), 'crc32').text);
  const files = new Map<string, Uint8Array>([['/bak/backup_restore.json', Buffer.from('{"enable": 1}')]]);
  for (const [name, bytes] of [...old, [listName, list] as const]) {
    files.set(`/usr/${name}`, name === listName ? list : bytes);
    files.set(name === listName ? `/bak/${name}` : `/bak/usr/${name}`, name === listName ? list : bytes);
  }
  const staged = new Map([...set.staged].map(([name, bytes]) => [`/usr/.updater/${name}`, bytes]));
  let steps = -1;
  let starts = 0;
  for (const outcome of lives(deviceOf(files), staged)) {
    signal?.throwIfAborted();
    steps += 1;
    starts = Math.max(starts, outcome.starts);
    const has = new Map([...outcome.files].filter(([path]) => /^\/usr\/(?!\.updater\/)/.test(path)));
    const wrong = [...wanted].find(([name, bytes]) => Buffer.compare(has.get(`/usr/${name}`) ?? absent, bytes) !== 0);
    const odd = [...has.keys()].find((path) => !wanted.has(path.slice('/usr/'.length)));
    const [restored] = outcome.restored;
    if (wrong === undefined && odd === undefined && restored === undefined) continue;
    const name = wrong?.[0] ?? odd ?? restored;
    throw new ProofError({
      code: 'quecpython-proof',
      place: { file: output, entry: name },
      message: 'the simulated device did not come to the new tree',
      found: steps === 0 ? 'without a power cut' : `with a power cut after change ${steps}`,
    });
  }
  return { steps, starts };
}

/** Not the content of any file that is written here. */
const absent = Buffer.from('\0absent');
