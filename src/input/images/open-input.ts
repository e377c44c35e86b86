import { stat } from 'node:fs/promises';
import { asInputError } from '../../files/system-error.js';
import { InputError } from '../../model/errors.js';
import type { InputTree } from '../../model/input-tree.js';
import type { ImageFormat } from '../../model/listing.js';
import { type BuildPath, compareBytes, isWithin, parentOf, toBuildPath } from '../../model/path.js';
import { type OnProgress, type Stage, silent } from '../../model/progress.js';
import type { ReadOptions, Tree, TreeNode } from '../../model/tree.js';
import type { TreeEntry } from '../../model/tree-entry.js';
import { readFolder } from '../folder-tree.js';
import { readZip } from '../zip/zip-tree.js';
import { isRawImageFile, isRawImageFolder } from './find-images.js';
import { openImageTree } from './image-tree.js';
import { openLittlefsTree } from './littlefs-tree.js';
import { readRawImages } from './raw-images.js';

/** How an input is opened. */
export interface OpenInputOptions {
  /** Volume of an UBI image. */
  readonly volume?: string | undefined;
  /** What the input must be; without it, anything that is known. */
  readonly format?: ImageFormat | undefined;
  readonly stage?: Stage | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const noAttributes: ReadonlyMap<string, Uint8Array> = new Map();

/**
 * Opens any input as it is: a zip of any layout, a folder, an UBI or UBIFS image, a folder of raw images (seen as the
 * targetfiles.zip that it stands for). A zip is checked to its last byte. Throws InputError.
 */
export async function openInput(path: string, options: OpenInputOptions = {}): Promise<InputTree> {
  const reading: ReadOptions = {
    stage: options.stage ?? 'inspect',
    onProgress: options.onProgress ?? silent,
    signal: options.signal,
  };
  if (options.format === 'littlefs') return openLittlefsTree(path);
  let isFolder: boolean;
  try {
    const stats = await stat(path);
    isFolder = stats.isDirectory();
    if (!isFolder && !stats.isFile()) {
      throw new InputError({
        code: 'input-kind',
        place: { file: path },
        message: 'it is neither a file nor a folder',
        expected: 'a zip, a folder or an image',
      });
    }
  } catch (error) {
    throw asInputError(error, path);
  }
  if (!isFolder && (options.volume !== undefined || (await isRawImageFile(path)))) {
    return openImageTree(path, options.volume === undefined ? {} : { volume: options.volume });
  }
  if (!isFolder) return asInput(await readZip(path, reading), 'zip');
  if (await isRawImageFolder(path)) return asInput(await readRawImages(path, reading), 'folder of raw images');
  return asInput(await readFolder(path, reading), 'folder');
}

/** A build's tree as a plain one, with the directories that it only implies. */
function asInput(tree: Tree, description: string): InputTree {
  const nodes = new Map<BuildPath, TreeNode>(tree.nodes);
  for (const path of tree.nodes.keys()) {
    for (let parent = parentOf(path); parent !== undefined && !nodes.has(parent); parent = parentOf(parent)) {
      nodes.set(parent, { kind: 'directory' });
    }
  }
  const entries = [...nodes].map(([path, node]) => entryOf(path, node));
  return {
    origin: tree.origin,
    description,
    entries: entries.sort((a, b) => compareBytes(a.path, b.path)),
    findings: tree.findings,
    content: (path) => once(tree, toBuildPath(path)),
    close: () => tree.close(),
  };
}

async function* once(tree: Tree, path: BuildPath): AsyncGenerator<Uint8Array> {
  yield await tree.read(path);
}

function entryOf(path: BuildPath, node: TreeNode): TreeEntry {
  const own = node.kind === 'link' ? undefined : node.own;
  // The owners of a zip or a folder are the packer's; those of an image are the device's.
  const owner = own?.origin === 'image' ? own : undefined;
  return {
    path,
    kind: node.kind,
    size: node.kind === 'file' ? node.content.size : node.kind === 'link' ? node.destination.length : 0,
    mode: node.kind === 'link' ? 0o777 : own?.mode,
    uid: owner?.uid,
    gid: owner?.gid,
    mtime: undefined,
    destination: node.kind === 'link' ? node.destination : undefined,
    links: 1,
    attributes: noAttributes,
    encrypted: false,
  };
}

/** The entries that are chosen, and the directories above them. */
export function withFolders(entries: readonly TreeEntry[], chosen: (path: string) => boolean): readonly TreeEntry[] {
  const wanted = new Set<string>();
  for (const { path } of entries) {
    if (!chosen(path)) continue;
    wanted.add(path);
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) wanted.add(path.slice(0, cut));
  }
  return entries.filter(({ path }) => wanted.has(path));
}

/** Whether some entry lies at or below the folder. */
export function holds(entries: readonly TreeEntry[], folder: string): boolean {
  return entries.some(({ path }) => isWithin(path, folder));
}
