/** Partitions: patched in place or through a staged file, or written whole. */

import type { DeviceOrder } from '../model/device-order.js';
import { sdx6x } from '../model/layout.js';
import type { PatchPartition, WritePartition } from '../model/operation.js';
import { type BuildPath, baseName } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';
import { entryOf, identityEntry, partitionWith, stagedName } from './names.js';
import { applyPatch, extract, type Guard } from './pieces.js';
import { call, or, run, type Statement } from './statements.js';

function imageWord(path: BuildPath): string {
  return path === sdx6x.bootImage ? 'boot image' : baseName(path);
}

/**
 * In place, a cut in the middle of the write cannot be resumed. Resumable, the new content is staged in a file, and
 * the partition is written from it with an identity patch: at every instant one of the two is whole.
 */
export function patchPartition(
  plan: SettledPlan,
  { path, partition, source, target, patch }: PatchPartition,
  order: DeviceOrder,
  guard: Guard,
): readonly Statement[] {
  const both = partitionWith(partition, source, target);
  const entry = entryOf(order.names.patches, patch);
  const failure = `failed to patch ${partition.type}:${partition.device}`;
  const announce = run(call('ui_print', `Patching ${imageWord(path)}...`));
  if (plan.bootUpdate !== 'resumable')
    return [announce, guard(applyPatch(both, '-', target, [source, entry]), failure)];
  const copy = identityEntry(plan, order, target.size);
  const staged = stagedName(partition);
  const written = partitionWith(partition, target);
  return [
    announce,
    guard(
      or(
        call('apply_patch_check', staged, target.sha1),
        applyPatch(both, staged, target, [source, entry], [target, copy]),
      ),
      failure,
    ),
    guard(applyPatch(staged, written, target, [target, copy]), `failed to write ${partition.type}:${partition.device}`),
    run(call('delete', staged)),
  ];
}

/** Writes a partition whole, and reads it back. */
export function writePartition(
  { path, partition, target, whole }: WritePartition,
  order: DeviceOrder,
  guard: Guard,
): readonly Statement[] {
  const entry = entryOf(order.names.images, whole);
  const name = `${partition.type}:${partition.device}`;
  const write =
    partition.type === 'MTD'
      ? call('write_raw_image', extract(entry), partition.device)
      : call('package_extract_file', entry, partition.device);
  return [
    run(call('ui_print', `Writing ${imageWord(path)}...`)),
    guard(write, `failed to write ${name}`),
    guard(
      call('apply_patch_check', partitionWith(partition, target), target.sha1),
      `${name} was not written correctly`,
    ),
  ];
}
