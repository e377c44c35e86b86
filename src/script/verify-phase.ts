/** What is checked before anything is changed. */
import type { DeviceOrder, FileCheck } from '../model/device-order.js';
import type { SettledPlan } from '../model/plan.js';
import { stagingSpace } from '../model/staging.js';
import { device, partitionPatches, partitionWith, stagedBase, stagedName, stagesBases } from './names.js';
import { fraction, integer } from './numbers.js';
import { type Guard, pathsCall, progressBar } from './pieces.js';
import { call, type Expression, or, run, type Statement } from './statements.js';

/** True if the path has the target's or the source's bytes, so also after a cut. */
function checkOf({ path, base, target }: FileCheck): Expression {
  const here = device(path);
  if (base.path === path) return call('apply_patch_check', here, target.sha1, base.content.sha1);
  return or(
    call('apply_patch_check', here, target.sha1),
    call('apply_patch_check', device(base.path), base.content.sha1),
  );
}

/**
 * What an attempt that was cut may have left in /cache: it would count as taken space. A base is still where it was, for
 * there was room for its copy; a partition's staged image may be the only one, and stays.
 */
function removeLeftovers(plan: SettledPlan, order: DeviceOrder): readonly Statement[] {
  const images = plan.bootUpdate === 'resumable' ? partitionPatches(order) : [];
  return pathsCall('delete', [
    ...(stagesBases(order) ? [stagedBase, `${stagedBase}.patch`] : []),
    ...images.map(({ partition }) => `${stagedName(partition)}.patch`),
  ]);
}

/** Everything that is patched is as it was, or done; and /cache has the space that is needed. */
export function verifyPhase(plan: SettledPlan, order: DeviceOrder, guard: Guard): readonly Statement[] {
  const patched = partitionPatches(order);
  const total =
    order.checks.reduce((sum, { base }) => sum + base.content.size, 0) +
    patched.reduce((sum, { source }) => sum + source.size, 0);
  const bar = progressBar(total);
  const statements: Statement[] = [
    run(call('ui_print', 'Verifying current system...')),
    run(call('show_progress', fraction(0.1), integer(0))),
  ];
  for (const op of order.checks) {
    const where = op.base.path === op.path ? device(op.path) : `${device(op.path)} and ${device(op.base.path)}`;
    statements.push(guard(checkOf(op), `"${where}" has unexpected contents.`), ...bar(op.base.content.size));
  }
  statements.push(...removeLeftovers(plan, order));
  let largest = order.patched.reduce((most, { base }) => Math.max(most, base.content.size), 0);
  let forBases = 0;
  for (const step of order.patches)
    if (step.kind === 'patch' && step.staged) forBases = Math.max(forBases, stagingSpace(step.op.base.content.size));
  for (const { partition, source, target } of patched) {
    const both = partitionWith(partition, source, target);
    const check = call('apply_patch_check', both, target.sha1, source.sha1);
    const staged = call('apply_patch_check', stagedName(partition), target.sha1);
    statements.push(
      guard(
        plan.bootUpdate === 'resumable' ? or(check, staged) : check,
        `"${partition.type}:${partition.device}" has unexpected contents.`,
      ),
      ...bar(source.size),
    );
    if (plan.bootUpdate === 'resumable') {
      // Once the image is staged all files are done: what they needed is not asked for again.
      const space = Math.max(forBases, stagingSpace(target.size));
      forBases = 0;
      statements.push(guard(or(staged, call('apply_patch_space', integer(space))), 'Not enough free space in /cache.'));
    } else {
      largest = Math.max(largest, source.size);
    }
  }
  largest = Math.max(largest, forBases);
  if (largest > 0)
    statements.push(guard(call('apply_patch_space', integer(largest)), 'Not enough free space in /cache.'));
  return statements;
}
