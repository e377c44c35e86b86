/** Writes an input's tree into a folder: `dfota extract`. */
import { Buffer } from 'node:buffer';
import { chmod, link, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { writeFolder } from '../files/output.js';
import { openInput, withFolders } from '../input/images/open-input.js';
import { linkFault } from '../input/links.js';
import { selectPaths } from '../input/selection.js';
import { type Fault, InputError, UsageError } from '../model/errors.js';
import type { InputTree } from '../model/input-tree.js';
import type { Extraction } from '../model/listing.js';
import { displayName, toBytes, unsafeName } from '../model/path.js';
import type { Ports } from '../model/ports.js';
import { silent } from '../model/progress.js';
import type { TreeEntry } from '../model/tree-entry.js';
import { holdOutputsApart } from './hold-apart.js';

/** What to extract, and where to. */
export interface ExtractRequest {
  /** A zip, a folder, an UBI or UBIFS image, or a folder of raw images. */
  readonly input: string;
  /** A folder that does not exist yet or is empty. */
  readonly output: string;
  /** Paths, folders and patterns; everything when there are none. */
  readonly only?: readonly string[] | undefined;
  /** Volume of an UBI image. */
  readonly volume?: string | undefined;
}

/**
 * Extracts what is chosen into a new folder. Modes and links are kept, owners are not, devices are told and not made. All is
 * written into a temporary folder beside the output first: on failure nothing is left. A file that cannot be read is left
 * out and told; the rest is extracted. Throws UsageError and InputError.
 */
export async function extract(request: ExtractRequest, ports: Ports = {}): Promise<Extraction> {
  const { input, output, only = [], volume } = request;
  const chosen = selectPaths(only, '--only');
  await holdOutputsApart({ whole: [['the input', input]] }, [{ role: 'the output', path: output, kind: 'new-folder' }]);
  const tree = await openInput(input, { ...ports, volume, stage: 'extract' });
  try {
    const entries = withFolders(tree.entries, chosen);
    if (entries.length === 0 && only.length > 0) {
      throw new UsageError({
        code: 'nothing-chosen',
        place: { file: input },
        message: '--only matches nothing in the input',
        found: `${tree.entries.length} entries`,
        remedy: 'see what there is with dfota ls; patterns start at the top, such as SYSTEM/etc or **/*.so',
      });
    }
    const written = await writeFolder(output, (folder) => writeEntries(tree, entries, folder, ports), {
      signal: ports.signal,
    });
    const { origin, description, findings } = tree;
    return { origin, description, output, findings, ...written };
  } finally {
    await tree.close();
  }
}

type Written = Pick<Extraction, 'files' | 'directories' | 'links' | 'bytes' | 'special' | 'unreadable'>;

/** The path of an entry on disk, as bytes. Names were checked when the input was read; this is the last line of defence. */
function onDisk(folder: string, path: string): Buffer {
  if (unsafeName(path) !== undefined) throw new Error(`unsafe name ${displayName(path)}`);
  return Buffer.concat([Buffer.from(`${folder}/`, 'utf8'), toBytes(path)]);
}

/** Folders first, then files, then links (so that nothing is ever written through one), then the modes of the folders. */
async function writeEntries(
  tree: InputTree,
  entries: readonly TreeEntry[],
  folder: string,
  { onProgress = silent, signal }: Ports,
): Promise<Written> {
  const directories = entries.filter(({ kind }) => kind === 'directory');
  const files = entries.filter(({ kind }) => kind === 'file');
  const links = entries.filter(({ kind }) => kind === 'link');
  const special = entries.filter(({ kind }) => kind !== 'directory' && kind !== 'file' && kind !== 'link');
  const unreadable: Fault[] = [];
  const made = new Map<number, Buffer>();
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  let doneItems = 0;
  for (const { path } of directories) await mkdir(onDisk(folder, path), { mode: 0o700 });
  for (const entry of files) {
    signal?.throwIfAborted();
    const at = onDisk(folder, entry.path);
    const known = entry.fileId === undefined || entry.links < 2 ? undefined : made.get(entry.fileId);
    if (known !== undefined) await link(known, at);
    else {
      const faults = await writeFile(tree, entry, at, signal);
      if (faults.length === 0 && entry.fileId !== undefined) made.set(entry.fileId, at);
      unreadable.push(...faults);
      if (faults.length > 0) continue;
      bytes += entry.size;
    }
    doneItems += 1;
    onProgress({
      stage: 'extract',
      doneBytes: bytes,
      totalBytes,
      doneItems,
      totalItems: files.length,
      item: displayName(entry.path),
    });
  }
  let linked = 0;
  for (const { path, destination = '' } of links) {
    const fault = linkFault(destination, { file: tree.origin, entry: displayName(path) });
    if (fault === undefined) await symlink(toBytes(destination), onDisk(folder, path));
    if (fault === undefined) linked += 1;
    else unreadable.push(fault);
  }
  // Innermost first: a folder that may not be entered is closed last.
  for (const { path, mode } of [...directories].reverse()) await chmod(onDisk(folder, path), mode ?? 0o755);
  return { files: doneItems, directories: directories.length, links: linked, bytes, special, unreadable };
}

async function writeFile(
  tree: InputTree,
  entry: TreeEntry,
  at: Buffer,
  signal: AbortSignal | undefined,
): Promise<readonly Fault[]> {
  const handle = await open(at, 'wx', 0o600);
  try {
    for await (const bytes of tree.content(entry.path)) {
      signal?.throwIfAborted();
      for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
    }
    await handle.chmod(entry.mode ?? 0o644);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    await rm(at);
    return error.faults;
  } finally {
    await handle.close();
  }
  if (entry.mtime !== undefined && Number.isSafeInteger(entry.mtime))
    await utimes(at, entry.mtime, entry.mtime).catch(() => {});
  return [];
}
