import type { Ownership } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { mostRowSuggestions } from '../../model/limits/input.js';
import { nearest } from '../../model/nearest.js';
import { displayName } from '../../model/path.js';

/** A row's path as it should be spelled: slashes, none at either end, `system` in small letters. */
function plainRow(path: string): string {
  return (path.includes('/') ? path : path.replaceAll('\\', '/'))
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^system(?=\/|$)/i, 'system');
}

/**
 * Rows of META/filesystem_config.txt that name nothing in the build. Of files that went, rows may stay: that is worth a
 * note. A row that another spelling would fit is a mode or an owner that is lost: that is worth a warning.
 */
export function unmatchedRows(
  rows: ReadonlyMap<string, Ownership>,
  names: Iterable<string>,
  place: Place,
): readonly Finding[] {
  const known = new Map<string, string>();
  const all: string[] = [];
  for (const name of names) {
    if (name !== sdx6x.system && !name.startsWith(`${sdx6x.system}/`)) continue;
    const row = `system${name.slice(sdx6x.system.length)}`;
    all.push(row);
    known.set(row.toLowerCase(), row);
  }
  const present = new Set(all);
  const meant: string[] = [];
  let unmatched = 0;
  let example = '';
  for (const path of rows.keys()) {
    const plain = plainRow(path.trim());
    if (present.has(path) || present.has(path.trim())) continue;
    const isSystem = /^system(\/|$)/.test(plain);
    // other partitions have rows too: one without system is meant for it where that is there and has no other row
    const below = `system/${plain}`;
    if (!isSystem && (!present.has(below) || rows.has(below))) continue;
    unmatched += 1;
    example ||= path;
    const right =
      (present.has(plain) ? plain : isSystem ? known.get(plain.toLowerCase()) : below) ??
      (unmatched <= mostRowSuggestions ? nearest(plain, all) : undefined);
    // A near path that has a row of its own is another file.
    if (right !== undefined && !rows.has(right)) meant.push(`${displayName(path)} for ${displayName(right)}`);
  }
  if (unmatched === 0) return [];
  const shown = meant.slice(0, 5).join(', ');
  return [
    {
      severity: meant.length > 0 ? 'warning' : 'information',
      code: 'owners-match-nothing',
      place,
      message: `${unmatched} ${unmatched === 1 ? 'row names' : 'rows name'} nothing in the build, so the owners and modes in them are not used`,
      found:
        meant.length === 0 ? displayName(example) : meant.length > 5 ? `${shown} and ${meant.length - 5} more` : shown,
      expected: 'paths as in system/bin/app: no slash at either end, system in small letters',
      remedy: meant.length > 0 ? 'correct these rows' : 'nothing, if the files went from the build on purpose',
    },
  ];
}
