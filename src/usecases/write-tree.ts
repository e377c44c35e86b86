/** Writes the entries of an input's tree into an empty folder, with names that the system takes. */

import { Buffer } from 'node:buffer';
import { chmod, link, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { type HostSystem, hostNames, hostSystem, showRenamed } from '../files/host-names.js';
import { ignoresCase } from '../files/same-file.js';
import { systemCode, systemFault } from '../files/system-error.js';
import { linkFault } from '../input/links.js';
import { type Fault, InputError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { InputTree } from '../model/input-tree.js';
import { mostNamesTold } from '../model/limits/explain.js';
import type { Extraction } from '../model/listing.js';
import { displayName, toBytes, unsafeName } from '../model/path.js';
import type { Ports } from '../model/ports.js';
import { silent } from '../model/progress.js';
import type { TreeEntry } from '../model/tree-entry.js';

/** What was written. */
export type WrittenTree = Pick<
  Extraction,
  'files' | 'directories' | 'links' | 'bytes' | 'special' | 'unreadable' | 'findings'
>;

/** Refusals that are about one name or one kind of entry: it is left out and told, and the rest is written. */
const ofOneEntry: ReadonlySet<string | undefined> = new Set(
  'EEXIST EILSEQ EINVAL ENAMETOOLONG ENOENT ENOTDIR ENOSYS ENOTSUP EOPNOTSUPP EPERM'.split(' '),
);

/** Folders first, then files, then links (so that nothing is ever written through one), then the modes of the folders. */
export async function writeTree(
  tree: InputTree,
  entries: readonly TreeEntry[],
  folder: string,
  { onProgress = silent, signal }: Ports,
): Promise<WrittenTree> {
  const system = hostSystem(process.platform);
  const made = entries.filter(({ kind }) => kind === 'directory' || kind === 'file' || kind === 'link');
  const special = entries.filter(({ kind }) => kind !== 'directory' && kind !== 'file' && kind !== 'link');
  const host = hostNames(
    made.map(({ path }) => path),
    system,
    await ignoresCase(folder),
  );
  const place = (path: string) => ({ file: tree.origin, entry: displayName(path) });
  const unreadable: Fault[] = [...host.colliding].map(([path, other]) => ({
    code: 'extract-collides',
    place: place(path),
    message: `it is left out: here it would have the same name as ${displayName(other)}`,
    remedy: 'extract on a file system that tells upper case from lower case',
  }));
  /** Runs a step for one entry; `false` when the system refuses this one, which is told. */
  const attempt = async (path: string, step: (at: Buffer) => Promise<void>): Promise<boolean> => {
    const name = host.names.get(path);
    if (name === undefined) return false;
    try {
      await step(onDisk(folder, name));
      return true;
    } catch (error) {
      const faults = error instanceof InputError ? error.faults : refusalOf(error, place(path));
      if (faults === undefined) throw error;
      unreadable.push(...faults);
      return false;
    }
  };

  const directories: TreeEntry[] = [];
  for (const entry of made.filter(({ kind }) => kind === 'directory')) {
    if (await attempt(entry.path, async (at) => void (await mkdir(at, { mode: 0o700 })))) directories.push(entry);
  }
  const files = made.filter(({ kind }) => kind === 'file');
  const known = new Map<number, Buffer>();
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  let doneItems = 0;
  for (const entry of files) {
    signal?.throwIfAborted();
    const written = await attempt(entry.path, async (at) => {
      const first = entry.fileId === undefined || entry.links < 2 ? undefined : known.get(entry.fileId);
      if (first !== undefined && (await linked(first, at))) return;
      await writeFile(tree, entry, at, signal);
      if (entry.fileId !== undefined) known.set(entry.fileId, at);
      bytes += entry.size;
    });
    if (!written) continue;
    doneItems += 1;
    const item = displayName(entry.path);
    onProgress({ stage: 'extract', doneBytes: bytes, totalBytes, doneItems, totalItems: files.length, item });
  }
  let links = 0;
  for (const { path, destination = '' } of made.filter(({ kind }) => kind === 'link')) {
    const fault = linkFault(destination, place(path));
    if (fault !== undefined) unreadable.push(fault);
    else if (await attempt(path, (at) => symlink(toBytes(destination), at))) links += 1;
  }
  // Innermost first: a folder that may not be entered is closed last.
  for (const { path, mode } of [...directories].reverse()) {
    const name = host.names.get(path);
    if (name !== undefined) await chmod(onDisk(folder, name), mode ?? 0o755);
  }
  const findings = renamedFindings(host.renamed, system, tree.origin);
  return { files: doneItems, directories: directories.length, links, bytes, special, unreadable, findings };
}

/** The path of an entry on disk, as bytes. Names were checked when the input was read; this is the last line of defence. */
function onDisk(folder: string, name: string): Buffer {
  if (unsafeName(name) !== undefined) throw new Error(`unsafe name ${displayName(name)}`);
  return Buffer.concat([Buffer.from(`${folder}/`, 'utf8'), toBytes(name)]);
}

function refusalOf(error: unknown, place: { file: string; entry: string }): readonly Fault[] | undefined {
  const refusal = ofOneEntry.has(systemCode(error)) ? systemFault(error) : undefined;
  if (refusal === undefined) return undefined;
  const { message } = refusal;
  return [{ code: 'extract-refused', place, message: `it is left out: the system does not make it (${message})` }];
}

/** A second name for a file that was written; `false` where the file system has no hard links. */
async function linked(first: Buffer, at: Buffer): Promise<boolean> {
  try {
    await link(first, at);
    return true;
  } catch (error) {
    if (['EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

async function writeFile(
  tree: InputTree,
  entry: TreeEntry,
  at: Buffer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const handle = await open(at, 'wx', 0o600);
  let complete = false;
  try {
    for await (const bytes of tree.content(entry.path)) {
      signal?.throwIfAborted();
      for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
    }
    await handle.chmod(entry.mode ?? 0o644);
    complete = true;
  } finally {
    await handle.close();
    if (!complete) await rm(at);
  }
  if (entry.mtime !== undefined && Number.isSafeInteger(entry.mtime))
    await utimes(at, entry.mtime, entry.mtime).catch(() => {});
}

function renamedFindings(renamed: readonly string[], system: HostSystem, file: string): readonly Finding[] {
  if (renamed.length === 0) return [];
  const told = renamed.slice(0, mostNamesTold).map((path) => showRenamed(path, system));
  if (renamed.length > told.length) told.push(`and ${renamed.length - told.length} more`);
  return [
    {
      severity: 'warning',
      code: 'extract-renamed',
      place: { file },
      message: 'some names cannot be names on this system, and were written with escapes: % and two hex digits',
      found: told.join(', '),
      remedy: 'extract on Linux when the names matter',
    },
  ];
}
