/** A squashfs of version 4 as a tree. */

import type { ByteSource } from '../../model/byte-source.js';
import type { Code } from '../../model/codes.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { InputTree } from '../../model/input-tree.js';
import { mostSquashfsProblemsShown } from '../../model/limits/squashfs.js';
import { compareBytes, displayName } from '../../model/path.js';
import type { TreeEntry } from '../../model/tree-entry.js';
import { FormatError } from '../format-error.js';
import { attributesOf, type ReadAttributes } from './attributes.js';
import { contentsOf } from './content.js';
import { readInode } from './inodes.js';
import { metadataOf } from './metadata.js';
import { parseSuperblock, superblockBytes } from './superblock.js';
import { readIds } from './tables.js';
import { type WalkedEntry, walk } from './walk.js';

/** A read-only squashfs. */
export type Squashfs = Omit<InputTree, 'close'>;

/**
 * Opens a file system. Its directories are walked; content is read and unpacked only when asked for. What cannot be read is told as error
 * findings, and the rest is there. Throws InputError for what is no squashfs of version 4, and when not even its root can be read.
 */
export async function openSquashfs(source: ByteSource): Promise<Squashfs> {
  const problems = collector(source.name);
  const opened = await orInputError(source.name, 'squashfs-superblock', 'the squashfs cannot be read', async () => {
    const superblock = parseSuperblock(await source.read(0, superblockBytes));
    const metadata = metadataOf(source, superblock.compressor);
    const root = await readInode(metadata, superblock, superblock.root);
    if (root.kind !== 'directory') throw new FormatError(`its root is a ${root.kind}`);
    return { superblock, metadata, root, ids: await readIds(source, metadata, superblock) };
  });
  const { superblock, metadata, root, ids } = opened;
  if (source.size < superblock.bytesUsed) {
    const message = `the image has ${source.size} bytes, its file system ${superblock.bytesUsed}`;
    problems.add('squashfs-cut-short', undefined, message);
  }
  const walked = await walk(metadata, superblock, root, (path, message) =>
    problems.add('squashfs-tree', path, message),
  );
  const attributes = attributesOf(source, metadata, superblock);
  const entries: TreeEntry[] = [];
  for (const one of walked) entries.push(await entryOf(one, ids, attributes, problems));
  entries.sort((a, b) => compareBytes(a.path, b.path));
  const places = new Map(walked.map((one) => [one.path, one]));
  const contents = contentsOf(source, metadata, superblock);
  return {
    origin: source.name,
    description: `squashfs (${superblock.compressor}, blocks of ${superblock.blockSize} bytes)`,
    root: { mode: root.mode, uid: ids[root.uid] ?? 0, gid: ids[root.gid] ?? 0 },
    entries,
    readOnly: true,
    findings: problems.findings(),
    content: (path) => {
      const place = places.get(path);
      if (place?.inode.kind !== 'file') throw new RangeError(`no file ${displayName(path)} in ${source.name}`);
      return told(source.name, path, contents(place.inode, place.at));
    },
  };
}

async function* told(file: string, path: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const place = { file, entry: displayName(path) };
    const message = 'its content cannot be read';
    throw new InputError({ code: 'squashfs-data', place, message, found: error.message }, { cause: error });
  }
}

async function entryOf(
  { path, inode, at }: WalkedEntry,
  ids: Uint32Array,
  attributesAt: ReadAttributes,
  problems: Problems,
): Promise<TreeEntry> {
  let attributes: ReadonlyMap<string, Uint8Array> = new Map();
  if (inode.attributes !== undefined) {
    try {
      attributes = await attributesAt(inode.attributes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.add('squashfs-attributes', path, error.message);
    }
  }
  const [uid, gid] = [ids[inode.uid], ids[inode.gid]];
  if (uid === undefined || gid === undefined)
    problems.add('squashfs-tree', path, 'its owner is not in the table of owners');
  const { kind, mode, mtime, links } = inode;
  return {
    path,
    kind,
    size: kind === 'file' ? inode.size : kind === 'link' ? (inode.destination ?? '').length : 0,
    mode,
    uid: uid ?? 0,
    gid: gid ?? 0,
    mtime,
    destination: kind === 'link' ? inode.destination : undefined,
    device: kind === 'block-device' || kind === 'character-device' ? inode.device : undefined,
    links: kind === 'directory' ? 1 : links,
    // The place of the inode: names of one file have the same.
    fileId: at.block * 65_536 + at.offset,
    attributes,
    encrypted: false,
  };
}

interface Problems {
  add(code: Code, path: string | undefined, message: string): void;
  findings(): readonly Finding[];
}

function collector(file: string): Problems {
  const findings: Finding[] = [];
  let more = 0;
  const error = (code: Code, entry: string | undefined, message: string): Finding => ({
    severity: 'error',
    code,
    place: { file, entry },
    message,
  });
  return {
    add: (code, path, message) => {
      const entry = path === undefined || path === '' ? undefined : displayName(path);
      if (findings.length < mostSquashfsProblemsShown) findings.push(error(code, entry, message));
      else more += 1;
    },
    findings: () =>
      more === 0 ? findings : [...findings, error('squashfs-tree', undefined, `${more} more problems like these`)],
  };
}

async function orInputError<T>(file: string, code: Code, message: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError({ code, place: { file }, message, found: error.message }, { cause: error });
  }
}
