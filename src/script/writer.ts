/**
 * Writes the updater-script of a settled plan as a syntax tree: which statements, in which phases, guarded how.
 * The order inside the phases is the plan's; quoting and wrapping are the printer's.
 *
 * Statements that return nothing useful on the device (delete, symlink, set_perm …) are not guarded: they abort by
 * themselves or cannot fail. Everything that can fail in silence is: patches, single extractions, partition writes;
 * and what package_extract_dir unpacked is confirmed by hash, because it reports success on a full disk.
 */

import type { DeviceOrder, LinkGroup } from '../model/device-order.js';
import { showParts } from '../model/parts.js';
import type { PermissionStatement } from '../model/permission.js';
import type { SettledPlan } from '../model/plan.js';
import { device, savedSource } from './names.js';
import { fraction, integer } from './numbers.js';
import type { ScriptOptions } from './options.js';
import { patchPhase, removePhase } from './patch-phase.js';
import { permissionCall, permissionStatements } from './permissions.js';
import { confirmFile, extractFile, type Guard, patchFile, pathsCall } from './pieces.js';
import { assert, blank, call, comment, or, orAbort, run, type Statement, together, wrappedCall } from './statements.js';
import { verifyPhase } from './verify-phase.js';

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
    // A cut leaves the device's own copy of a source behind, which would take room from the next update.
    run(call('delete', savedSource)),
    run(call('unmount', '/system')),
  ];
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
    selabel,
    capabilities,
  };
  return [
    run(call('ui_print', 'Patching remaining system files...')),
    ...(order.last.kind === 'patch-file'
      ? [patchFile(order.last, order, guard)]
      : [extractFile(order.last, order, guard), confirmFile(order.last, guard)]),
    run(permissionCall(statement, options)),
  ];
}
