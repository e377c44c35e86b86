import type { Build } from '../model/build.js';
import { inSystem } from '../model/layout.js';
import { type BuildPath, parentOf } from '../model/path.js';
import type { Scope } from './scope.js';

/** The directories of SYSTEM in the source that are none in the target and hold nothing that must stay. */
export function vanishingDirectories(source: Build, target: Build, scope: Scope): ReadonlySet<BuildPath> {
  const vanishing = new Set<BuildPath>();
  for (const [path, entry] of source.entries) {
    if (entry.kind === 'directory' && inSystem(path) && target.entries.get(path)?.kind !== 'directory')
      vanishing.add(path);
  }
  const staying = new Set<BuildPath>();
  for (const path of source.entries.keys()) {
    if (scope.touches(path)) continue;
    for (let at: BuildPath | undefined = path; at !== undefined && !staying.has(at); at = parentOf(at)) {
      staying.add(at);
      vanishing.delete(at);
    }
  }
  return vanishing;
}
