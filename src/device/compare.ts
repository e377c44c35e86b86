/** Holds the device after an update against what it should be. */

import type { Entry } from '../model/build.js';
import { isMinorImage, onDevice, sdx6x } from '../model/layout.js';
import { type BuildPath, compareBytes, displayName } from '../model/path.js';
import type { Difference, DifferenceKind } from '../model/verification.js';
import { type Blob, sliceBlob } from './blob.js';
import type { ContentStore } from './content.js';
import { EqualState, type IsEqual, type Met } from './equal-state.js';
import { type Attributes, directoryOf, type FileSystem, type Inode, inodeOf, rootInode } from './file-system.js';
import type { Flash } from './machine.js';
import { mapEach, mapEntries, mapGet } from './persistent-map.js';

/** What a directory should hold, by name. */
interface ExpectedNode {
  readonly entry: Entry | undefined;
  readonly children: Map<string, ExpectedNode>;
}

/** What the device should be. Made once, compared with many states. */
export interface Expectation {
  readonly system: ExpectedNode;
  readonly paths: number;
  /** Partitions that must start with an image: its name in the build, and where it may be. */
  readonly images: readonly {
    readonly image: Extract<Entry, { kind: 'file' }>;
    /** Keys of partitions; one of them must hold it. `undefined`: any. */
    readonly partition: string | undefined;
  }[];
  /** Whether SELinux labels count: without set_metadata nothing on the device sets them. */
  readonly labels: boolean;
}

/** Makes an expectation from entries by build path: SYSTEM, boot image, and MULTIFOTA images. */
export function expect(
  entries: ReadonlyMap<BuildPath, Entry>,
  bootPartition: string,
  images: ReadonlyMap<BuildPath, string> | undefined,
  labels: boolean,
): Expectation {
  const root: { entry: Entry | undefined; children: Map<string, ExpectedNode> } = {
    entry: undefined,
    children: new Map(),
  };
  let paths = 0;
  const wanted: { image: Extract<Entry, { kind: 'file' }>; partition: string | undefined }[] = [];
  for (const entry of entries.values()) {
    if (entry.kind === 'file' && entry.path === sdx6x.bootImage) {
      wanted.push({ image: entry, partition: bootPartition });
    } else if (entry.kind === 'file' && isMinorImage(entry.path)) {
      const partition = images?.get(entry.path);
      // with a map of the images, those that it leaves out are nobody's
      if (images === undefined || partition !== undefined) wanted.push({ image: entry, partition });
    }
    const device = onDevice(entry.path);
    if (device === undefined) continue;
    paths++;
    let node: ExpectedNode = root;
    const parts = entry.path.split('/').slice(1);
    for (const [index, part] of parts.entries()) {
      let child = node.children.get(part);
      if (child === undefined || index === parts.length - 1) {
        child = { entry: index === parts.length - 1 ? entry : undefined, children: child?.children ?? new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    if (parts.length === 0) root.entry = entry;
  }
  return { system: root, paths, images: wanted, labels };
}

const nothing: ExpectedNode = { entry: undefined, children: new Map() };

function octal(mode: Attributes['mode']): string {
  return mode === 'unset' ? 'left to the umask' : mode.toString(8).padStart(4, '0');
}

function size(blob: Blob): string {
  return `${blob.size} bytes${blob.kind === 'whole' ? `, SHA-1 ${blob.sha1}` : ''}`;
}

function compareAttributes(
  inode: Attributes,
  entry: Exclude<Entry, { kind: 'link' }>,
  labels: boolean,
  differ: (what: DifferenceKind, found: string, expected: string) => void,
): void {
  const { ownership } = entry;
  if (inode.mode !== ownership.mode) differ('mode', octal(inode.mode), octal(ownership.mode));
  if (inode.uid !== ownership.uid || inode.gid !== ownership.gid) {
    differ('owner', `${inode.uid}:${inode.gid}`, `${ownership.uid}:${ownership.gid}`);
  }
  if (labels && ownership.selabel !== undefined && inode.selabel !== ownership.selabel) {
    differ('label', inode.selabel ?? 'none', ownership.selabel);
  }
  const wanted = ownership.capabilities ?? 0n;
  const has = inode.capabilities ?? 0n;
  if (ownership.capabilities !== undefined && wanted !== has) {
    differ('capabilities', `0x${has.toString(16)}`, `0x${wanted.toString(16)}`);
  }
}

/** What was compared before, for many states that are held against the same expectation. */
export type ComparedBefore = EqualState<ExpectedNode>;

/** Nothing yet. */
export function nothingCompared(): ComparedBefore {
  return new EqualState();
}

/** Compares a state with the expectation. Gives the first differences in byte order of the path, and how many there are. */
export async function compareWith(
  expectation: Expectation,
  flash: Flash,
  store: ContentStore,
  most = 20,
  before: ComparedBefore = nothingCompared(),
): Promise<{ readonly differences: readonly Difference[]; readonly count: number }> {
  const all: Difference[] = [];
  const { labels } = expectation;
  const fs = mapGet(flash.volumes, '/system');
  if (fs !== undefined) {
    const root = directoryOf(fs, rootInode);
    const doubtful: Doubtful[] = [];
    const met = before.begin(fs);
    met?.meet(rootInode, expectation.system, undefined);
    const comparison = { labels, all, doubtful, isEqual: before.unchanged(fs), met };
    if (!comparison.isEqual(rootInode, expectation.system))
      compareNode(fs, rootInode, root, expectation.system, '/system', comparison);
    for (const { content, path, expected } of doubtful) {
      const found = await store.whole(content);
      if (found.sha1 !== expected.content.sha1) all.push(contentDiffers(path, found, expected));
    }
    if (all.length === 0) met?.keep();
  }
  for (const { image, partition } of expectation.images) {
    const keys = partition === undefined ? mapEntries(flash.partitions).map(([key]) => key) : [partition];
    let holds = false;
    for (const key of keys.sort(compareBytes)) {
      const content = mapGet(flash.partitions, key);
      if (content === undefined || content.size < image.content.size) continue;
      const start = sliceBlob(content, 0, image.content.size);
      // reading whole partitions for images that may be anywhere would take long: those are written whole
      const sha1 = start.kind === 'whole' || partition !== undefined ? (await store.whole(start)).sha1 : undefined;
      if (sha1 === image.content.sha1) holds = true;
    }
    if (holds) continue;
    const path = partition === undefined ? `image ${displayName(image.path)}` : `partition ${displayName(partition)}`;
    all.push({
      path,
      what: 'content',
      expected: `starts with the ${image.content.size} bytes of ${displayName(image.path)}, SHA-1 ${image.content.sha1}`,
      found: partition === undefined ? 'no partition starts with it' : undefined,
    });
  }
  return { differences: all.sort((a, b) => compareBytes(a.path, b.path)).slice(0, most), count: all.length };
}

/** A file whose digest has to be worked out first. */
interface Doubtful {
  readonly content: Blob;
  readonly path: string;
  readonly expected: Extract<Entry, { kind: 'file' }>;
}

interface Comparison {
  readonly labels: boolean;
  readonly all: Difference[];
  readonly doubtful: Doubtful[];
  readonly isEqual: IsEqual<ExpectedNode>;
  readonly met: Met<ExpectedNode> | undefined;
}

function contentDiffers(path: string, found: Blob, { content }: Extract<Entry, { kind: 'file' }>): Difference {
  const expected = `${content.size} bytes, SHA-1 ${content.sha1}`;
  return { path: displayName(path), what: 'content', found: size(found), expected };
}

function compareNode(
  fs: FileSystem,
  number: number,
  inode: Inode,
  expected: ExpectedNode,
  path: string,
  comparison: Comparison,
): void {
  const { all, labels } = comparison;
  const differ = (what: DifferenceKind, found?: string, wanted?: string): void => {
    all.push({
      path: displayName(path),
      what,
      found,
      expected: wanted,
    });
  };
  const { entry } = expected;
  if (entry !== undefined) {
    if (entry.kind !== inode.kind) {
      differ('kind', inode.kind, entry.kind);
    } else if (entry.kind === 'link' && inode.kind === 'link') {
      if (entry.destination !== inode.destination) {
        differ('link', displayName(inode.destination), displayName(entry.destination));
      }
    } else if (entry.kind === 'file' && inode.kind === 'file') {
      const { content } = inode;
      const sure = content.kind === 'whole' || content.size !== entry.content.size;
      if (!sure) comparison.doubtful.push({ content, path, expected: entry });
      else if (content.kind !== 'whole' || content.sha1 !== entry.content.sha1) {
        all.push(contentDiffers(path, content, entry));
      }
      compareAttributes(inode, entry, labels, differ);
    } else if (entry.kind === 'directory' && inode.kind === 'directory') {
      compareAttributes(inode, entry, labels, differ);
    }
  } else if (path !== '/system') {
    differ('extra', inode.kind);
  }
  const there = inode.kind === 'directory' ? inode.children : undefined;
  let met = 0;
  const below: { readonly name: string; readonly ino: number; readonly node: ExpectedNode | undefined }[] = [];
  if (there !== undefined) {
    mapEach(there, (name, ino) => {
      const node = expected.children.get(name);
      if (node !== undefined) met++;
      below.push({ name, ino, node });
    });
  }
  for (const { name, ino, node = nothing } of below) {
    if (comparison.isEqual(ino, node)) continue;
    comparison.met?.meet(ino, node, number);
    compareNode(fs, ino, inodeOf(fs, ino), node, `${path}/${name}`, comparison);
  }
  if (met === expected.children.size) return;
  for (const [name, node] of expected.children) {
    if (there === undefined || mapGet(there, name) === undefined) absent(node, `${path}/${name}`, all);
  }
}

function absent(node: ExpectedNode, path: string, all: Difference[]): void {
  if (node.entry !== undefined) all.push({ path: displayName(path), what: 'absent', expected: node.entry.kind });
  for (const [name, child] of node.children) absent(child, `${path}/${name}`, all);
}
