/** The names that the phases share: paths on the module, entries of the package, partitions, staged files. */

import type { Content } from '../model/build.js';
import type { DeviceOrder } from '../model/device-order.js';
import { onDevice } from '../model/layout.js';
import type { PartitionName, PatchPartition, Payload } from '../model/operation.js';
import type { BuildPath } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';

/** The path on the module; partition images have none, and asking for theirs is a bug. */
export function device(path: BuildPath): string {
  const found = onDevice(path);
  if (found === undefined) throw new Error(`${path} is not below SYSTEM`);
  return found;
}

/** The zip entry of a payload. */
export function entryOf(names: ReadonlyMap<Payload['id'], string>, payload: Payload): string {
  const name = names.get(payload.id);
  if (name === undefined) throw new Error(`payload ${payload.id} has no entry`);
  return name;
}

/** The zip entry of the patch that copies so many bytes. */
export function identityEntry({ identities }: SettledPlan, { names }: DeviceOrder, size: number): string {
  const identity = identities.get(size);
  if (identity === undefined) throw new Error(`no identity patch of ${size} bytes`);
  return entryOf(names.patches, identity);
}

/** `MTD:boot:<size>:<sha1>…` with the contents given, in this order. */
export function partitionWith({ type, device: name }: PartitionName, ...contents: readonly Content[]): string {
  return [type, name, ...contents.flatMap(({ size, sha1 }) => [String(size), sha1])].join(':');
}

/** Files directly in /cache may be deleted by apply_patch_space; those of its folders are safe. */
export const stagingFolder = '/cache/recovery';

/** Where a base is read that is needed later. */
export const stagedBase = `${stagingFolder}/base`;

/** Where the new content of a partition waits until it is written. */
export function stagedName({ device: name }: PartitionName): string {
  return `${stagingFolder}/${name.slice(name.lastIndexOf('/') + 1)}.new`;
}

/** Whether the script stages any base. */
export function stagesBases({ patches }: DeviceOrder): boolean {
  return patches.some((step) => step.kind === 'patch' && step.staged);
}

/** The partitions that are patched, in order. */
export function partitionPatches(order: DeviceOrder): readonly PatchPartition[] {
  return order.partitions.filter((op): op is PatchPartition => op.kind === 'patch-partition');
}

/** Where the updater keeps a source while it writes over it. */
export const savedSource = '/cache/saved.file';
