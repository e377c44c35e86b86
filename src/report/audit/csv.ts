/** One line for every path, for spreadsheets: RFC 4180, UTF-8. */
import type { Audit } from '../../model/audit.js';
import { reasonSentence } from '../../model/decision.js';
import { displayName } from '../../model/path.js';
import { ratioOf, showMode } from './words.js';

const columns = [
  'path',
  'change',
  'part',
  'method',
  'reason',
  'decided by',
  'kind before',
  'kind after',
  'bytes before',
  'bytes after',
  'mode before',
  'mode after',
  'owner before',
  'owner after',
  'link before',
  'link after',
  'sha1 before',
  'sha1 after',
  'from',
  'package bytes',
  'exact',
  'ratio',
  'whole bytes',
  'entry',
  'sentence',
] as const;

/** A field; a spreadsheet must not take a hostile name for a formula. */
function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text = typeof value === 'number' || !/^[=+\-@\t\r]/.test(value) ? String(value) : `'${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The table as text. */
export function auditCsv(audit: Audit): string {
  const lines = audit.rows.map((row) => {
    const { before, after } = row;
    const owner = (side: typeof before): string | undefined =>
      side?.uid === undefined ? undefined : `${side.uid}:${side.gid}`;
    const link = (side: typeof before): string | undefined =>
      side?.destination === undefined ? undefined : displayName(side.destination);
    return [
      displayName(row.path),
      row.change,
      row.part,
      row.method,
      row.reason,
      row.decidedBy === undefined ? undefined : `${row.decidedBy.file}:${row.decidedBy.line}`,
      before?.kind,
      after?.kind,
      before?.size,
      after?.size,
      showMode(before?.mode),
      showMode(after?.mode),
      owner(before),
      owner(after),
      link(before),
      link(after),
      before?.sha1,
      after?.sha1,
      row.from === undefined ? undefined : displayName(row.from),
      row.cost,
      audit.exact ? 'yes' : 'estimate',
      ratioOf(row)?.toFixed(4),
      row.whole,
      row.entry === undefined ? undefined : displayName(row.entry),
      reasonSentence(row.reason),
    ];
  });
  return [columns, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}
