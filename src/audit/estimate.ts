import type { AuditEstimate, AuditRow } from '../model/audit.js';
import { baseName } from '../model/path.js';
import { isSent } from './totals.js';

/** Bytes of the script, compressed, for each file that is sent, by measurement of two packages. */
const scriptBytes = 128;

/** Two headers and a data descriptor in a zip, and the name twice. */
const headerBytes = 100;

/** Metadata and the file of the version. */
const otherBytes = 700;

/** About how large the package becomes whose rows have estimates for costs; `programs` are the bytes of what it brings to run. */
export function packageEstimate(rows: readonly AuditRow[], programs: number): AuditEstimate {
  let bytes = programs + otherBytes;
  let atMost = 0;
  for (const row of rows) {
    if (!isSent(row)) continue;
    atMost += row.cost === 0 ? 0 : (row.whole ?? row.after?.size ?? 0);
    bytes += row.cost + scriptBytes + (row.cost === 0 ? 0 : headerBytes + 2 * baseName(row.path).length);
  }
  return { bytes, atMost };
}
