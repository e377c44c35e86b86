import { linesOf, trimBlanks } from '../../formats/text/text-lines.js';
import { type Ownership, ownership } from '../../model/build.js';
import type { Fault, Place } from '../../model/errors.js';
import { longestOwnersLineBytes } from '../../model/limits/input.js';
import { displayName } from '../../model/path.js';

const largestId = 0xffff_ffff;
const row = /^(.*)[ \t]([0-9]+)[ \t]+([0-9]+)[ \t]+([0-7]+)((?:[ \t]+[a-z_]+=[^ \t]*)*)[ \t]*$/;

/** Rows by the path as the file spells it (`system/bin/app`), and the lines that do not parse. */
export interface FilesystemConfig {
  readonly rows: ReadonlyMap<string, Ownership>;
  readonly faults: readonly Fault[];
}

function parseRow(line: string): { readonly path: string; readonly ownership: Ownership } | undefined {
  const parts = row.exec(line);
  if (parts === null) return undefined;
  const [, path = '', uidText = '', gidText = '', modeText = '', extra = ''] = parts;
  const uid = Number(uidText);
  const gid = Number(gidText);
  const mode = Number.parseInt(modeText, 8);
  if (uid > largestId || gid > largestId || mode > 0o7777) return undefined;
  const values = new Map<string, string>();
  for (const word of extra.split(/[ \t]+/)) {
    const cut = word.indexOf('=');
    if (cut > 0) values.set(word.slice(0, cut), word.slice(cut + 1));
  }
  const selabel = values.get('selabel');
  const capabilities = values.get('capabilities');
  if (capabilities !== undefined && !/^(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19})$/.test(capabilities)) return undefined;
  return {
    path,
    ownership: ownership(
      { uid, gid, mode, origin: 'filesystem-config' },
      selabel === '' ? undefined : selabel,
      capabilities === undefined ? undefined : BigInt(capabilities),
    ),
  };
}

/**
 * Parses `path uid gid mode [selabel=… capabilities=0x…]` from the right, since a path may hold spaces and digits.
 * Of two rows for a path the last counts. A row whose path ends in blanks also stands for the path without them.
 */
export function parseFilesystemConfig(text: string, place: Place): FilesystemConfig {
  const rows = new Map<string, Ownership>();
  const padded = new Map<string, Ownership>();
  const faults: Fault[] = [];
  for (const { number, text: line } of linesOf(text)) {
    if (trimBlanks(line).text === '' || line.startsWith('#')) continue;
    const parsed = line.length > longestOwnersLineBytes ? undefined : parseRow(line);
    if (parsed === undefined) {
      faults.push({
        code: 'filesystem-config-line',
        place: { ...place, line: number, column: 1 },
        message: 'the line is not in the expected form',
        found: displayName(line.slice(0, 120)),
        expected: 'path uid gid octal-mode, for example: system/bin/app 0 2000 755',
      });
      continue;
    }
    const path = parsed.path.endsWith('/') ? parsed.path.slice(0, -1) : parsed.path;
    rows.set(path, parsed.ownership);
    const trimmed = trimBlanks(path).text;
    if (trimmed !== path) padded.set(trimmed, parsed.ownership);
  }
  for (const [path, ownership] of padded) if (!rows.has(path)) rows.set(path, ownership);
  return { rows, faults };
}
