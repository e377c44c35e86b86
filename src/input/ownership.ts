import type { Ownership } from '../model/build.js';
import { inSystem, nameOfOwnersRow } from '../model/layout.js';
import type { BuildPath } from '../model/path.js';

/** Whose rules say what owner and mode an entry has: the build's own, or the original tool's. */
export type Modes = 'build' | 'note';

const noteDefault: Ownership = { uid: 0, gid: 0, mode: 0o755, origin: 'note-default' };

/**
 * Owner and mode of a file or directory on the device: the row of filesystem_config.txt; else (modes `build`) what the
 * input itself says, a zip's Unix mode with owner 0:0; else the note's 755 0:0. With `note` the input's own modes are
 * not looked at, as the original does not.
 */
export function ownershipOf(
  path: BuildPath,
  own: Ownership | undefined,
  rows: ReadonlyMap<string, Ownership>,
  modes: Modes,
): Ownership {
  const row = inSystem(path) ? rows.get(nameOfOwnersRow(path)) : undefined;
  if (row !== undefined) return row;
  return modes === 'build' && own !== undefined ? own : noteDefault;
}
