/** Source files that may be bases, grouped so that of a large group only what stands near a path is looked at. */

import type { Build, FileEntry } from '../model/build.js';
import { inSystem, sdx6x } from '../model/layout.js';
import { mostBasesCompared } from '../model/limits/input.js';
import type { BuildPath } from '../model/path.js';
import { positionIn } from '../model/sorted-paths.js';
import { sameThing } from './compare.js';
import type { Scope } from './scope.js';

const fates = ['removed', 'stays', 'changed'] as const;

/** A file of the source that the package may rely on. */
export interface Candidate {
  readonly entry: FileEntry;
  /** Gone in the target: nothing can be lost, and nothing writes it. */
  readonly fate: (typeof fates)[number];
}

/** All files of the source that may be bases, in byte order. */
export function candidatesOf(source: Build, target: Build, scope: Scope): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const [path, entry] of source.entries) {
    if (entry.kind !== 'file' || entry.content.size === 0 || !inSystem(path)) continue;
    if (!scope.touches(path) || path === sdx6x.buildProp) continue;
    const after = target.entries.get(path);
    if (after !== undefined && after.kind === 'directory') continue;
    const removed = after === undefined || after.kind !== 'file';
    const forced = scope.forcedBy(path) !== undefined;
    candidates.push({ entry, fate: removed ? 'removed' : sameThing(entry, after) && !forced ? 'stays' : 'changed' });
  }
  return candidates;
}

/** Candidates with something in common. */
export class CandidateGroups<Key> {
  readonly #groups = new Map<Key, Readonly<Record<Candidate['fate'], Candidate[]>>>();

  /** `candidates` are in byte order. */
  constructor(candidates: readonly Candidate[], keyOf: (candidate: Candidate) => Key) {
    for (const candidate of candidates) {
      const key = keyOf(candidate);
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = { removed: [], stays: [], changed: [] };
        this.#groups.set(key, group);
      }
      group[candidate.fate].push(candidate);
    }
  }

  /** The candidates of a group, or, of a large one, those near the path. */
  near(key: Key, path: BuildPath): readonly Candidate[] {
    const group = this.#groups.get(key);
    if (group === undefined) return [];
    return fates.flatMap((fate) => {
      const all = group[fate];
      if (all.length <= mostBasesCompared) return all;
      const middle = positionIn(all, path, ({ entry }) => entry.path);
      const start = Math.min(Math.max(middle - mostBasesCompared / 2, 0), all.length - mostBasesCompared);
      return all.slice(start, start + mostBasesCompared);
    });
  }
}
