import { displayName } from '../../model/path.js';
import type { Catalogue } from './catalogue.js';
import type { EraseBlocks } from './erase-blocks.js';
import {
  type Branch,
  commonSize,
  longestLeaf,
  type NodeAt,
  type NodeFault,
  parseIndex,
  parseNode,
  type RawNode,
} from './nodes.js';
import type { Master, Superblock } from './superblock.js';

/** What was wrong on the way through the index. */
export interface IndexWalk {
  /** The first node of the index that could not be used: what lies below it is not known. */
  readonly broken: string | undefined;
  /** Inodes, names and attributes that the index names and that cannot be read. */
  readonly lostLeaves: readonly string[];
}

/** Reads a node at a known place. */
export async function readNode(blocks: EraseBlocks, at: NodeAt): Promise<RawNode | NodeFault | 'missing'> {
  const block = await blocks.read(at.lnum);
  if (block === undefined) return 'missing';
  return parseNode(block, at.lnum, at.offset, at.length);
}

/** A place and what was found there, for people. */
export function describeFault(at: NodeAt, fault: NodeFault | 'missing'): string {
  const what: Readonly<Record<NodeFault | 'missing', string>> = {
    missing: 'the block is not in the image',
    magic: 'no node',
    length: 'a node of another length',
    type: 'a node of an unknown type',
    crc: 'a node with a wrong CRC',
  };
  return `block ${at.lnum}, byte ${at.offset}: ${what[fault]}`;
}

/**
 * Walks the index from its root and fills the catalogue with all leaves. Data nodes are placed, not read.
 * Levels must fall by one at each step, no node may be met twice, and all nodes together may not be longer than the blocks
 * that hold them, so that a damaged index cannot make it go on for ever.
 */
export async function walkIndex(
  blocks: EraseBlocks,
  superblock: Superblock,
  root: Master['root'],
  catalogue: Catalogue,
): Promise<IndexWalk> {
  const lostLeaves: string[] = [];
  const met = new Set<string>();
  let left = blocks.held.length * blocks.blockSize;
  const pending: { readonly at: NodeAt; readonly level: number | undefined }[] = [{ at: root, level: undefined }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { at, level } = next;
    const place = `${at.lnum}:${at.offset}`;
    if (met.has(place)) return { broken: `${describeAt(at)}: two branches lead here`, lostLeaves };
    met.add(place);
    left -= at.length;
    if (left < 0)
      return { broken: `${describeAt(at)}: its nodes are longer than the blocks that hold them`, lostLeaves };
    const node = await readNode(blocks, at);
    if (typeof node === 'string') return { broken: describeFault(at, node), lostLeaves };
    const index = node.type === 'index' ? parseIndex(node, superblock.hashSize) : undefined;
    if (index === undefined) return { broken: `${describeAt(at)}: no index node`, lostLeaves };
    if (level !== undefined && index.level !== level) {
      return { broken: `${describeAt(at)}: level ${index.level} instead of ${level}`, lostLeaves };
    }
    if (index.level > 0) {
      // Last in, first out: pushed backwards, the branches are walked in key order.
      for (const branch of [...index.branches].reverse()) pending.push({ at: branch.at, level: index.level - 1 });
    } else {
      for (const branch of index.branches) {
        const lost = await takeLeaf(blocks, branch, catalogue);
        if (lost !== undefined) lostLeaves.push(lost);
      }
    }
  }
  return { broken: undefined, lostLeaves };
}

function describeAt(at: NodeAt): string {
  return `block ${at.lnum}, byte ${at.offset}`;
}

async function takeLeaf(blocks: EraseBlocks, { at, key }: Branch, catalogue: Catalogue): Promise<string | undefined> {
  if (key === undefined || at.length < commonSize || at.length > longestLeaf)
    return `${describeAt(at)}: a branch with an unknown key or an impossible length`;
  if (key.type === 'data') {
    catalogue.place(key.inum, key.value, at);
    return undefined;
  }
  const node = await readNode(blocks, at);
  if (typeof node === 'string') return `${key.type} of inode ${key.inum}, ${displayName(describeFault(at, node))}`;
  if (node.type !== key.type || !catalogue.apply(node)) {
    return `${key.type} of inode ${key.inum}, ${describeAt(at)}: another node (${node.type})`;
  }
  return undefined;
}
