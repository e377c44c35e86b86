import type { NodeAt } from './nodes.js';

/** Where the blocks of one file's content lie. */
export interface FileBlocks {
  /** Block of 4096 bytes → data node. */
  readonly places: ReadonlyMap<number, NodeAt>;
  /** Notes where a block lies; a later node takes the place of an earlier one. */
  place(block: number, at: NodeAt): void;
  /** Forgets every block from `first` on. */
  cut(first: number): void;
}

/**
 * No blocks yet. Their numbers are kept in a heap with the highest on top, so that a journal of many truncations costs
 * n log n: each looks only at blocks that it takes away.
 */
export function noBlocks(): FileBlocks {
  const places = new Map<number, NodeAt>();
  const heap: number[] = [];
  const at = (index: number): number => heap[index] ?? -1;
  const swap = (a: number, b: number): void => {
    const kept = at(a);
    heap[a] = at(b);
    heap[b] = kept;
  };
  const push = (block: number): void => {
    heap.push(block);
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (at(parent) >= at(child)) return;
      swap(parent, child);
      child = parent;
    }
  };
  const pop = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const child = at(left + 1) > at(left) ? left + 1 : left;
      if (at(child) <= at(parent)) return;
      swap(parent, child);
      parent = child;
    }
  };
  return {
    places,
    place: (block, where) => {
      if (!places.has(block)) push(block);
      places.set(block, where);
    },
    cut: (first) => {
      for (let top = at(0); top >= first && heap.length > 0; top = at(0)) {
        places.delete(top);
        pop();
      }
    },
  };
}
