/** Makes the backup of the user's files of a QuecPython program: `dfota quecpython backup`. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolder } from '../../files/output.js';
import { type LittlefsNode, makeLittlefs, unfitPath } from '../../images/littlefs/make.js';
import { InputError, ProofError, UsageError } from '../../model/errors.js';
import { largestLittlefsImageBytes } from '../../model/limits/littlefs.js';
import { compareBytes, fromBytes } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { QuecpythonBackup, QuecpythonDigest, QuecpythonRemark } from '../../model/quecpython.js';
import { deviceOf, restoreFrom } from '../../quecpython/device/life.js';
import {
  type CheckList,
  caseFaults,
  checkList,
  deviceJson,
  lengthFault,
  listedNames,
  listName,
  type UserFiles,
} from '../../quecpython/maker/lists.js';
import { writtenNames } from '../../quecpython/maker/written-names.js';
import { holdApart } from '../hold-apart.js';
import { proveLittlefs } from '../littlefs/prove.js';
import { faultsIn, readUserTree } from './user-tree.js';

/** Which tree: what lies below `/usr` when the device leaves the factory. */
export interface QuecpythonBackupRequest {
  readonly tree: string;
  /** A folder that appears with all its content. */
  readonly output: string;
  /** Bytes of the partition; 204800 unless said otherwise. */
  readonly size?: number | undefined;
  /** SHA-256 for old firmware. */
  readonly digest?: QuecpythonDigest | undefined;
  /** Files that the program writes, by their path below `/usr`. */
  readonly writable?: readonly string[] | undefined;
}

const blockSize = 4096;
const presetBytes = 200 * 2 ** 10;

/**
 * Writes `customer_backup_fs.bin` with the tree, its list and the switch, and both files beside it. A list in the tree says which files the restore
 * looks after; without one it is all that are not empty. A device that loses or damages any listed file is simulated. Throws UsageError,
 * InputError, ProofError.
 */
export async function quecpythonBackup(request: QuecpythonBackupRequest, ports: Ports = {}): Promise<QuecpythonBackup> {
  const { tree, output, size = presetBytes, digest = 'crc32', writable = [] } = request;
  await holdApart([{ role: 'the tree', path: tree }], [{ role: 'the output', path: output, kind: 'new-folder' }]);
  requireSize(size);
  const files = await readUserTree(tree, 'read-source', ports);
  const hasList = files.has(listName);
  const names = listedNames(files);
  const list = checkList(files, names, digest);
  const faults = [...caseFaults(files)];
  if (hasList && names === undefined) {
    faults.push({ code: 'quecpython-list', name: listName, message: 'the list of check sums is not JSON of names' });
  }
  const long = lengthFault('the list of check sums', list.text);
  if (long !== undefined) faults.push(long);
  if (faults.length > 0) throw faultsIn(tree, faults);

  const flag = Buffer.from(deviceJson({ enable: 1 }));
  const content = contentOf(files, list, flag);
  const nodes = nodesOf(tree, content);
  const made = makeLittlefs(nodes, { size, blockSize });
  if (made.kind === 'too-small') throw tooSmall(tree, size, made.needed);
  const image = join(output, 'customer_backup_fs.bin');
  proveLittlefs(image, made.bytes, nodes);
  if (digest === 'crc32') proveRestore(output, content, ports);
  ports.signal?.throwIfAborted();
  await writeFolder(
    output,
    async (folder) => {
      await writeFile(join(folder, 'customer_backup_fs.bin'), made.bytes);
      await writeFile(join(folder, listName), list.text);
      await writeFile(join(folder, 'backup_restore.json'), flag);
    },
    { signal: ports.signal },
  );
  return {
    output,
    image,
    size,
    usedBlocks: made.usedBlocks,
    files: files.size - (hasList ? 1 : 0),
    listed: list.listed,
    digest,
    sha256: createHash('sha256').update(made.bytes).digest('hex'),
    remarks: [...list.remarks, ...writableRemarks(files, names, writable)],
  };
}

function requireSize(size: number): void {
  if (size % blockSize === 0 && size >= 4 * blockSize && size <= largestLittlefsImageBytes) return;
  throw new UsageError({
    code: 'littlefs-size',
    message: 'the size of the partition is not possible',
    found: `${size} bytes`,
    expected: `a multiple of ${blockSize} bytes, from ${4 * blockSize} to ${largestLittlefsImageBytes}`,
    remedy: 'give the size of customer_backup_fs as the module has it',
  });
}

/** What lies below `/bak`. */
function contentOf(files: UserFiles, { text }: CheckList, flag: Uint8Array): UserFiles {
  const content = new Map(
    [...files].filter(([name]) => name !== listName).map(([name, bytes]) => [`usr/${name}`, bytes]),
  );
  content.set(listName, Buffer.from(text));
  content.set('backup_restore.json', flag);
  return content;
}

function nodesOf(tree: string, content: UserFiles): readonly LittlefsNode[] {
  const nodes = new Map<string, LittlefsNode>();
  for (const [name, bytes] of content) {
    const path = fromBytes(Buffer.from(name));
    const unfit = unfitPath(path, blockSize);
    if (unfit !== undefined)
      throw new InputError({ code: 'littlefs-name', place: { file: tree, entry: name }, message: unfit });
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      nodes.set(path.slice(0, at), { kind: 'directory', path: path.slice(0, at) });
    nodes.set(path, { kind: 'file', path, bytes });
  }
  return [...nodes.values()].sort((a, b) => compareBytes(a.path, b.path));
}

function tooSmall(tree: string, size: number, needed: number): InputError {
  return new InputError({
    code: 'littlefs-too-small',
    place: { file: tree },
    message: 'the tree does not fit the partition of the backup',
    found: `${needed} bytes with directories and whole blocks`,
    expected: `at most ${size} bytes: ${needed - size} more are needed`,
    remedy: 'take files out of the tree, or give --size the bytes that the module has for it',
  });
}

function writableRemarks(
  files: UserFiles,
  names: readonly string[] | undefined,
  writable: readonly string[],
): readonly QuecpythonRemark[] {
  return writtenNames(
    [...(names ?? files.keys())].filter((name) => files.has(name)),
    writable,
  ).map(({ name, isSaid }) => ({
    code: 'quecpython-writable',
    name,
    message: isSaid
      ? 'the program writes it: at the next start the backup would undo what was written'
      : 'it looks like a file that the program writes: then the backup would undo at the next start what was written',
  }));
}

/** A device whose `/usr` is empty gets every listed file back, and at the next start nothing. */
function proveRestore(output: string, content: UserFiles, { signal }: Ports): void {
  const bak = new Map([...content].map(([name, bytes]) => [`/bak/${name}`, bytes]));
  const whole = new Map(
    [...content].flatMap(([name, bytes]) => (name.startsWith('usr/') ? [[`/${name}`, bytes] as const] : [])),
  );
  const fail = (found: string): never => {
    throw new ProofError({
      code: 'quecpython-proof',
      place: { file: output },
      message: 'the simulated device did not come to the tree of the backup',
      found,
    });
  };
  signal?.throwIfAborted();
  const [first] = restoreFrom(deviceOf(new Map([...bak, ...whole])));
  if (first !== undefined && first.length > 0) fail(`${first[0]} is restored though it is whole`);
  const [all = [], again = []] = restoreFrom(deviceOf(bak));
  const list: readonly { readonly name: string }[] = JSON.parse(Buffer.from(content.get(listName) ?? []).toString());
  const missing = list.find(({ name }) => !all.includes(name));
  if (missing !== undefined) fail(`${missing.name} is not restored`);
  if (again[0] !== undefined) fail(`${again[0]} is restored again and again`);
}
