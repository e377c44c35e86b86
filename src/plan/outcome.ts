import type { Build, Entry } from '../model/build.js';
import { inSystem } from '../model/layout.js';
import { type BuildPath, compareBytes, parentOf } from '../model/path.js';
import type { Scope } from './scope.js';

/**
 * What SYSTEM shall hold on the device when the package has run, in byte order, before the chmod list:
 * the target where the package may touch, the source elsewhere. Directories that hold a kept path stay.
 */
export function outcomeOf(source: Build, target: Build, scope: Scope): ReadonlyMap<BuildPath, Entry> {
  const outcome = new Map<BuildPath, Entry>();
  for (const [path, entry] of target.entries) {
    if (inSystem(path) && scope.touches(path)) outcome.set(path, entry);
  }
  for (const [path, entry] of source.entries) {
    if (!inSystem(path) || scope.touches(path)) continue;
    outcome.set(path, entry);
    for (let above = parentOf(path); above !== undefined && !outcome.has(above); above = parentOf(above)) {
      const stays = source.entries.get(above);
      if (stays !== undefined) outcome.set(above, stays);
    }
  }
  return new Map([...outcome].sort(([a], [b]) => compareBytes(a, b)));
}
