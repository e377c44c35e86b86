import type { Build } from '../model/build.js';
import { type ArchivePath, isWithin, parentOf } from '../model/path.js';
import type { Scope } from './scope.js';

/** The directories of SYSTEM in the source that are none in the target and hold nothing that must stay. */
export function vanishingDirectories(source: Build, target: Build, scope: Scope): ReadonlySet<ArchivePath> {
  const vanishing = new Set<ArchivePath>();
  for (const [path, entry] of source.entries) {
    if (entry.kind === 'directory' && isWithin(path, 'SYSTEM') && target.entries.get(path)?.kind !== 'directory')
      vanishing.add(path);
  }
  for (const path of source.entries.keys()) {
    if (scope.touches(path)) continue;
    vanishing.delete(path);
    for (let above = parentOf(path); above !== undefined; above = parentOf(above)) vanishing.delete(above);
  }
  return vanishing;
}
