/**
 * Replays a settled plan's device order over the source's entry map, without any bytes: the first and cheapest proof
 * that the plan leads to its outcome. It models what the statements do, not what the decisions say.
 */

import type { Build, Content, Entry, Ownership } from '../model/build.js';
import type { DeviceOrder } from '../model/device-order.js';
import { ProofError } from '../model/errors.js';
import { inSystem } from '../model/layout.js';
import type { PatchFile } from '../model/operation.js';
import { type BuildPath, displayName, parentOf } from '../model/path.js';
import { PathTree } from '../model/path-tree.js';
import type { SettledPlan } from '../model/plan.js';
import { sameTree } from './plan.js';

const unset: Ownership = { uid: 0, gid: 0, mode: 0, origin: 'note-default' };

/** Throws a ProofError that names the first differing paths when the plan does not lead to its outcome. */
export function replayPlan(plan: SettledPlan, order: DeviceOrder, source: Build): void {
  const tree = new PathTree<Entry>();
  for (const [path, entry] of source.entries) if (inSystem(path)) tree.set(path, entry);
  const makeParents = (path: BuildPath): void => {
    for (let above = parentOf(path); above !== undefined && !tree.has(above); above = parentOf(above))
      tree.set(above, { kind: 'directory', path: above, ownership: unset });
  };
  const unlink = (path: BuildPath): void => {
    if (tree.get(path)?.kind !== 'directory') tree.delete(path);
  };
  const write = (path: BuildPath, content: Content): void => {
    tree.set(path, { kind: 'file', path, content, ownership: unset });
  };
  const patch = ({ path, base, target }: PatchFile): void => {
    const from = tree.get(base.path);
    if (from?.kind !== 'file' || from.content.sha1 !== base.content.sha1)
      throw proof(`${displayName(path)} is patched from ${displayName(base.path)}, which is gone or changed by then`);
    const parent = parentOf(path);
    if (parent === undefined || tree.get(parent)?.kind !== 'directory')
      throw proof(`${displayName(path)} is patched before its directory is there`);
    write(path, target);
  };

  for (const path of order.unlinkFirst) unlink(path);
  for (const path of order.deleteTreesFirst) tree.deleteTree(path);
  for (const path of order.deleteFirst) unlink(path);
  for (const path of order.makeDirectories) {
    makeParents(path);
    if (tree.get(path)?.kind !== 'directory') tree.set(path, { kind: 'directory', path, ownership: unset });
  }
  for (const step of order.patches) {
    if (step.kind === 'patch') patch(step.op);
    else for (const path of step.paths) unlink(path);
  }
  for (const path of order.deleteTreesLate) tree.deleteTree(path);
  for (const { path, target } of order.extractTogether) {
    makeParents(path);
    write(path, target);
  }
  for (const { path, target } of order.extractSingly) {
    const parent = parentOf(path);
    if (parent === undefined || tree.get(parent)?.kind !== 'directory')
      throw proof(`${displayName(path)} is put in place before its directory is there`);
    write(path, target);
  }
  for (const { destination, links } of order.links)
    for (const path of links) {
      makeParents(path);
      tree.set(path, { kind: 'link', path, destination });
    }
  if (order.last?.kind === 'patch-file') patch(order.last);
  else if (order.last !== undefined) write(order.last.path, order.last.target);

  const differing = sameTree(tree.entries, plan.outcome);
  if (differing.length > 0)
    throw proof(
      `the plan does not lead to the target: ${differing.length} paths differ, first ${differing
        .slice(0, 5)
        .map(displayName)
        .join(', ')}`,
    );
}

function proof(message: string): ProofError {
  return new ProofError({
    code: 'plan-not-proved',
    message,
    remedy: 'this is an error in dfota: please report it with both builds',
  });
}
