import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { asInputError } from '../../files/system-error.js';
import type { Content, Ownership } from '../../model/build.js';
import { type Sha256, sha1Of, toSha256 } from '../../model/digest.js';
import { type Fault, InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { largestBuildBytes, largestFileBytes, largestFileInWords, longestLinkBytes } from '../../model/limits.js';
import { type BuildPath, displayName, fromBytes } from '../../model/path.js';
import type { ReadOptions, Tree, TreeNode } from '../../model/tree.js';
import { bothOrNeither, concurrently } from '../concurrently.js';
import { linkFault } from '../links.js';
import { backslashFault } from '../misspelled.js';
import { checkNames, type NamedNode, withoutDots } from '../names.js';
import { digestInThreads, type EntryRead, isForThreads } from './digest-in-threads.js';
import { readDirectory, type ZipRecord } from './directory.js';
import { digestEntry, readEntry } from './entry-data.js';
import { packedRecord } from './packed.js';

const hashChunk = 1024 * 1024;
/** libuv has four threads to inflate on; a few more keep them busy while this one hashes. */
const entriesAtOnce = 6;
const longAtOnce = 2;

const typeBits = 0o170000;
const typeOf: ReadonlyMap<number, string> = new Map([
  [0o010000, 'a named pipe'],
  [0o020000, 'a character device'],
  [0o060000, 'a block device'],
  [0o140000, 'a socket'],
]);

type Kind = NamedNode['kind'];

interface Node extends NamedNode {
  readonly record: ZipRecord;
}

/** What an entry is; `undefined` for what no build can hold (devices, sockets). */
function kindOf(record: ZipRecord): Kind | undefined {
  if (record.name.endsWith('/')) return 'directory';
  switch ((record.unixMode ?? 0) & typeBits) {
    case 0:
    case 0o100000:
      return 'file';
    case 0o120000:
      return 'link';
    case 0o040000:
      return 'directory';
    default:
      return undefined;
  }
}

function withoutSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}

function ownOf(record: ZipRecord): { readonly own?: Ownership | undefined } {
  if (record.unixMode === undefined) return {};
  return { own: { uid: 0, gid: 0, mode: record.unixMode & 0o7777, origin: 'zip-mode' } };
}

function sizeFaults(file: string, nodes: readonly Node[]): Fault[] {
  const faults: Fault[] = [];
  let total = 0;
  for (const { record, kind } of nodes) {
    total += record.size;
    const place = { file, entry: displayName(record.name) };
    const found = `${record.size} bytes`;
    if (kind === 'directory' && record.size > 0) {
      faults.push({ code: 'zip-damaged', place, message: 'a directory entry holds bytes', found });
    } else if (kind === 'link' && record.size > longestLinkBytes) {
      const expected = `at most ${longestLinkBytes} bytes`;
      faults.push({ code: 'link-text', place, message: 'the text of a link is too long', found, expected });
    } else if (record.size > largestFileBytes) {
      const expected = largestFileInWords;
      faults.push({ code: 'file-too-large', place, message: 'the file is too large', found, expected });
    }
  }
  if (total > largestBuildBytes) {
    const found = `${total} bytes`;
    const message = 'the zip claims to hold more than any module can';
    faults.push({
      code: 'build-too-large',
      place: { file },
      message,
      found,
      expected: `at most ${largestBuildBytes} bytes`,
    });
  }
  return faults;
}

async function digestFile(handle: FileHandle, size: number, signal: AbortSignal): Promise<Sha256> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(hashChunk);
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(chunk, 0, hashChunk, at);
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
  return toSha256(hash.digest('hex'));
}

/** The nodes of the zip, those that can be used and findings about the others. Throws InputError with every fault of the names and claimed sizes. */
function nodesOf(file: string, records: readonly ZipRecord[]) {
  const all: Node[] = [];
  const findings: Finding[] = [];
  for (const record of records) {
    const kind = kindOf(record);
    if (kind === undefined) {
      findings.push({
        severity: 'warning',
        code: 'special-file-skipped',
        place: { file, entry: displayName(record.name) },
        message: 'a special file is left out: a package can carry files, links and directories only',
        found: typeOf.get((record.unixMode ?? 0) & typeBits) ?? 'an unknown kind of file',
      });
    } else {
      all.push({ name: withoutSlash(record.name), kind, record });
    }
  }
  findings.push(...unicodeNames(file, records));
  const backslashes = backslashFault(
    file,
    all.map(({ name }) => name),
  );
  if (backslashes !== undefined) throw new InputError(backslashes);
  const nodes = withoutDots(all);
  const { paths, faults } = checkNames(file, nodes);
  const wrong = [...faults, ...sizeFaults(file, nodes)];
  if (wrong.length > 0) throw new InputError(wrong);
  return { nodes, paths, findings };
}

/** Names that are not those of the headers, told once. */
function unicodeNames(file: string, records: readonly ZipRecord[]): readonly Finding[] {
  const changed = records.filter(({ otherName }) => otherName !== undefined);
  const [first] = changed;
  if (first === undefined) return [];
  return [
    {
      severity: 'information',
      code: 'unicode-names',
      place: { file, entry: displayName(first.name) },
      message: `${changed.length} ${changed.length === 1 ? 'name is' : 'names are'} taken from the Unicode path field, where the header has another`,
      found: displayName(first.otherName ?? ''),
      remedy: 'nothing: the field holds the names as they were on the disk',
    },
  ];
}

async function readNodes(handle: FileHandle, file: string, options: ReadOptions) {
  const { size: fileSize } = await handle.stat();
  const records = await readDirectory(handle, file, fileSize);
  const { nodes, paths, findings } = nodesOf(file, records);
  const totalBytes = nodes.reduce((sum, { record }) => sum + record.size, 0);
  let doneBytes = 0;
  let doneItems = 0;
  const tell = (item: string): void =>
    options.onProgress({ stage: options.stage, doneBytes, totalBytes, doneItems, totalItems: nodes.length, item });
  const found = new Map<BuildPath, TreeNode>();
  const sources = new Map<BuildPath, ZipRecord>();
  const pathOf = ({ name }: Node): BuildPath => {
    const path = paths.get(name);
    if (path === undefined) throw new Error(`no path for ${name}`);
    return path;
  };
  const done = ({ name }: Node): void => {
    doneItems += 1;
    tell(displayName(name));
  };
  const addLink = (node: Node, destination: string): void => {
    const fault = linkFault(destination, { file, entry: displayName(node.name) });
    if (fault !== undefined) throw new InputError(fault);
    found.set(pathOf(node), { kind: 'link', destination });
  };
  const addFile = (node: Node, content: Content): void => {
    const path = pathOf(node);
    found.set(path, { kind: 'file', content, ...ownOf(node.record) });
    sources.set(path, node.record);
  };
  const readNode = async (node: Node): Promise<void> => {
    const { name, kind, record } = node;
    if (kind === 'directory') {
      found.set(pathOf(node), { kind, ...ownOf(record) });
    } else if (kind === 'link') {
      addLink(node, fromBytes(await readEntry(handle, file, record)));
      doneBytes += record.size;
    } else {
      const content = await digestEntry(handle, file, record, (count) => {
        doneBytes += count;
        tell(displayName(name));
      });
      addFile(node, content);
    }
    done(node);
  };
  const inFileOrder = [...nodes].sort((a, b) => a.record.headerOffset - b.record.headerOffset);
  const left = new Set(inFileOrder);
  const isEarly = (node: Node): boolean => pathOf(node) === options.early?.path;
  const beside = options.beside && {
    entry: options.beside.entry,
    wants: (node: Node) => options.beside?.wants(pathOf(node), node.record) === true,
  };
  // What threads read, and what the main thread reads beside them, as a stream.
  const isShort = (node: Node): node is Node & { readonly kind: 'file' | 'link' } =>
    node.kind !== 'directory' &&
    (isForThreads(node.record) || (beside?.wants(node) === true && isForThreads(node.record, options.beside?.largest)));
  const long = inFileOrder
    .filter((node) => node.kind === 'file' && !isShort(node))
    .sort((a, b) => Number(isEarly(b)) - Number(isEarly(a)));
  const takeShort = (node: Node, read: EntryRead): void => {
    // A link that cannot be is told with the other faults.
    if ('text' in read && linkFault(read.text, { file }) !== undefined) return;
    if ('text' in read) addLink(node, read.text);
    else addFile(node, { size: node.record.size, sha1: read.sha1 });
    if ('sha1' in read && read.made !== undefined)
      options.beside?.take({ size: node.record.size, sha1: read.sha1 }, read.made);
    doneBytes += node.record.size;
    left.delete(node);
    done(node);
  };
  const tellEarly = (node: Node): void => {
    const path = pathOf(node);
    const read = found.get(path);
    if (path !== options.early?.path || read?.kind !== 'file') return;
    options.early.found(read.content, () => readChecked(handle, file, node.record, read.content));
  };
  const readLong = async (node: Node): Promise<void> => {
    try {
      await readNode(node);
      left.delete(node);
      tellEarly(node);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  };
  const [digest] = await bothOrNeither(
    options.signal,
    (signal) => digestFile(handle, fileSize, signal),
    async (signal) => {
      await bothOrNeither(
        signal,
        (stop) =>
          digestInThreads(
            handle.fd,
            inFileOrder.filter(isShort),
            { threads: options.threads, signal: stop },
            takeShort,
            beside,
          ),
        (stop) => concurrently(long, longAtOnce, stop, readLong),
      );
      // What was not read yet, or is to be told of.
      await concurrently([...left], entriesAtOnce, signal, readNode);
    },
  );
  return { digest, nodes: found, sources, findings };
}

/** The bytes of a file whose digest is known. */
async function readChecked(handle: FileHandle, file: string, record: ZipRecord, { sha1 }: Content) {
  const bytes = await readEntry(handle, file, record);
  if (sha1Of(bytes) !== sha1) {
    const place = { file, entry: displayName(record.name) };
    throw new InputError({ code: 'input-changed', place, message: 'the input was changed while it was in use' });
  }
  return bytes;
}

/** Reads a zip once from end to end: every file's CRC-32, size and SHA-1, the zip's SHA-256. Throws InputError. */
export async function readZip(file: string, options: ReadOptions): Promise<Tree> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    throw asInputError(error, file);
  }
  try {
    const { digest, nodes, sources, findings } = await readNodes(handle, file, options);
    return {
      origin: file,
      digest,
      nodes,
      findings,
      async read(path) {
        const record = sources.get(path);
        const node = nodes.get(path);
        if (record === undefined || node?.kind !== 'file')
          throw new RangeError(`no file ${displayName(path)} in ${file}`);
        return readChecked(handle, file, record, node.content);
      },
      packed(path) {
        const record = sources.get(path);
        return record === undefined ? undefined : { fd: handle.fd, record: packedRecord(record) };
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw asInputError(error, file);
  }
}
