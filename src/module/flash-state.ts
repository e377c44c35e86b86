/** The flash of a simulated module as a JSON value: names, owners and digests; the bytes are kept by digest. */
import type { Blob, Piece, Whole } from '../device/blob.js';
import {
  addInode,
  directoryOf,
  emptyFileSystem,
  type FileSystem,
  type Inode,
  inodeOf,
  replaceInode,
  rootInode,
} from '../device/file-system.js';
import type { Flash } from '../device/machine.js';
import { emptyMap, mapEntries, mapSet } from '../device/persistent-map.js';
import { isSha1, type Sha1 } from '../model/digest.js';
import { compareBytes } from '../model/path.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Takes note of a content that the state names. */
export type OnContent = (content: Whole) => void;

/** Finds a content again by its digest. */
export type ContentOf = (sha1: Sha1, size: number) => Whole;

function blobJson(blob: Blob, onContent: OnContent): Json {
  if (blob.kind === 'whole') {
    onContent(blob);
    return [blob.sha1, blob.size];
  }
  return {
    pieces: blob.pieces.map((piece) => {
      if ('fill' in piece) return [piece.fill, piece.length];
      onContent(piece.of);
      return [piece.of.sha1, piece.of.size, piece.offset, piece.length];
    }),
  };
}

function inodeJson(fs: FileSystem, inode: Inode, onContent: OnContent): Json {
  if (inode.kind === 'link') return { kind: 'link', to: inode.destination };
  if (inode.kind === 'device') return { kind: 'device', partition: inode.partition };
  const { uid, gid, mode, selabel = null, capabilities } = inode;
  const owner = { uid, gid, mode, selabel, capabilities: capabilities === undefined ? null : String(capabilities) };
  if (inode.kind === 'file') return { kind: 'file', ...owner, content: blobJson(inode.content, onContent) };
  const children = [...mapEntries(inode.children)].sort(([a], [b]) => compareBytes(a, b));
  return {
    kind: 'directory',
    ...owner,
    children: children.map(([name, ino]) => [name, inodeJson(fs, inodeOf(fs, ino), onContent)]),
  };
}

/** The flash as a JSON value; every content that it names is told. */
export function flashJson(flash: Flash, onContent: OnContent): Json {
  return {
    volumes: [...mapEntries(flash.volumes)].map(([name, fs]) => ({
      name,
      capacity: fs.capacity,
      block: fs.block,
      unit: fs.unit,
      root: inodeJson(fs, inodeOf(fs, rootInode), onContent),
    })),
    partitions: [...mapEntries(flash.partitions)].map(([name, blob]) => [name, blobJson(blob, onContent)]),
    stage: flash.stage,
  };
}

/** The value is not what flashJson writes. */
export class DamagedState extends Error {
  override readonly name = 'DamagedState';
}

function damaged(what: string): never {
  throw new DamagedState(`${what} is not as it was written`);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : damaged(name);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : damaged('a list');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : damaged('a text');
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : damaged('a number');
}

function contentFrom([sha1, size]: readonly unknown[], contentOf: ContentOf): Whole {
  const digest = textOf(sha1);
  return isSha1(digest) ? contentOf(digest, countOf(size)) : damaged('a digest');
}

function blobFrom(value: unknown, contentOf: ContentOf): Blob {
  if (Array.isArray(value)) return contentFrom(value, contentOf);
  const pieces = listOf(field(value, 'pieces')).map((each): Piece => {
    const parts = listOf(each);
    if (parts.length === 2) return { fill: countOf(parts[0]), length: countOf(parts[1]) };
    const of = contentFrom(parts, contentOf);
    const [offset, length] = [countOf(parts[2]), countOf(parts[3])];
    return offset + length <= of.size ? { of, offset, length } : damaged('a piece');
  });
  return { kind: 'pieces', size: pieces.reduce((sum, { length }) => sum + length, 0), pieces };
}

function inodeFrom(value: unknown, contentOf: ContentOf): Inode {
  const kind = field(value, 'kind');
  if (kind === 'link') return { kind, destination: textOf(field(value, 'to')) };
  if (kind === 'device') return { kind, partition: textOf(field(value, 'partition')) };
  const [mode, selabel, capabilities] = ['mode', 'selabel', 'capabilities'].map((name) => field(value, name));
  const attributes = {
    uid: countOf(field(value, 'uid')),
    gid: countOf(field(value, 'gid')),
    mode: mode === 'unset' ? ('unset' as const) : countOf(mode),
    selabel: selabel === null ? undefined : textOf(selabel),
    capabilities:
      capabilities === null ? undefined : BigInt(/^\d+$/.exec(textOf(capabilities))?.[0] ?? damaged('a mask')),
  };
  if (kind === 'file') return { kind, content: blobFrom(field(value, 'content'), contentOf), ...attributes };
  return kind === 'directory' ? { kind, children: emptyMap(), ...attributes } : damaged('a kind');
}

function childrenOf(value: unknown): readonly (readonly [string, unknown])[] {
  return listOf(field(value, 'children')).map((each) => {
    const [name, node] = listOf(each);
    return [textOf(name), node];
  });
}

function volumeFrom(value: unknown, contentOf: ContentOf): FileSystem {
  const root = field(value, 'root');
  const made = inodeFrom(root, contentOf);
  if (made.kind !== 'directory') return damaged('a root');
  const [capacity, block, unit] = ['capacity', 'block', 'unit'].map((name) => countOf(field(value, name)));
  let fs = emptyFileSystem(capacity ?? 0, block ?? 0, unit ?? 0, made);
  fs = replaceInode(fs, rootInode, {
    ...directoryOf(fs, rootInode),
    ...made,
    children: directoryOf(fs, rootInode).children,
  });
  const pending: (readonly [number, unknown])[] = [[rootInode, root]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [parent, above] = next;
    for (const [name, node] of childrenOf(above)) {
      const inode = inodeFrom(node, contentOf);
      const added = addInode(fs, parent, name, inode);
      fs = added.fs;
      if (inode.kind === 'directory') pending.push([added.ino, node]);
    }
  }
  return fs;
}

/** The flash of a value that flashJson has made. Throws {@link DamagedState} for any other value. */
export function flashFrom(value: unknown, contentOf: ContentOf): Flash {
  let volumes = emptyMap<string, FileSystem>();
  for (const each of listOf(field(value, 'volumes'))) {
    volumes = mapSet(volumes, textOf(field(each, 'name')), volumeFrom(each, contentOf));
  }
  let partitions = emptyMap<string, Blob>();
  for (const each of listOf(field(value, 'partitions'))) {
    const [name, blob] = listOf(each);
    partitions = mapSet(partitions, textOf(name), blobFrom(blob, contentOf));
  }
  const stage = field(value, 'stage');
  return { volumes, partitions, stage: stage === undefined ? '' : textOf(stage) };
}
