/** Owners and modes of a prepared target: the new META/filesystem_config.txt. Pure. */

import { filesystemConfigLine, type OwnersRow } from '../../input/metadata/owners-table.js';
import type { Ownership } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { inSystem, nameOfOwnersRow, sdx6x } from '../../model/layout.js';
import { type BuildPath, compareBytes, displayName } from '../../model/path.js';
import type { OwnerSource, PlainOwnership } from '../../model/preparation.js';
import type { PreparedEntry } from '../../model/prepared-tree.js';

/** What is known of owners and modes. */
export interface OwnersKnown {
  /** Rows of the user's table; the last that matches counts. */
  readonly table: readonly OwnersRow[];
  /** Rows of the source's filesystem_config.txt (`system/bin/app`); `undefined` when it has none. */
  readonly source: ReadonlyMap<string, Ownership> | undefined;
  /** The root directory of the root file system's image. */
  readonly root: Ownership | undefined;
}

export interface DerivedOwners {
  /** The file as a byte-string; `undefined` when none is needed: the modes of the zip tell everything. */
  readonly text: string | undefined;
  readonly counts: ReadonlyMap<OwnerSource, number>;
  readonly findings: readonly Finding[];
}

/**
 * For each file and directory of SYSTEM: the table's row, else what its image says, else the source's row for the same path, else
 * owner 0:0 with the mode that it came with. There is no such file when no input knows owners: then the zip's modes count.
 */
export function deriveOwners(
  entries: ReadonlyMap<BuildPath, PreparedEntry>,
  known: OwnersKnown,
  place: string,
): DerivedOwners {
  const nodesInSystem = [...entries.values()].filter(({ path }) => inSystem(path));
  const fromImage = nodesInSystem.some(({ node }) => node.kind !== 'link' && node.own?.origin === 'image');
  const counts = new Map<OwnerSource, number>();
  if (known.source === undefined && known.table.length === 0 && !fromImage)
    return { text: undefined, counts, findings: [] };
  const used = new Set<OwnersRow>();
  const lines = new Map<string, string>();
  const unwritable: string[] = [];
  const defaults: string[] = [];
  const take = (path: string, own: Ownership | undefined, fallback: number): void => {
    const row = known.table.findLast(({ matches }) => matches(path));
    if (row !== undefined) used.add(row);
    const { ownership, source } = choose(row?.ownership, own, known.source?.get(nameOfOwnersRow(path)), fallback);
    if (/[\r\n]/.test(path)) unwritable.push(path);
    else {
      lines.set(path, filesystemConfigLine(path, ownership));
      counts.set(source, (counts.get(source) ?? 0) + 1);
      if (source === 'default' && known.source !== undefined) defaults.push(path);
    }
  };
  for (const { path, node } of nodesInSystem) {
    if (node.kind === 'link') continue;
    const own = path === sdx6x.system ? (known.root ?? node.own) : node.own;
    take(path, own, node.kind === 'directory' ? 0o755 : 0o644);
  }
  if (!lines.has(sdx6x.system)) take(sdx6x.system, known.root, 0o755);
  const sorted = [...lines].sort(([a], [b]) => compareBytes(a, b)).map(([, line]) => line);
  return {
    text: `${sorted.join('\n')}\n`,
    counts,
    findings: findingsOf(
      place,
      known.table.filter((row) => !used.has(row)),
      defaults,
      unwritable,
    ),
  };
}

function choose(
  table: PlainOwnership | undefined,
  own: Ownership | undefined,
  before: Ownership | undefined,
  fallback: number,
): { readonly ownership: PlainOwnership; readonly source: OwnerSource } {
  if (table !== undefined) return { ownership: table, source: 'owners-table' };
  if (own?.origin === 'image') return { ownership: own, source: 'image' };
  if (before !== undefined) return { ownership: before, source: 'source' };
  return { ownership: { uid: 0, gid: 0, mode: own?.mode ?? fallback }, source: 'default' };
}

function sample(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map(displayName).join(', ');
  return paths.length > 5 ? `${shown}, … (${paths.length} in all)` : shown;
}

function findingsOf(
  place: string,
  unused: readonly OwnersRow[],
  defaults: readonly string[],
  unwritable: readonly string[],
): readonly Finding[] {
  const findings: Finding[] = [];
  if (unused.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'owners-unused',
      place: { file: place },
      message: 'rows of the owners table match nothing in the target',
      found: sample(unused.map(({ text }) => text)),
    });
  }
  if (defaults.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'owners-default',
      place: { file: place },
      message: 'no input says who owns some new entries: they get 0:0 and keep the mode that they came with',
      found: sample(defaults),
      remedy: 'give the root file system as an UBI image, or a table with --owners',
    });
  }
  if (unwritable.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'owners-unwritable',
      place: { file: place },
      message: 'names with a line break cannot stand in filesystem_config.txt',
      found: sample(unwritable),
    });
  }
  return findings;
}
