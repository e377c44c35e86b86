/**
 * One decision for every path: a ladder of small questions, from what forbids touching a path to what it costs.
 * Pure: the same builds, lists and options give the same decisions.
 */

import type { Build, DirectoryEntry, FileEntry, LinkEntry } from '../model/build.js';
import type { Change, Decision, Reason } from '../model/decision.js';
import { sdx6x } from '../model/layout.js';
import { largestFileBytes } from '../model/limits.js';
import type { ImageRule, RuleAt } from '../model/list-rules.js';
import type { Base, DeltaOperation, PartitionName } from '../model/operation.js';
import { partOf } from '../model/parts.js';
import { type BuildPath, parentOf, toBuildPath } from '../model/path.js';
import type { BaseFinder } from './bases.js';
import { type PathPair, sameOwnership, sameThing } from './compare.js';
import type { Scope } from './scope.js';

/** What the ladder needs to know beside the pair itself. */
export interface DecideContext {
  readonly source: Build;
  readonly target: Build;
  readonly scope: Scope;
  readonly finder: BaseFinder;
  /** Source directories that go away with all that they hold. */
  readonly vanishing: ReadonlySet<BuildPath>;
  /** The line that maps an image; of several the first. */
  readonly imageRules: ReadonlyMap<BuildPath, ImageRule>;
  readonly partitionOf: (rule: ImageRule) => PartitionName;
  readonly boot: PartitionName;
  readonly wholeBoot: boolean;
}

type Decided = Decision<DeltaOperation>;

interface Verdict {
  readonly change: Change;
  readonly reason: Reason;
  readonly operations?: readonly DeltaOperation[] | undefined;
  readonly decidedBy?: RuleAt | undefined;
  readonly from?: BuildPath | undefined;
}

function decided({ path, source, target }: PathPair, verdict: Verdict): Decided {
  return {
    path,
    part: partOf(path),
    change: verdict.change,
    reason: verdict.reason,
    decidedBy: verdict.decidedBy,
    source,
    target,
    from: verdict.from,
    operations: verdict.operations ?? [],
    alternatives: [],
  };
}

/** What happened at the path, before any list or cost is looked at. */
function changeOf({ source, target }: PathPair): Change {
  if (source === undefined) return 'added';
  if (target === undefined) return 'removed';
  if (source.kind !== target.kind) return 'kind-changed';
  if (!sameThing(source, target)) return 'changed';
  return sameOwnership(source, target) ? 'untouched' : 'mode-only';
}

/** Decides one path. */
export function decidePath(pair: PathPair, context: DecideContext): Decided {
  const { path, target } = pair;
  const { scope } = context;
  const part = partOf(path);
  const change = changeOf(pair);
  if (part === undefined) return decided(pair, { change, reason: 'not-carried' });
  // From here on: something that a package could carry.
  const keptBy = scope.keptBy(path);
  if (keptBy !== undefined) return decided(pair, { change, reason: 'listed-noota', decidedBy: keptBy });
  if (!scope.parts.has(part)) return decided(pair, { change, reason: 'part-not-chosen' });
  // From here on: the package may touch it.
  if (part === 'o' || part === 'minor') return decideImage(pair, change, context);
  if (target === undefined) return decideRemoved(pair, context);
  switch (target.kind) {
    case 'file':
      return decideFile(pair, target, change, context);
    case 'link':
      return decideLink(pair, target, change);
    case 'directory':
      return decideDirectory(pair, target, change);
    default:
      return target satisfies never;
  }
}

/** Takes away what the source has where the target has something of another kind. */
function clearWay({ path, source, target }: PathPair): readonly DeltaOperation[] {
  if (source === undefined || source.kind === target?.kind) return [];
  switch (source.kind) {
    case 'file':
      return [{ kind: 'delete-file', path }];
    case 'link':
      return [{ kind: 'delete-link', path }];
    case 'directory':
      return [{ kind: 'delete-directory', path }];
    default:
      return source satisfies never;
  }
}

function unchanged(pair: PathPair, change: Change): Decided {
  return decided(pair, { change, reason: change === 'mode-only' ? 'permissions-differ' : 'same-in-both' });
}

function decideFile(pair: PathPair, target: FileEntry, change: Change, context: DecideContext): Decided {
  const { path, source } = pair;
  const forcedBy = context.scope.forcedBy(path);
  const whole = (reason: Reason, decidedBy?: RuleAt): Decided =>
    decided(pair, {
      change,
      reason,
      decidedBy,
      operations: [...clearWay(pair), { kind: 'encode-file', path, target: target.content, bases: [] }],
    });
  if (forcedBy !== undefined) return whole('listed-fullota', forcedBy);
  if (change === 'untouched' || change === 'mode-only') return unchanged(pair, change);
  if (target.content.size === 0) return whole('target-empty');
  // A directory makes way only after the patches: what it holds may be a base. A link makes way at the start of every
  // attempt, so that after a cut the patched file, whose base may be gone, would make way too. So both come whole.
  if (source !== undefined && source.kind !== 'file') return whole('kind-differs');
  if (target.content.size > largestFileBytes) return whole('too-large-to-patch');
  // The device writes "<target>.patch" first, over whatever has that name.
  if (temporaryNameTaken(path, context)) return whole('patch-name-taken');
  const inSource = source?.kind === 'file';
  const bases: Base[] = [];
  if (inSource && source.content.size > 0 && source.content.size <= largestFileBytes)
    bases.push({ path, content: source.content, kind: 'same-path', stays: false });
  const others = path === sdx6x.buildProp ? [] : context.finder.find(path, target.content, inSource);
  const identical = others.find((base) => base.kind === 'same-content');
  if (identical !== undefined) {
    return decided(pair, {
      change: source !== undefined ? change : identical.stays ? 'copied' : 'moved',
      reason: 'patched-from-moved',
      from: identical.path,
      operations: [...clearWay(pair), { kind: 'encode-file', path, target: target.content, bases: [identical] }],
    });
  }
  if (bases.length === 0) bases.push(...others.filter((base) => base.content.size <= largestFileBytes));
  const operations: readonly DeltaOperation[] = [
    ...clearWay(pair),
    { kind: 'encode-file', path, target: target.content, bases },
  ];
  if (inSource && source.content.size === 0 && bases.length === 0) return whole('source-empty');
  if (bases.length === 0) return whole(source === undefined ? 'new-without-base' : 'kind-differs');
  const [first] = bases;
  return decided(pair, {
    change,
    reason:
      first?.kind === 'unrelated'
        ? 'patched-from-unrelated'
        : first?.path === path
          ? 'content-differs'
          : 'patched-from-similar',
    operations,
  });
}

function temporaryNameTaken(path: BuildPath, { source, target }: DecideContext): boolean {
  const temporary = toBuildPath(`${path}.patch`);
  return source.entries.has(temporary) || target.entries.has(temporary);
}

function decideLink(pair: PathPair, target: LinkEntry, change: Change): Decided {
  if (change === 'untouched' || change === 'mode-only') return unchanged(pair, change);
  return decided(pair, {
    change,
    reason: change === 'kind-changed' ? 'kind-differs' : change === 'added' ? 'link-new' : 'link-differs',
    operations: [...clearWay(pair), { kind: 'make-link', path: pair.path, destination: target.destination }],
  });
}

function decideDirectory(pair: PathPair, target: DirectoryEntry, change: Change): Decided {
  if (change === 'untouched' || change === 'mode-only' || change === 'changed') return unchanged(pair, change);
  return decided(pair, {
    change,
    reason: change === 'kind-changed' ? 'kind-differs' : 'directory-new',
    operations: [...clearWay(pair), { kind: 'make-directory', path: target.path }],
  });
}

function decideRemoved(pair: PathPair, context: DecideContext): Decided {
  const { path, source } = pair;
  // Of a directory that goes away all directories below go away, so it is enough to ask for the nearest.
  const parent = parentOf(path);
  if (parent !== undefined && context.vanishing.has(parent))
    return decided(pair, { change: 'removed', reason: 'removed-with-directory' });
  if (source?.kind === 'directory' && !context.vanishing.has(path))
    return decided(pair, { change: 'removed', reason: 'holds-kept-paths' });
  return decided(pair, { change: 'removed', reason: 'removed-from-target', operations: clearWay(pair) });
}

function decideImage(pair: PathPair, change: Change, context: DecideContext): Decided {
  const { path, source, target } = pair;
  // Directories such as MULTIFOTA itself carry nothing, and an image that is gone stays on its partition.
  if (target?.kind !== 'file') return decided(pair, { change, reason: 'not-carried' });
  const forcedBy = context.scope.forcedBy(path);
  if (forcedBy === undefined && (change === 'untouched' || change === 'mode-only')) return unchanged(pair, change);
  const isBoot = path === sdx6x.bootImage;
  const rule = context.imageRules.get(path);
  if (!isBoot && rule === undefined) return decided(pair, { change, reason: 'image-unmapped' });
  const from = source?.kind === 'file' && source.content.size > 0 ? source.content : undefined;
  const whole = !isBoot || context.wholeBoot || forcedBy !== undefined || from === undefined;
  const operation: DeltaOperation = {
    kind: 'encode-partition',
    path,
    partition: isBoot || rule === undefined ? context.boot : context.partitionOf(rule),
    source: from,
    target: target.content,
    whole,
  };
  return decided(pair, {
    change,
    reason: forcedBy !== undefined ? 'listed-fullota' : whole ? 'image-whole' : 'image-differs',
    decidedBy: forcedBy ?? rule?.at,
    operations: [operation],
  });
}
