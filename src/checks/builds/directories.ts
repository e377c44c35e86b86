import type { Build } from '../../model/build.js';
import { inSystem } from '../../model/layout.js';
import { type BuildPath, compareBytes, parentOf } from '../../model/path.js';
import { type BuildCheck, count, few, isTouched } from './facts.js';

/** Directories of SYSTEM with nothing in them, in byte order. */
export function emptyDirectories(build: Build): readonly BuildPath[] {
  const used = new Set<BuildPath>();
  for (const path of build.entries.keys()) {
    const parent = parentOf(path);
    if (parent !== undefined) used.add(parent);
  }
  const empty: BuildPath[] = [];
  for (const [path, entry] of build.entries) {
    if (entry.kind === 'directory' && !used.has(path) && inSystem(path)) empty.push(path);
  }
  return empty.sort(compareBytes);
}

/** Empty directories that get lost, all of them at once when the target was zipped without directory entries. */
export const checkEmptyDirectories: BuildCheck = (facts) => {
  const before = emptyDirectories(facts.source);
  const lost = before.filter((path) => isTouched(facts, path) && !facts.target.entries.has(path));
  if (lost.length === 0) return [];
  const all = emptyDirectories(facts.target).length === 0;
  return [
    {
      severity: all ? 'warning' : 'information',
      code: 'empty-directories-lost',
      place: { file: facts.target.origin },
      message: all
        ? `the target has no empty directory at all, the source has ${lost.length}: they will be removed`
        : `${count(lost.length, 'empty directory is', 'empty directories are')} gone in the target and will be removed`,
      found: few(lost),
      remedy:
        'mount points and run-time folders are often empty: check that they are to be removed; if not, zip the target without -D',
    },
  ];
};
