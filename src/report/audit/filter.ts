import type { Audit } from '../../model/audit.js';
import type { Change } from '../../model/decision.js';
import { isWithin } from '../../model/path.js';

/** Which rows are shown. Sums stay those of the whole audit. */
export interface RowFilter {
  /** Empty: every change. */
  readonly only: readonly Change[];
  /** Folders or files, as byte-strings; empty: everywhere. */
  readonly under: readonly string[];
}

/** The audit with only the rows, and the security findings, that the filter lets through. */
export function filterAudit(audit: Audit, filter: RowFilter): Audit {
  if (filter.only.length === 0 && filter.under.length === 0) return audit;
  const inside = (path: string): boolean =>
    filter.under.length === 0 || filter.under.some((folder) => isWithin(path, folder.replace(/\/+$/, '')));
  const rows = audit.rows.filter(
    (row) => (filter.only.length === 0 || filter.only.includes(row.change)) && inside(row.path),
  );
  return { ...audit, rows, security: audit.security.filter((finding) => inside(finding.path)) };
}
