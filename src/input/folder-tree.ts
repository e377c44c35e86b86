import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { asInputError } from '../files/system-error.js';
import type { Content } from '../model/build.js';
import { type Sha256, sha1Of, toSha1, toSha256 } from '../model/digest.js';
import { type Fault, InputError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import { largestBuildBytes, largestFileBytes, largestFileInWords } from '../model/limits.js';
import { type BuildPath, compareBytes, displayName, fromBytes, toBytes } from '../model/path.js';
import type { ReadOptions, Tree, TreeNode } from '../model/tree.js';
import { concurrently } from './concurrently.js';
import { linkFault } from './links.js';
import { checkNames } from './names.js';

const filesAtOnce = 6;
const bufferedUpTo = 4 * 1024 * 1024;
const chunkLength = 256 * 1024;

interface Found {
  readonly name: string;
  readonly kind: 'file' | 'link' | 'directory';
  readonly stats: Stats;
}

/** The path on disk of a name inside the folder, as bytes: names need not be text. */
function onDisk(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`, 'utf8'), toBytes(name)]);
}

function inputError(error: unknown, folder: string, name: string): unknown {
  return name === '' ? asInputError(error, folder) : asInputError(error, folder, displayName(name));
}

async function walk(folder: string, signal: AbortSignal | undefined) {
  const found: Found[] = [];
  const findings: Finding[] = [];
  const waiting = [''];
  for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
    signal?.throwIfAborted();
    let names: Buffer[];
    try {
      names = await readdir(inside === '' ? folder : onDisk(folder, inside), { encoding: 'buffer' });
    } catch (error) {
      throw inputError(error, folder, inside);
    }
    for (const bytes of names) {
      const name = inside === '' ? fromBytes(bytes) : `${inside}/${fromBytes(bytes)}`;
      const stats = await lstat(onDisk(folder, name)).catch((error) => {
        throw inputError(error, folder, name);
      });
      const kind = stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'link'
          : stats.isDirectory()
            ? 'directory'
            : undefined;
      if (kind === undefined) {
        findings.push({
          severity: 'warning',
          code: 'special-file-skipped',
          place: { file: folder, entry: displayName(name) },
          message: 'a special file is left out: a package can carry files, links and directories only',
          found: stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device',
        });
        continue;
      }
      if (kind === 'directory') waiting.push(name);
      found.push({ name, kind, stats });
    }
  }
  return { found, findings };
}

function sizeFaults(folder: string, found: readonly Found[]): Fault[] {
  const faults: Fault[] = [];
  let total = 0;
  for (const { name, kind, stats } of found) {
    if (kind !== 'file') continue;
    total += stats.size;
    if (stats.size <= largestFileBytes) continue;
    const place = { file: folder, entry: displayName(name) };
    faults.push({
      code: 'file-too-large',
      place,
      message: 'the file is too large',
      found: `${stats.size} bytes`,
      expected: largestFileInWords,
    });
  }
  if (total > largestBuildBytes) {
    const message = 'the folder holds more than any module can';
    faults.push({
      code: 'build-too-large',
      place: { file: folder },
      message,
      found: `${total} bytes`,
      expected: `at most ${largestBuildBytes} bytes`,
    });
  }
  return faults;
}

async function digestFile(path: Buffer, size: number, onBytes: (count: number) => void): Promise<Content> {
  if (size <= bufferedUpTo) {
    const bytes = await readFile(path);
    onBytes(bytes.length);
    return { size: bytes.length, sha1: sha1Of(bytes) };
  }
  const hash = createHash('sha1');
  let done = 0;
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(chunkLength);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkLength, done);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
      onBytes(bytesRead);
    }
  } finally {
    await handle.close();
  }
  return { size: done, sha1: toSha1(hash.digest('hex')) };
}

/** SHA-256 of the sorted listing with digests and modes: what identifies a folder, as its bytes identify a zip. */
function digestOf(nodes: ReadonlyMap<BuildPath, TreeNode>): Sha256 {
  const hash = createHash('sha256');
  for (const [path, node] of [...nodes].sort(([a], [b]) => compareBytes(a, b))) {
    const own = node.kind === 'link' ? '' : (node.own?.mode.toString(8) ?? '');
    const what = node.kind === 'file' ? node.content.sha1 : node.kind === 'link' ? node.destination : '';
    hash.update(toBytes(`${node.kind}\0${path}\0${own}\0${what}\0`));
  }
  return toSha256(hash.digest('hex'));
}

/** Reads a folder of the layout of targetfiles.zip. Links are not followed; modes are the folder's, owners are not. Throws InputError. */
export async function readFolder(folder: string, options: ReadOptions): Promise<Tree> {
  const { found, findings } = await walk(folder, options.signal);
  const { paths, faults } = checkNames(folder, found);
  const all = [...faults, ...sizeFaults(folder, found)];
  if (all.length > 0) throw new InputError(all);
  const totalBytes = found.reduce((sum, { kind, stats }) => sum + (kind === 'file' ? stats.size : 0), 0);
  let doneBytes = 0;
  let doneItems = 0;
  const tell = (item: string): void =>
    options.onProgress({ stage: options.stage, doneBytes, totalBytes, doneItems, totalItems: found.length, item });
  const nodes = new Map<BuildPath, TreeNode>();
  await concurrently(found, filesAtOnce, options.signal, async ({ name, kind, stats }) => {
    const path = paths.get(name);
    if (path === undefined) throw new Error(`no path for ${name}`);
    const shown = displayName(name);
    const own = { uid: 0, gid: 0, mode: stats.mode & 0o7777, origin: 'folder-mode' } as const;
    try {
      if (kind === 'directory') {
        nodes.set(path, { kind, own });
      } else if (kind === 'link') {
        const destination = fromBytes(await readlink(onDisk(folder, name), { encoding: 'buffer' }));
        const fault = linkFault(destination, { file: folder, entry: shown });
        if (fault !== undefined) throw new InputError(fault);
        nodes.set(path, { kind, destination });
      } else {
        const content = await digestFile(onDisk(folder, name), stats.size, (count) => {
          doneBytes += count;
          tell(shown);
        });
        nodes.set(path, { kind, content, own });
      }
    } catch (error) {
      throw asInputError(error, folder, shown);
    }
    doneItems += 1;
    tell(shown);
  });
  return {
    origin: folder,
    digest: digestOf(nodes),
    nodes,
    findings,
    async read(path) {
      const node = nodes.get(path);
      if (node?.kind !== 'file') throw new RangeError(`no file ${displayName(path)} in ${folder}`);
      let bytes: Buffer<ArrayBuffer>;
      try {
        bytes = await readFile(onDisk(folder, path));
      } catch (error) {
        throw asInputError(error, folder, displayName(path));
      }
      if (sha1Of(bytes) !== node.content.sha1) {
        const place = { file: folder, entry: displayName(path) };
        throw new InputError({ code: 'input-changed', place, message: 'the input was changed while it was in use' });
      }
      return bytes;
    },
    close: async () => {},
  };
}
