import type { Build } from '../model/build.js';
import { type Fault, InputError } from '../model/errors.js';
import { inSystem } from '../model/layout.js';
import type { ListRules, PathRule, RuleAt } from '../model/list-rules.js';
import { type Part, partOf } from '../model/parts.js';
import { type BuildPath, displayName, parentOf } from '../model/path.js';
import { RuleIndex } from '../model/rule-index.js';
import { SortedPaths } from '../model/sorted-paths.js';

/** Which paths this package may touch: the chosen parts, less what the noota list keeps. */
export interface Scope {
  readonly parts: ReadonlySet<Part>;
  readonly keptBy: (path: BuildPath) => RuleAt | undefined;
  readonly forcedBy: (path: BuildPath) => RuleAt | undefined;
  /** In a chosen part and not kept. */
  readonly touches: (path: BuildPath) => boolean;
}

function firstMatch(rules: readonly PathRule[]): (path: BuildPath) => RuleAt | undefined {
  const index = new RuleIndex(rules);
  const known = new Map<BuildPath, RuleAt | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, index.first(path)?.at);
    return known.get(path);
  };
}

/** Builds the scope of a run. */
export function scopeOf(rules: ListRules, parts: ReadonlySet<Part>): Scope {
  const keptBy = firstMatch(rules.keep);
  const forcedBy = firstMatch(rules.whole);
  return {
    parts,
    keptBy,
    forcedBy,
    touches: (path) => {
      const part = partOf(path);
      return part !== undefined && parts.has(part) && keptBy(path) === undefined;
    },
  };
}

/**
 * Refuses noota rules that cannot be kept: a kept path that the target needs to be another kind of thing, so that
 * keeping it would make other paths impossible. Throws an InputError that names all of them.
 */
export function refuseImpossibleKeeps(source: Build, target: Build, scope: Scope): void {
  const faults: Fault[] = [];
  const blocked = new Map<BuildPath, BuildPath | undefined>();
  /** The nearest path above that the target has, where that is no directory: then nothing stands between. */
  const blockedBy = (path: BuildPath): BuildPath | undefined => {
    const passed: BuildPath[] = [];
    let above = parentOf(path);
    while (above !== undefined && !blocked.has(above) && target.entries.get(above) === undefined) {
      passed.push(above);
      above = parentOf(above);
    }
    if (above !== undefined && !blocked.has(above))
      blocked.set(above, target.entries.get(above)?.kind === 'directory' ? undefined : above);
    const found = above === undefined ? undefined : blocked.get(above);
    for (const one of passed) blocked.set(one, found);
    return found;
  };
  const targetPaths = new SortedPaths(target.entries.keys());
  for (const [path, entry] of source.entries) {
    if (!inSystem(path)) continue;
    const at = scope.keptBy(path);
    if (at === undefined) continue;
    const above = blockedBy(path);
    const replaced = above === undefined ? undefined : target.entries.get(above);
    if (above !== undefined && replaced !== undefined && scope.keptBy(above) === undefined)
      faults.push({
        code: 'noota-impossible',
        place: { file: at.file, line: at.line },
        message: `${displayName(path)} cannot be kept: ${displayName(above)} is a ${replaced.kind} in the target`,
        remedy: 'remove the path from the noota list, or keep the directory in the target',
      });
    if (entry.kind === 'directory') continue;
    for (const below of targetPaths.startingWith(`${path}/`)) {
      if (scope.keptBy(below) === undefined) {
        faults.push({
          code: 'noota-impossible',
          place: { file: at.file, line: at.line },
          message: `${displayName(path)} is a ${entry.kind} that is kept, but the target has ${displayName(below)} below it`,
          remedy: 'remove the path from the noota list, or leave it a file in the target',
        });
        break;
      }
    }
  }
  if (faults.length > 0) throw new InputError(faults);
}
