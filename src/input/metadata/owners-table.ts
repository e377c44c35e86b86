import type { Fault } from '../../model/errors.js';
import { inSystem, nameOfOwnersRow } from '../../model/layout.js';
import { displayName, isWithin } from '../../model/path.js';
import type { PlainOwnership } from '../../model/preparation.js';
import { compilePattern, isPattern } from '../lists/pattern.js';
import { parseFilesystemConfig } from './filesystem-config.js';

/** A row of an owners table. */
export interface OwnersRow {
  /** As written. */
  readonly text: string;
  /** Takes a build path (`SYSTEM/bin/app`). */
  readonly matches: (path: string) => boolean;
  readonly ownership: PlainOwnership;
}

/**
 * Parses an owners table: the lines of a filesystem_config.txt, `path uid gid mode [selabel=… capabilities=0x…]`. The path may be written
 * as there (`system/bin/app`), as on the module (`/bin/app`), or as in the archive (`SYSTEM/bin/app`), and may be a pattern. Of
 * several rows for a path the last counts.
 */
export function parseOwnersTable(
  text: string,
  file: string,
): { readonly rows: readonly OwnersRow[]; readonly faults: readonly Fault[] } {
  const { rows: parsed, faults } = parseFilesystemConfig(text, { file });
  const all: Fault[] = [...faults];
  const rows: OwnersRow[] = [];
  for (const [path, { origin: _origin, ...ownership }] of parsed) {
    const inside =
      isWithin(path, 'system') || inSystem(path) ? path.slice('system'.length) : `/${path.replace(/^\/+/, '')}`;
    const archive = `SYSTEM${inside}`;
    const matches = isPattern(archive) ? compilePattern(archive) : (other: string) => other === archive;
    if (typeof matches === 'function') rows.push({ text: path, matches, ownership });
    else {
      all.push({
        code: 'owners-pattern',
        place: { file },
        message: `the pattern ${displayName(path)} is not valid`,
        found: displayName(matches.wrong),
      });
    }
  }
  return { rows, faults: all };
}

/** A line of filesystem_config.txt for a build path below SYSTEM. */
export function filesystemConfigLine(path: string, ownership: PlainOwnership): string {
  const { uid, gid, mode, selabel, capabilities } = ownership;
  const label = selabel === undefined ? '' : ` selabel=${selabel}`;
  const granted = capabilities === undefined ? '' : ` capabilities=0x${capabilities.toString(16)}`;
  return `${nameOfOwnersRow(path)} ${uid} ${gid} ${mode.toString(8)}${label}${granted}`;
}
