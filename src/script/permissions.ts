/** Owners and modes as statements of either family of functions. */
import type { PermissionStatement } from '../model/permission.js';
import { device } from './names.js';
import { hexadecimal, integer, octal } from './numbers.js';
import type { ScriptOptions } from './options.js';
import { type Call, call, type Parameter, run, type Statement, str, wrappedCall } from './statements.js';

/** Neighbours with the same owner and mode share a set_perm; set_metadata takes one path only. */
export function permissionStatements(
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

/** One statement of the family, on one line. */
export function permissionCall(statement: PermissionStatement, { permissions }: ScriptOptions): Call {
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
