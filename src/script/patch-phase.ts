/** What makes way, and what is patched. */

import type { DeviceOrder } from '../model/device-order.js';
import type { PatchFile } from '../model/operation.js';
import type { SettledPlan } from '../model/plan.js';
import { stagingSpace } from '../model/staging.js';
import { device, entryOf, identityEntry, partitionPatches, stagedBase, stagesBases, stagingFolder } from './names.js';
import { fraction, integer } from './numbers.js';
import { patchPartition, writePartition } from './partitions.js';
import { applyPatch, type Guard, patchFile, pathsCall, progressBar } from './pieces.js';
import { and, call, or, run, type Statement } from './statements.js';

/** Deletes what makes way or is sent whole, links first: see the device order. */
export function removePhase(plan: SettledPlan, order: DeviceOrder): readonly Statement[] {
  return [
    run(call('ui_print', 'Removing unneeded files...')),
    ...pathsCall('delete', order.unlinkFirst.map(device)),
    ...pathsCall('delete_recursive', order.deleteTreesFirst.map(device)),
    ...pathsCall(
      'delete',
      plan.parts.has('l') ? [...order.deleteFirst.map(device), '/system/recovery.img'] : order.deleteFirst.map(device),
    ),
  ];
}

function makeDirectories(order: DeviceOrder): readonly Statement[] {
  const paths = [...(order.stages ? [stagingFolder] : []), ...order.makeDirectories.map(device)];
  const { placeholderFolder, placeholder } = order.names;
  return [
    ...paths.map((path) => run(call('package_extract_dir', placeholderFolder, path))),
    ...pathsCall(
      'delete',
      paths.map((path) => `${path}/${placeholder}`),
    ),
  ];
}

/** Patches files, then partitions. */
export function patchPhase(plan: SettledPlan, order: DeviceOrder, guard: Guard): readonly Statement[] {
  const patched = partitionPatches(order);
  const total =
    order.patched.reduce((sum, { target }) => sum + target.size, 0) +
    patched.reduce((sum, { target }) => sum + target.size, 0);
  const bar = progressBar(total);
  const statements: Statement[] = [
    run(call('show_progress', fraction(0.8), integer(0))),
    run(call('ui_print', 'Patching system files...')),
    ...makeDirectories(order),
  ];
  for (const step of order.patches) {
    if (step.kind === 'delete') {
      statements.push(...pathsCall('delete', step.paths.map(device)));
      continue;
    }
    if (step.staged) statements.push(...patchFromCopy(plan, step.op, order, guard));
    else statements.push(patchFile(step.op, order, guard));
    statements.push(...bar(step.op.target.size));
  }
  if (stagesBases(order)) statements.push(run(call('delete', stagedBase)));
  statements.push(...pathsCall('delete_recursive', order.deleteTreesLate.map(device)));
  for (const op of order.partitions) {
    if (op.kind === 'patch-partition')
      statements.push(...patchPartition(plan, op, order, guard), ...bar(op.target.size));
    else statements.push(...writePartition(op, order, guard));
  }
  return statements;
}

/**
 * Reads a base that is needed later from a copy. Where the target is done, by an earlier attempt, the base may have its
 * own new content already, and no copy is made. The space is asked for first: with too little of it in /cache, making
 * the copy would move the base itself there.
 */
function patchFromCopy(plan: SettledPlan, op: PatchFile, order: DeviceOrder, guard: Guard): readonly Statement[] {
  const { path, base, target, patch } = op;
  const [here, from] = [device(path), device(base.path)];
  const identity = identityEntry(plan, order, base.content.size);
  const done = call('apply_patch_check', here, target.sha1);
  const copied = call('apply_patch_check', stagedBase, base.content.sha1);
  const copy = and(
    call('apply_patch_space', integer(stagingSpace(base.content.size))),
    applyPatch(from, stagedBase, base.content, [base.content, identity]),
  );
  return [
    guard(or(done, copied, copy), `failed to copy ${from}`),
    guard(
      applyPatch(stagedBase, here, target, [base.content, entryOf(order.names.patches, patch)]),
      `failed to patch ${here}`,
    ),
  ];
}
