import type { PathRule } from './list-rules.js';
import { type BuildPath, compareBytes } from './path.js';

/** Where the text stands, or would stand, among what is sorted by the bytes of a text. */
export function positionIn<Item>(sorted: readonly Item[], text: string, textOf: (item: Item) => string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && textOf(item) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

const itself = (path: BuildPath): string => path;

/** Paths in byte order, in which those that begin alike stand together and are found without looking at the others. */
export class SortedPaths {
  readonly all: readonly BuildPath[];

  constructor(paths: Iterable<BuildPath>) {
    this.all = [...paths].sort(compareBytes);
  }

  /** The paths that begin with the text, in byte order. */
  *startingWith(start: string): Generator<BuildPath> {
    for (let at = positionIn(this.all, start, itself); ; at += 1) {
      const path = this.all[at];
      if (path === undefined || !path.startsWith(start)) return;
      yield path;
    }
  }

  /** The folder, where it is one of the paths, and the paths below it, in byte order. */
  *within(folder: string): Generator<BuildPath> {
    const first = this.all[positionIn(this.all, folder, itself)];
    if (first !== undefined && first === folder) yield first;
    yield* this.startingWith(`${folder}/`);
  }

  /** The paths that a rule matches, in byte order. */
  *matching(rule: Pick<PathRule, 'start' | 'matches'>): Generator<BuildPath> {
    for (const path of this.startingWith(rule.start ?? '')) if (rule.matches(path)) yield path;
  }
}
