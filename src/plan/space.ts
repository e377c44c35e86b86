/**
 * What the device needs while the package runs, computed by walking the device order.
 *
 * Files count in whole blocks of 4 KiB, directories and links not at all: UBIFS and ext4 differ there, and both
 * compress or pad on their own. A patch is counted as the device makes it: the new file beside the old one, or, where
 * less than 256 KiB and one and a half times the new file would be free, the old one in /cache.
 */

import type { Content } from '../model/build.js';
import type { Code } from '../model/codes.js';
import type { DeviceOrder } from '../model/device-order.js';
import { type Fault, InputError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import { inSystem } from '../model/layout.js';
import type { DeviceLimits, DeviceNeeds } from '../model/needs.js';
import type { PatchFile } from '../model/operation.js';
import type { BuildPath } from '../model/path.js';
import { PathTree } from '../model/path-tree.js';
import type { SettledPlan } from '../model/plan.js';
import { patchHeadroom, stagingSpace } from '../model/staging.js';

const block = 4096;
const megabyte = 1_000_000;

/** The figures of the module maker's note: beyond them a release engineer wants to be warned. */
export const noteFigures = {
  packageBytes: 70 * megabyte,
  systemFree: 20 * megabyte,
  usrdataWithinBaseline: 60 * megabyte,
  usrdataAcrossBaselines: 110 * megabyte,
} as const;

function blocks(size: number): number {
  return Math.ceil(size / block) * block;
}

/** Walks the run. `systemFree` is what is free on /system before it; without it the note's reserve. */
export function deviceNeeds(
  plan: SettledPlan,
  order: DeviceOrder,
  packageBytes: number,
  systemFree: number = noteFigures.systemFree,
): DeviceNeeds {
  const sizes = new PathTree<number>();
  for (const { path, source } of plan.decisions.values()) {
    if (source?.kind === 'file' && inSystem(path)) sizes.set(path, blocks(source.content.size));
  }
  let used = 0;
  let systemPeak = 0;
  let cachePeak = 0;
  let memory = 0;
  const change = (by: number): void => {
    used += by;
    systemPeak = Math.max(systemPeak, used);
  };
  const remove = (path: BuildPath): void => {
    used -= sizes.get(path) ?? 0;
    sizes.delete(path);
  };
  const removeTree = (tree: BuildPath): void => {
    for (const size of sizes.deleteTree(tree)) used -= size;
  };
  const put = (path: BuildPath, { size }: Content): void => {
    remove(path);
    sizes.set(path, blocks(size));
    change(blocks(size));
  };
  const patch = ({ path, base, target, patch: { size } }: PatchFile, staged: boolean): void => {
    memory = Math.max(memory, base.content.size + target.size + size);
    if (staged) {
      cachePeak = Math.max(cachePeak, stagingSpace(base.content.size));
    } else if (systemFree - used <= Math.max(patchHeadroom, 1.5 * target.size)) {
      cachePeak = Math.max(cachePeak, base.content.size);
      remove(base.path);
    }
    change(blocks(target.size));
    remove(path);
    sizes.set(path, blocks(target.size));
  };

  for (const path of order.deleteTreesFirst) removeTree(path);
  for (const path of order.deleteFirst) remove(path);
  for (const step of order.patches) {
    if (step.kind === 'patch') patch(step.op, step.staged);
    else for (const path of step.paths) remove(path);
  }
  for (const path of order.deleteTreesLate) removeTree(path);
  for (const op of order.partitions) {
    if (op.kind === 'write-partition') {
      memory = Math.max(memory, op.target.size);
      continue;
    }
    // The call that stages the image carries the identity patch as well.
    const identity = plan.identities.get(op.target.size)?.size ?? 0;
    memory = Math.max(memory, op.source.size + op.target.size + op.patch.size + identity);
    // Staged: the image, then a second copy while it is written. In place: the old content.
    cachePeak = Math.max(cachePeak, plan.bootUpdate === 'resumable' ? stagingSpace(op.target.size) : op.source.size);
  }
  for (const { path, target } of [...order.extractTogether, ...order.extractSingly]) put(path, target);
  if (order.last?.kind === 'patch-file') patch(order.last, false);
  else if (order.last !== undefined) put(order.last.path, order.last.target);
  return {
    systemPeak,
    systemGrowth: used,
    cachePeak,
    cacheAsked: cacheAsked(plan, order, (size) => size),
    cacheForRetry: cacheForRetry(plan, order, cachePeak),
    usrdata: packageBytes + cachePeak,
    memory,
  };
}

/** UBI volumes give space in whole erase blocks; the largest ones that the modules use. */
const eraseBlock = 256 * 1024;

/** The largest request for space in /cache that the script makes, each rounded as told. */
function cacheAsked(plan: SettledPlan, order: DeviceOrder, rounded: (size: number) => number): number {
  let asked = order.patched.reduce((most, { base }) => Math.max(most, rounded(base.content.size)), 0);
  for (const step of order.patches)
    if (step.kind === 'patch' && step.staged) asked = Math.max(asked, rounded(stagingSpace(step.op.base.content.size)));
  for (const op of order.partitions) {
    if (op.kind !== 'patch-partition') continue;
    const { source, target } = op;
    asked = Math.max(asked, rounded(plan.bootUpdate === 'resumable' ? stagingSpace(target.size) : source.size));
  }
  return asked;
}

function cacheForRetry(plan: SettledPlan, order: DeviceOrder, cachePeak: number): number {
  const inBlocks = (size: number): number => Math.ceil(size / eraseBlock) * eraseBlock;
  const staged = plan.bootUpdate === 'resumable';
  const images = order.partitions.filter((op) => op.kind === 'patch-partition');
  const image = images.reduce((most, { target }) => Math.max(most, inBlocks(target.size)), 0);
  const moved = order.patched.reduce((most, { base }) => Math.max(most, inBlocks(base.content.size)), 0);
  const asked = cacheAsked(plan, order, inBlocks);
  if (asked === 0) return cachePeak;
  // A cut among the files leaves a source; one in the write of a staged image leaves the image and a copy of it.
  const leftByFiles = moved;
  const leftByImage = staged ? 2 * image + moved : 0;
  const folders = 4 * eraseBlock;
  return Math.max(cachePeak, asked + leftByFiles + folders, leftByImage + folders);
}

function show(bytes: number): string {
  return `${(bytes / megabyte).toFixed(1)} MB (${bytes} bytes)`;
}

/** Throws an InputError with all numbers where a limit that was given is exceeded. */
export function holdLimits(needs: DeviceNeeds, limits: DeviceLimits): void {
  const rows: readonly (readonly [Code, string, number, number | undefined, string])[] = [
    ['system-too-small', '/system', needs.systemPeak, limits.systemFree, 'free space on /system'],
    ['cache-too-small', '/cache', needs.cacheForRetry, limits.cacheSize, 'space in /cache to survive every power cut'],
    ['usrdata-too-small', 'usrdata', needs.usrdata, limits.usrdataFree, 'free space in usrdata'],
    ['memory-too-small', 'memory', needs.memory, limits.deviceMemory, 'memory of the updater'],
  ];
  const faults: Fault[] = [];
  for (const [code, , need, limit, name] of rows) {
    if (limit === undefined || need <= limit) continue;
    faults.push({
      code,
      message: `the package needs more ${name} than the device has`,
      found: `needs ${show(need)}`,
      expected: `at most ${show(limit)}`,
      remedy:
        code === 'cache-too-small'
          ? 'write the boot image whole (--boot-update whole), or free space on the module'
          : 'split the update, put the largest files on the fullota list, or free space on the module',
    });
  }
  if (faults.length > 0) throw new InputError(faults);
}

/** Warnings where the note's figures are exceeded and no limit was given. */
export function needFindings(needs: DeviceNeeds, packageBytes: number, limits: DeviceLimits): readonly Finding[] {
  const findings: Finding[] = [];
  const warn = (code: Code, message: string, need: number, figure: number, remedy: string): void => {
    if (need <= figure) return;
    findings.push({
      severity: 'warning',
      code,
      message,
      found: show(need),
      expected: `at most ${show(figure)}`,
      remedy,
    });
  };
  warn(
    'package-large',
    'the package is larger than the module usually takes',
    packageBytes,
    noteFigures.packageBytes,
    'update in two steps, or part by part',
  );
  if (limits.systemFree === undefined)
    warn(
      'system-reserve-exceeded',
      'the update needs more free space on /system than the reserve that every module has',
      needs.systemPeak,
      noteFigures.systemFree,
      'check the free space on the module and give it with --system-free',
    );
  if (limits.usrdataFree === undefined) {
    const across = needs.usrdata > noteFigures.usrdataAcrossBaselines;
    warn(
      'usrdata-need-large',
      `package and /cache together need more of usrdata than an update ${across ? 'across baselines' : 'within a baseline'} usually has`,
      needs.usrdata,
      across ? noteFigures.usrdataAcrossBaselines : noteFigures.usrdataWithinBaseline,
      'check the free space in usrdata and give it with --usrdata-free',
    );
  }
  return findings;
}
