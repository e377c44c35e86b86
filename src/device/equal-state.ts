/**
 * Remembers a state of /system that was compared whole and was as it should be, so that of the next one only what is not the same
 * is compared. The states of cut runs share nearly all of their inodes, as the same objects.
 */
import type { FileSystem } from './file-system.js';
import { mapDifference } from './persistent-map.js';

/** Whether an inode, with all below it, was held against just this before, and has not changed since. */
export type IsEqual<Expected> = (ino: number, expected: Expected) => boolean;

/** A comparison as it goes: told of every inode that is met, with what it is held against and the directory that holds it. */
export interface Met<Expected> {
  readonly meet: (ino: number, expected: Expected, parent: number | undefined) => void;
  /** To be called when all was met and nothing differed. */
  readonly keep: () => void;
}

/** The last state that was equal. It stays true of any state that shares inodes with it: inodes never change. */
export class EqualState<Expected> {
  #kept:
    | {
        readonly fs: FileSystem;
        readonly expected: ReadonlyMap<number, Expected>;
        readonly parents: ReadonlyMap<number, number>;
      }
    | undefined;

  /**
   * What need not be compared in a state. An inode counts as unchanged where neither it nor anything below it is another object than in the
   * kept state: then all below it is the same, because its names lead to the same numbers.
   */
  unchanged(fs: FileSystem): IsEqual<Expected> {
    const kept = this.#kept;
    if (kept === undefined) return () => false;
    const changed = new Set<number>();
    mapDifference(kept.fs.inodes, fs.inodes, (ino) => {
      for (let at: number | undefined = ino; at !== undefined && !changed.has(at); at = kept.parents.get(at))
        changed.add(at);
    });
    return (ino, expected) => !changed.has(ino) && kept.expected.get(ino) === expected;
  }

  /** Begins to note a comparison of the whole state; undefined where one is kept already. */
  begin(fs: FileSystem): Met<Expected> | undefined {
    if (this.#kept !== undefined) return undefined;
    const expected = new Map<number, Expected>();
    const parents = new Map<number, number>();
    let isTree = true;
    return {
      meet: (ino, node, parent) => {
        // With two names for an inode there would be two ways up.
        if (expected.has(ino)) isTree = false;
        expected.set(ino, node);
        if (parent !== undefined) parents.set(ino, parent);
      },
      keep: () => {
        if (isTree) this.#kept = { fs, expected, parents };
      },
    };
  }
}
