import type { AuditRow } from '../../model/audit.js';
import { compareBytes } from '../../model/path.js';

/** What a directory's own files cost, without those of the directories in it. */
export interface DirectoryCost {
  readonly directory: string;
  readonly cost: number;
  readonly paths: number;
}

/** The directories whose files cost most, costliest first. */
export function costliestDirectories(rows: readonly AuditRow[], limit: number): readonly DirectoryCost[] {
  const sums = new Map<string, { cost: number; paths: number }>();
  for (const { path, cost } of rows) {
    if (cost === 0) continue;
    const cut = path.lastIndexOf('/');
    const directory = cut < 0 ? '' : path.slice(0, cut);
    const sum = sums.get(directory) ?? { cost: 0, paths: 0 };
    sums.set(directory, { cost: sum.cost + cost, paths: sum.paths + 1 });
  }
  return [...sums]
    .map(([directory, { cost, paths }]) => ({ directory, cost, paths }))
    .sort((a, b) => b.cost - a.cost || compareBytes(a.directory, b.directory))
    .slice(0, limit);
}
