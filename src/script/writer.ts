/**
 * Writes the updater-script of a settled plan as a syntax tree: which statements, in which phases, guarded how.
 * The order inside the phases is the plan's; quoting and wrapping are the printer's.
 *
 * Statements that return nothing useful on the device (delete, symlink, set_perm …) are not guarded: they abort by
 * themselves or cannot fail. Everything that can fail in silence is: patches, single extractions, partition writes;
 * and what package_extract_dir unpacked is confirmed by hash, because it reports success on a full disk.
 */

import type { Content } from '../model/build.js';
import type { DeviceOrder, LinkGroup } from '../model/device-order.js';
import type {
  ExtractFile,
  PartitionName,
  PatchFile,
  PatchPartition,
  Payload,
  WritePartition,
} from '../model/operation.js';
import { showParts } from '../model/parts.js';
import { type ArchivePath, baseName, onDevice } from '../model/path.js';
import type { PermissionStatement } from '../model/permission.js';
import type { SettledPlan } from '../model/plan.js';
import { stagingSpace } from '../model/staging.js';
import { fraction, hexadecimal, integer, octal } from './numbers.js';
import {
  and,
  assert,
  blank,
  type Call,
  call,
  comment,
  type Expression,
  or,
  orAbort,
  type Parameter,
  run,
  type Statement,
  str,
  together,
  word,
  wrappedCall,
} from './statements.js';

/** How the script is spelled. */
export interface ScriptOptions {
  /** `assert(…)`, as the module maker's note shows it, or `… || abort("…")`, as Android does from 4.4 on. */
  readonly dialect: 'assert' | 'abort';
  readonly permissions: 'set_perm' | 'set_metadata';
  /** Stands in the first comment line. */
  readonly toolVersion: string;
}

/** Progress is only reported when it moved by so much: 200 statements at the most for each bar. */
const progressStep = 0.005;

type Guard = (expression: Expression, message: string) => Statement;

/** The statements of the whole script, in order. */
export function writeScript(plan: SettledPlan, order: DeviceOrder, options: ScriptOptions): readonly Statement[] {
  const guard: Guard =
    options.dialect === 'assert'
      ? (expression) => run(assert(expression))
      : (expression, message) => run(orAbort(expression, message));
  return [
    ...header(plan, options),
    ...mountSystem(plan, guard),
    ...verifyPhase(plan, order, guard),
    blank,
    comment('---- start making changes here ----'),
    blank,
    ...removePhase(plan, order),
    ...patchPhase(plan, order, guard),
    ...unpackPhase(order, guard),
    ...linksAndPermissions(plan, order, options),
    ...lastPhase(plan, order, guard, options),
    run(call('unmount', '/system')),
  ];
}

/** The path on the module; partition images have none, and asking for theirs is a bug. */
function device(path: ArchivePath): string {
  const found = onDevice(path);
  if (found === undefined) throw new Error(`${path} is not below SYSTEM`);
  return found;
}

function entryOf(names: ReadonlyMap<Payload['id'], string>, payload: Payload): string {
  const name = names.get(payload.id);
  if (name === undefined) throw new Error(`payload ${payload.id} has no entry`);
  return name;
}

function identityEntry({ identities }: SettledPlan, { names }: DeviceOrder, size: number): string {
  const identity = identities.get(size);
  if (identity === undefined) throw new Error(`no identity patch of ${size} bytes`);
  return entryOf(names.patches, identity);
}

function header(plan: SettledPlan, { toolVersion }: ScriptOptions): readonly Statement[] {
  const revision = (version: SettledPlan['sourceVersion']): string => version?.revision ?? 'unknown version';
  return [
    comment(`dfota ${toolVersion}`),
    comment(`${revision(plan.sourceVersion)} to ${revision(plan.targetVersion)}, parts ${showParts(plan.parts)}`),
  ];
}

function mountSystem({ system }: SettledPlan, guard: Guard): readonly Statement[] {
  const mount = call('mount', system.fileSystem, system.type, system.device, '/system');
  // Unmounted, everything would be written to the recovery's own memory, and reported as done.
  return [guard(or(mount, call('is_mounted', '/system')), 'failed to mount /system')];
}

/** A bar that counts bytes and speaks only when it moved. */
function progressBar(total: number): (bytes: number) => readonly Statement[] {
  let done = 0;
  let shown = 0;
  return (bytes) => {
    done += bytes;
    const part = done / (total + 1);
    if (part - shown < progressStep) return [];
    shown = part;
    return [run(call('set_progress', fraction(part)))];
  };
}

function partitionPatches(order: DeviceOrder): readonly PatchPartition[] {
  return order.partitions.filter((op): op is PatchPartition => op.kind === 'patch-partition');
}

/** `MTD:boot:<size>:<sha1>…` with the contents given, in this order. */
function partitionWith({ type, device: name }: PartitionName, ...contents: readonly Content[]): string {
  return [type, name, ...contents.flatMap(({ size, sha1 }) => [String(size), sha1])].join(':');
}

/** Files directly in /cache may be deleted by apply_patch_space; those of its folders are safe. */
const stagingFolder = '/cache/recovery';

/** Where a base is read that is needed later. */
const stagedBase = `${stagingFolder}/base`;

/** Where the new content of a partition waits until it is written. */
function stagedName({ device: name }: PartitionName): string {
  return `${stagingFolder}/${name.slice(name.lastIndexOf('/') + 1)}.new`;
}

/** True if the path has the target's or the source's bytes, so also after a cut. */
function checkOf({ path, base, target }: PatchFile): Expression {
  const here = device(path);
  if (base.path === path) return call('apply_patch_check', here, target.sha1, base.content.sha1);
  return or(
    call('apply_patch_check', here, target.sha1),
    call('apply_patch_check', device(base.path), base.content.sha1),
  );
}

function verifyPhase(plan: SettledPlan, order: DeviceOrder, guard: Guard): readonly Statement[] {
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
  let largest = order.checks.reduce((most, { base }) => Math.max(most, base.content.size), 0);
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
      statements.push(
        guard(
          or(staged, call('apply_patch_space', integer(stagingSpace(target.size)))),
          'Not enough free space in /cache.',
        ),
      );
    } else {
      largest = Math.max(largest, source.size);
    }
  }
  if (largest > 0)
    statements.push(guard(call('apply_patch_space', integer(largest)), 'Not enough free space in /cache.'));
  return statements;
}

function pathsCall(name: string, paths: readonly string[]): readonly Statement[] {
  return paths.length === 0 ? [] : [run(wrappedCall(name, ...paths))];
}

function removePhase(plan: SettledPlan, order: DeviceOrder): readonly Statement[] {
  const staged = [
    ...(stagesBases(order) ? [stagedBase] : []),
    ...(plan.bootUpdate === 'resumable' ? partitionPatches(order).map(({ partition }) => stagedName(partition)) : []),
  ];
  return [
    run(call('ui_print', 'Removing unneeded files...')),
    ...pathsCall('delete', [...staged.map((path) => `${path}.patch`), ...order.unlinkFirst.map(device)]),
    ...pathsCall('delete_recursive', order.deleteTreesFirst.map(device)),
    ...pathsCall(
      'delete',
      plan.parts.has('l') ? [...order.deleteFirst.map(device), '/system/recovery.img'] : order.deleteFirst.map(device),
    ),
  ];
}

function extract(entry: string): Call {
  return call('package_extract_file', entry);
}

function applyPatch(
  from: string,
  to: string,
  target: Content,
  ...patches: readonly (readonly [Content, string])[]
): Call {
  const pairs: Parameter[] = patches.map(([source, entry]) => together(word(source.sha1), extract(entry)));
  return wrappedCall('apply_patch', from, to, word(target.sha1), integer(target.size), ...pairs);
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

function patchPhase(plan: SettledPlan, order: DeviceOrder, guard: Guard): readonly Statement[] {
  const patched = partitionPatches(order);
  const total =
    order.checks.reduce((sum, { target }) => sum + target.size, 0) +
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

function stagesBases({ patches }: DeviceOrder): boolean {
  return patches.some((step) => step.kind === 'patch' && step.staged);
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

function patchFile({ path, base, target, patch }: PatchFile, order: DeviceOrder, guard: Guard): Statement {
  const here = device(path);
  const entry = entryOf(order.names.patches, patch);
  const call =
    base.path === path
      ? applyPatch(here, '-', target, [base.content, entry])
      : applyPatch(device(base.path), here, target, [base.content, entry]);
  return guard(call, `failed to patch ${here}`);
}

function imageWord(path: ArchivePath): string {
  return path === 'BOOTABLE_IMAGES/boot.img' ? 'boot image' : baseName(path);
}

/**
 * In place, a cut in the middle of the write cannot be resumed. Resumable, the new content is staged in a file, and
 * the partition is written from it with an identity patch: at every instant one of the two is whole.
 */
function patchPartition(
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

function writePartition(
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

function unpackPhase(order: DeviceOrder, guard: Guard): readonly Statement[] {
  const statements: Statement[] = [
    run(call('show_progress', fraction(0.1), integer(10))),
    run(call('ui_print', 'Unpacking new files...')),
  ];
  if (order.extractTogether.length > 0)
    statements.push(guard(call('package_extract_dir', 'system', '/system'), 'failed to unpack new files'));
  for (const op of order.extractSingly) statements.push(extractFile(op, order, guard));
  for (const op of [...order.extractTogether, ...order.extractSingly]) statements.push(confirmFile(op, guard));
  return statements;
}

function extractFile({ path, whole }: ExtractFile, order: DeviceOrder, guard: Guard): Statement {
  const here = device(path);
  return guard(call('package_extract_file', entryOf(order.names.files, whole), here), `failed to unpack ${here}`);
}

function confirmFile({ path, target }: ExtractFile, guard: Guard): Statement {
  const here = device(path);
  return guard(call('apply_patch_check', here, target.sha1), `"${here}" was not unpacked correctly.`);
}

function linkStatements(groups: readonly LinkGroup[]): readonly Statement[] {
  return [
    ...pathsCall(
      'delete',
      groups.flatMap(({ links }) => links.map(device)),
    ),
    ...groups.map(({ destination, links: [first, ...more] }) => {
      if (first === undefined) throw new Error('a link group without links');
      return run(wrappedCall('symlink', together(destination, device(first)), ...more.map(device)));
    }),
  ];
}

function linksAndPermissions(plan: SettledPlan, order: DeviceOrder, options: ScriptOptions): readonly Statement[] {
  return [
    run(call('ui_print', 'Symlinks and permissions...')),
    ...linkStatements(order.links),
    ...permissionStatements(plan.permissions, options),
  ];
}

/** Neighbours with the same owner and mode share a set_perm; set_metadata takes one path only. */
function permissionStatements(
  statements: readonly PermissionStatement[],
  options: ScriptOptions,
): readonly Statement[] {
  const printed: Statement[] = [];
  for (let at = 0; at < statements.length; ) {
    const first = statements[at];
    if (first === undefined) break;
    const alike = [first.path];
    for (let next = statements[at + alike.length]; ; next = statements[at + alike.length]) {
      if (first.kind !== 'set' || next?.kind !== 'set' || options.permissions === 'set_metadata') break;
      if (next.uid !== first.uid || next.gid !== first.gid || next.mode !== first.mode) break;
      alike.push(next.path);
    }
    at += alike.length;
    if (alike.length === 1 || first.kind !== 'set') {
      printed.push(run(permissionCall(first, options)));
      continue;
    }
    const { uid, gid, mode } = first;
    printed.push(run(wrappedCall('set_perm', integer(uid), integer(gid), octal(mode), ...alike.map(device))));
  }
  return printed;
}

function permissionCall(statement: PermissionStatement, { permissions }: ScriptOptions): Call {
  const path = device(statement.path);
  const { uid, gid } = statement;
  if (permissions === 'set_perm') {
    return statement.kind === 'set'
      ? call('set_perm', integer(uid), integer(gid), octal(statement.mode), path)
      : call(
          'set_perm_recursive',
          integer(uid),
          integer(gid),
          octal(statement.directoryMode),
          octal(statement.fileMode),
          path,
        );
  }
  const modes: readonly Parameter[] =
    statement.kind === 'set'
      ? [str('mode'), octal(statement.mode)]
      : [str('dmode'), octal(statement.directoryMode), str('fmode'), octal(statement.fileMode)];
  const label: readonly Parameter[] = statement.selabel === undefined ? [] : [str('selabel'), str(statement.selabel)];
  return call(
    statement.kind === 'set' ? 'set_metadata' : 'set_metadata_recursive',
    path,
    'uid',
    integer(uid),
    'gid',
    integer(gid),
    ...modes,
    'capabilities',
    hexadecimal(statement.capabilities ?? 0n),
    ...label,
  );
}

function lastPhase(plan: SettledPlan, order: DeviceOrder, guard: Guard, options: ScriptOptions): readonly Statement[] {
  if (order.last === undefined) return [];
  const entry = plan.outcome.get(order.last.path);
  if (entry?.kind !== 'file') throw new Error(`${order.last.path} is patched, but no file`);
  const { uid, gid, mode, selabel, capabilities } = entry.ownership;
  const statement: PermissionStatement = {
    kind: 'set',
    path: entry.path,
    uid,
    gid,
    mode,
    ...(selabel === undefined ? {} : { selabel }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
  return [
    run(call('ui_print', 'Patching remaining system files...')),
    ...(order.last.kind === 'patch-file'
      ? [patchFile(order.last, order, guard)]
      : [extractFile(order.last, order, guard), confirmFile(order.last, guard)]),
    run(permissionCall(statement, options)),
  ];
}
