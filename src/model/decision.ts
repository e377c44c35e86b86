import type { Entry } from './build.js';
import type { RuleAt } from './list-rules.js';
import type { Alternative, DeltaOperation, SettledOperation } from './operation.js';
import type { Part } from './parts.js';
import type { BuildPath } from './path.js';

/** What became of a path between the two builds. */
export type Change =
  | 'untouched'
  | 'added'
  | 'removed'
  | 'changed'
  /** New at this path; its content (or most of its name) was at another path that is gone. */
  | 'moved'
  /** New at this path; the same content is at another path that stays. */
  | 'copied'
  /** Owner or mode differ, nothing else. */
  | 'mode-only'
  /** A file, link or directory in the source, another of these in the target. */
  | 'kind-changed';

/** Why a path is treated as it is. Each has a sentence in {@link reasonSentence}. */
export type Reason =
  | 'same-in-both'
  | 'not-carried'
  | 'part-not-chosen'
  | 'listed-noota'
  | 'listed-fullota'
  | 'permissions-differ'
  | 'content-differs'
  | 'patched-from-moved'
  | 'patched-from-similar'
  | 'patched-from-unrelated'
  | 'patched-from-updated'
  | 'patch-not-worthwhile'
  | 'new-without-base'
  | 'source-empty'
  | 'target-empty'
  | 'kind-differs'
  | 'patch-name-taken'
  | 'too-large-to-patch'
  | 'removed-from-target'
  | 'removed-with-directory'
  | 'holds-kept-paths'
  | 'link-new'
  | 'link-differs'
  | 'directory-new'
  | 'image-differs'
  | 'image-whole'
  | 'image-unmapped';

/** The reason as a sentence for people, without a full stop. */
export function reasonSentence(reason: Reason): string {
  switch (reason) {
    case 'same-in-both':
      return 'the same in both builds';
    case 'not-carried':
      return 'not part of any package';
    case 'part-not-chosen':
      return 'belongs to a part that this package does not update';
    case 'listed-noota':
      return 'kept as it is on the device, by the noota list';
    case 'listed-fullota':
      return 'sent whole, by the fullota list';
    case 'permissions-differ':
      return 'only its owner or mode changed';
    case 'content-differs':
      return 'its content changed: patched from the source file';
    case 'patched-from-moved':
      return 'patched from where it was in the source';
    case 'patched-from-similar':
      return 'patched from a similar source file, which is smaller than sending it whole';
    case 'patched-from-unrelated':
      return 'packed as a patch of an unrelated file that stays, which is smaller than sending it whole';
    case 'patched-from-updated':
      return 'patched from a similar file that this package has brought up to date before, which is smaller than any other way';
    case 'patch-not-worthwhile':
      return 'sent whole, because no patch is smaller';
    case 'new-without-base':
      return 'new in the target, sent whole';
    case 'source-empty':
      return 'sent whole, because an empty source cannot be patched';
    case 'target-empty':
      return 'sent whole, because it is empty in the target';
    case 'kind-differs':
      return 'a file, link or directory became another of these';
    case 'patch-name-taken':
      return 'sent whole, because the device would overwrite an existing file named like its temporary file';
    case 'too-large-to-patch':
      return 'sent whole, because it is too large to patch';
    case 'removed-from-target':
      return 'not in the target: deleted';
    case 'removed-with-directory':
      return 'not in the target: deleted together with its directory';
    case 'holds-kept-paths':
      return 'not in the target, but stays because it holds paths that the noota list keeps';
    case 'link-new':
      return 'a link that is new in the target';
    case 'link-differs':
      return 'a link that points elsewhere in the target';
    case 'directory-new':
      return 'a directory that is new in the target';
    case 'image-differs':
      return 'a partition image that changed: patched';
    case 'image-whole':
      return 'a partition image that travels whole';
    case 'image-unmapped':
      return 'a changed partition image that no line of the multifota list maps to a partition';
    default:
      return reason satisfies never;
  }
}

/** What is done about one path, and why. Every path of either build has exactly one. */
export interface Decision<Op extends DeltaOperation | SettledOperation> {
  readonly path: BuildPath;
  readonly part: Part | undefined;
  readonly change: Change;
  readonly reason: Reason;
  /** The line of a list that decided, where one did. */
  readonly decidedBy: RuleAt | undefined;
  readonly source: Entry | undefined;
  readonly target: Entry | undefined;
  /** For moved and copied paths: where the content was. */
  readonly from: BuildPath | undefined;
  /** In no particular device order: that is derived in plan/order. */
  readonly operations: readonly Op[];
  /** After settling: all ways that were tried, cheapest first. */
  readonly alternatives: readonly Alternative[];
}
