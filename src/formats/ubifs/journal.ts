import type { Catalogue } from './catalogue.js';
import { type EraseBlocks, unreadable } from './erase-blocks.js';
import { parseNode, type RawNode } from './nodes.js';
import { scanBlock } from './scan.js';
import { logFirst, type Master, type Superblock } from './superblock.js';

/** A part of a block that was written since the last commit. */
interface Bud {
  readonly lnum: number;
  readonly start: number;
  /** 0 is the garbage collector's head: its nodes come singly. Others write groups that count only when whole. */
  readonly head: number;
}

/** What playing the journal did. */
export interface Replay {
  readonly buds: number;
  /** Nodes of inodes, names, data and truncations that were played. */
  readonly nodes: number;
  /** Torn writes and odd things, for people. */
  readonly notes: readonly string[];
  /** The log could not be used at all. */
  readonly broken: string | undefined;
}

/**
 * Plays the journal over the catalogue that the index gave, as a mount does:
 *
 * 1. The log is read from the block that the master node names. It opens with the commit-start node of that commit; the
 *    reference nodes behind it name the buds. It ends at an empty block or at one that is older than the commit.
 * 2. Each bud's nodes are read from the place that was referred to up to the first erased or torn byte. A last group
 *    that is not whole is dropped: it was being written when the power went.
 * 3. All nodes are played in the order of their sequence numbers.
 */
export async function replayJournal(
  blocks: EraseBlocks,
  superblock: Superblock,
  master: Master,
  catalogue: Catalogue,
): Promise<Replay> {
  const notes: string[] = [];
  const log = await readLog(blocks, superblock, master, notes);
  if (typeof log === 'string') return { buds: 0, nodes: 0, notes, broken: log };
  const nodes: RawNode[] = [];
  for (const bud of log) {
    const block = await blocks.read(bud.lnum);
    if (block === undefined || bud.start >= block.length) continue;
    const scan = scanBlock(block, bud.lnum, bud.start);
    if (scan.damagedAt !== undefined) {
      notes.push(`block ${bud.lnum} of the journal is torn at byte ${scan.damagedAt}: what was written before is used`);
    }
    // Copied, for the blocks themselves need not stay in memory.
    nodes.push(...wholeGroups(scan.nodes, bud, notes).filter(isPlayed).map(detach));
  }
  nodes.sort((a, b) => (a.sequence < b.sequence ? -1 : a.sequence > b.sequence ? 1 : 0));
  for (const node of nodes) {
    if (!catalogue.apply(node))
      notes.push(`a node of the journal does not hold: block ${node.at.lnum}, byte ${node.at.offset}`);
  }
  if (master.dirty) catalogue.growToContent();
  return { buds: log.length, nodes: nodes.length, notes, broken: undefined };
}

function isPlayed({ type }: RawNode): boolean {
  return type === 'inode' || type === 'entry' || type === 'attribute' || type === 'data' || type === 'truncation';
}

function detach(node: RawNode): RawNode {
  const bytes = node.bytes.slice();
  return { ...node, bytes, view: new DataView(bytes.buffer) };
}

function wholeGroups(nodes: readonly RawNode[], bud: Bud, notes: string[]): readonly RawNode[] {
  if (bud.head === 0) return nodes;
  let end = nodes.length;
  while (end > 0 && nodes[end - 1]?.group === 1) end -= 1;
  if (end < nodes.length) notes.push(`the last write in block ${bud.lnum} of the journal is not whole and is dropped`);
  return nodes.slice(0, end);
}

async function readLog(
  blocks: EraseBlocks,
  superblock: Superblock,
  master: Master,
  notes: string[],
): Promise<readonly Bud[] | string> {
  const end = logFirst + superblock.logBlocks;
  if (master.logBlock < logFirst || master.logBlock >= end) return `the log cannot begin in block ${master.logBlock}`;
  const buds = new Map<string, Bud>();
  let begun: bigint | undefined;
  for (let step = 0; step < superblock.logBlocks; step += 1) {
    const lnum = logFirst + ((master.logBlock - logFirst + step) % superblock.logBlocks);
    const block = await blocks.read(lnum);
    const scan = block && scanBlock(block, lnum, 0);
    const first = scan?.nodes[0];
    if (scan?.damagedAt !== undefined) notes.push(`block ${lnum} of the log is torn at byte ${scan.damagedAt}`);
    if (scan === undefined || first === undefined) {
      if (begun === undefined) return `the log's first block, ${lnum}, holds no node`;
      break;
    }
    if (begun === undefined) {
      if (first.type !== 'commit-start') return `the log opens with a node of type ${first.type}`;
      if (first.view.getBigUint64(24, true) !== master.commit)
        return 'the log belongs to another commit than the master node';
      begun = first.sequence;
    }
    // Blocks of an earlier commit may still be there, not yet erased.
    if (first.sequence < begun) break;
    for (const node of scan.nodes) {
      if (node.type !== 'reference') continue;
      const bud = {
        lnum: node.view.getUint32(24, true),
        start: node.view.getUint32(28, true),
        head: node.view.getUint32(32, true),
      };
      if (bud.lnum < superblock.mainFirst || bud.lnum >= superblock.blockCount || bud.start % 8 !== 0) {
        return `the log refers to block ${bud.lnum}, byte ${bud.start}, which cannot hold a journal`;
      }
      const key = String(bud.lnum);
      const known = buds.get(key);
      // Referred to again from a later place: the first place covers it.
      if (known === undefined || bud.start < known.start) buds.set(key, bud);
    }
  }
  return [...buds.values()];
}

/**
 * Plays every node that lies in the main area, oldest first, when the index cannot be used. What has been deleted and whose
 * deletion has been cleaned away can come back, so this is for a rescue and not for a release.
 */
export async function rescueNodes(blocks: EraseBlocks, superblock: Superblock, catalogue: Catalogue): Promise<number> {
  const found: { readonly sequence: bigint; readonly lnum: number; readonly offset: number }[] = [];
  for (const lnum of blocks.held) {
    if (lnum < superblock.mainFirst || lnum >= superblock.blockCount) continue;
    const block = await blocks.read(lnum);
    if (block === undefined) continue;
    for (const node of scanBlock(block, lnum, 0, true).nodes) {
      if (isPlayed(node)) found.push({ sequence: node.sequence, lnum, offset: node.at.offset });
    }
  }
  if (found.length === 0)
    return unreadable(blocks.name, 'ubifs-empty', 'the index cannot be read and the image holds no file node');
  found.sort((a, b) => (a.sequence < b.sequence ? -1 : a.sequence > b.sequence ? 1 : 0));
  for (const { lnum, offset } of found) {
    const block = await blocks.read(lnum);
    const node = block && parseNode(block, lnum, offset);
    if (typeof node === 'object') catalogue.apply(node);
  }
  return found.length;
}
