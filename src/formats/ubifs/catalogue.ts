import { type FileBlocks, noBlocks } from './file-blocks.js';
import { hashName, type NameHash } from './keys.js';
import {
  dataBlock,
  type Inode,
  type NodeAt,
  parseData,
  parseEntry,
  parseInode,
  parseTruncation,
  type RawNode,
} from './nodes.js';

/**
 * What the file system holds, as far as it has been read: inodes, names, attributes, and where the content's blocks lie.
 * It is filled from the index first, then the journal is played over it node by node, in the order of the sequence numbers.
 */
export interface Catalogue {
  readonly inodes: ReadonlyMap<number, Inode>;
  /** Directory inode → name → inode. */
  readonly entries: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Inode → attribute name → the inode that holds its value. */
  readonly attributes: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Inode → block of 4096 bytes → data node. */
  readonly content: ReadonlyMap<number, Pick<FileBlocks, 'places'>>;
  /** Names whose key does not hold their hash: a sign of damage. */
  readonly misplaced: readonly string[];
  /** Takes a node in; `false` when its fields do not hold. Nodes without a place in the index are passed over. */
  apply(node: RawNode): boolean;
  /** Notes where a data node lies without reading it. */
  place(inum: number, block: number, at: NodeAt): void;
  /** Lets files reach to the end of their last data node, for those inodes whose own node was not written before the power went. */
  growToContent(): void;
}

/** An empty catalogue. `nameHash` is given when the keys of names can be checked against it. */
export function emptyCatalogue(nameHash: NameHash | undefined): Catalogue {
  const inodes = new Map<number, Inode>();
  const entries = new Map<number, Map<string, number>>();
  const attributes = new Map<number, Map<string, number>>();
  const content = new Map<number, FileBlocks>();
  const reach = new Map<number, number>();
  const misplaced: string[] = [];

  const forget = (inum: number): void => {
    inodes.delete(inum);
    content.delete(inum);
    attributes.delete(inum);
    reach.delete(inum);
  };
  const place = (inum: number, block: number, at: NodeAt): void => {
    const blocks = content.get(inum) ?? noBlocks();
    content.set(inum, blocks);
    blocks.place(block, at);
  };
  const applyInode = (node: RawNode): boolean => {
    const inode = parseInode(node);
    if (inode === undefined) return false;
    // No links left: the inode and all its content have gone.
    if (inode.links === 0) forget(inode.inum);
    else {
      inodes.set(inode.inum, inode);
      reach.delete(inode.inum);
    }
    return true;
  };
  const applyEntry = (node: RawNode, into: Map<number, Map<string, number>>): boolean => {
    const entry = parseEntry(node);
    if (entry === undefined) return false;
    if (nameHash !== undefined && hashName(nameHash, entry.name) !== entry.key.value) misplaced.push(entry.name);
    const names = into.get(entry.key.inum) ?? new Map<string, number>();
    into.set(entry.key.inum, names);
    if (entry.inum === 0) names.delete(entry.name);
    else names.set(entry.name, entry.inum);
    return true;
  };
  const applyData = (node: RawNode): boolean => {
    const data = parseData(node);
    if (data === undefined) return false;
    const { inum, value } = data.key;
    place(inum, value, node.at);
    reach.set(inum, Math.max(reach.get(inum) ?? 0, value * dataBlock + data.size));
    return true;
  };
  const applyTruncation = (node: RawNode): boolean => {
    const { inum, newSize } = parseTruncation(node);
    content.get(inum)?.cut(Math.ceil(newSize / dataBlock));
    reach.set(inum, newSize);
    return true;
  };

  return {
    inodes,
    entries,
    attributes,
    content,
    misplaced,
    place,
    apply: (node) => {
      switch (node.type) {
        case 'inode':
          return applyInode(node);
        case 'entry':
          return applyEntry(node, entries);
        case 'attribute':
          return applyEntry(node, attributes);
        case 'data':
          return applyData(node);
        case 'truncation':
          return applyTruncation(node);
        default:
          return true;
      }
    },
    growToContent: () => {
      for (const [inum, end] of reach) {
        const inode = inodes.get(inum);
        if (inode !== undefined && inode.size < end) inodes.set(inum, { ...inode, size: end });
      }
    },
  };
}
