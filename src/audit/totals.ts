import type { AuditCount, AuditMethod, AuditRow, AuditTotals } from '../model/audit.js';
import type { Change } from '../model/decision.js';
import { mostLargestFiles } from '../model/limits/audit.js';
import type { Part } from '../model/parts.js';
import { compareBytes } from '../model/path.js';

const nothing: AuditCount = { paths: 0, files: 0, bytes: 0, cost: 0 };

/** Sums over rows. */
export function totalsOf(rows: readonly AuditRow[]): AuditTotals {
  const byChange: Record<Change, AuditCount> = {
    untouched: nothing,
    added: nothing,
    removed: nothing,
    changed: nothing,
    moved: nothing,
    copied: nothing,
    'mode-only': nothing,
    'kind-changed': nothing,
  };
  const byPart: Record<Part | 'other', AuditCount> = {
    l: nothing,
    m: nothing,
    o: nothing,
    minor: nothing,
    other: nothing,
  };
  const byMethod: Record<AuditMethod, AuditCount> = {
    whole: nothing,
    patch: nothing,
    BSDIFF40: nothing,
    IMGDIFF2: nothing,
    link: nothing,
    directory: nothing,
    permissions: nothing,
    delete: nothing,
    none: nothing,
  };
  let cost = 0;
  let whole = 0;
  for (const row of rows) {
    byChange[row.change] = plus(byChange[row.change], row);
    byPart[row.part ?? 'other'] = plus(byPart[row.part ?? 'other'], row);
    byMethod[row.method] = plus(byMethod[row.method], row);
    cost += row.cost;
    if (isSent(row)) whole += row.whole ?? row.after?.size ?? 0;
  }
  const largest = rows
    .filter((row) => row.cost > 0)
    .sort((a, b) => b.cost - a.cost || compareBytes(a.path, b.path))
    .slice(0, mostLargestFiles)
    .map((row) => row.path);
  return { byChange, byPart, byMethod, cost, whole, largest };
}

/** Whether bytes of the path travel in the package. */
export function isSent(row: AuditRow): boolean {
  return row.method === 'whole' || row.method === 'patch' || row.method === 'BSDIFF40' || row.method === 'IMGDIFF2';
}

function plus(count: AuditCount, row: AuditRow): AuditCount {
  const side = row.after ?? row.before;
  return {
    paths: count.paths + 1,
    files: count.files + (side?.kind === 'file' ? 1 : 0),
    bytes: count.bytes + (side?.size ?? 0),
    cost: count.cost + row.cost,
  };
}
