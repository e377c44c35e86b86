import { commonSize, nodeAlignment, parseNode, type RawNode, statedLength } from './nodes.js';

/** What was met when a block was read from end to end. */
export interface BlockScan {
  readonly nodes: readonly RawNode[];
  /** Where something was found that is neither a node, nor padding, nor erased flash. */
  readonly damagedAt: number | undefined;
}

const paddingByte = 0xce;
/** Bytes under wrong CRCs that a rescue may check, as a multiple of the block: crafted headers can each claim all that follows. */
const wastedBlocks = 16;

/**
 * Reads the nodes of a block in order, from `start`, as a mount does. It ends at erased flash or, with `damagedAt`, at the
 * first thing that is no node. With `resume` it goes on behind damage, trying every 8 bytes: what a rescue needs, not a replay.
 * Each step moves on by 8 bytes at least, and what is spent on wrong CRCs is bounded.
 */
export function scanBlock(block: Uint8Array, lnum: number, start: number, resume = false): BlockScan {
  const nodes: RawNode[] = [];
  let damagedAt: number | undefined;
  let offset = start;
  let wasted = 0;
  while (offset < block.length) {
    const skipped = skipPadding(block, offset);
    if (skipped > offset) {
      offset = skipped;
      continue;
    }
    const node = parseNode(block, lnum, offset);
    if (typeof node === 'string') {
      const erased = erasedUntil(block, offset);
      if (erased === block.length || (erased > offset && !resume)) break;
      const behindErased = erased - (erased % nodeAlignment);
      if (behindErased > offset) {
        offset = behindErased;
        continue;
      }
      damagedAt ??= offset;
      if (node === 'crc') wasted += statedLength(block, offset);
      if (!resume || wasted > wastedBlocks * block.length) break;
      offset += nodeAlignment;
      continue;
    }
    if (node.type === 'padding') offset += commonSize + 4 + node.view.getUint32(commonSize, true);
    else {
      nodes.push(node);
      offset += node.at.length;
    }
    offset = Math.ceil(offset / nodeAlignment) * nodeAlignment;
  }
  return { nodes, damagedAt };
}

/** Gaps too small for a padding node are filled with 0xCE. */
function skipPadding(block: Uint8Array, offset: number): number {
  let end = offset;
  while (block[end] === paddingByte) end += 1;
  return Math.min(block.length, end - (end % nodeAlignment));
}

function erasedUntil(block: Uint8Array, offset: number): number {
  let end = offset;
  while (end < block.length && block[end] === 0xff) end += 1;
  return end;
}
