/** The audit as tables that stand in the page itself: what a reader sees where scripts are forbidden, as on many CI servers. */
import type { Audit, AuditCount, AuditRow } from '../../model/audit.js';
import { mostPageLines, mostPageRows } from '../../model/limits/audit.js';
import { displayName } from '../../model/path.js';
import { showSize } from '../quantities.js';
import { listHtml, paragraphHtml, sectionHtml, tableHtml } from './html-text.js';
import { packageFacts } from './package-facts.js';
import {
  changeOrder,
  changeWords,
  methodWords,
  partOrder,
  partWords,
  ratioOf,
  securityWords,
  showNumber,
  showRatio,
} from './words.js';

/** All tables. Of what is untouched only the number is told. */
export function pageTables(audit: Audit): string {
  return [
    sectionHtml('plain-versions', 'Source and target', versions(audit)),
    sectionHtml('package', 'The package', tableHtml([{ text: '' }, { text: '' }], packageFacts(audit))),
    sectionHtml('plain-policy', 'Policy', ...policy(audit)),
    sectionHtml('plain-changes', 'What changed', counts(audit)),
    sectionHtml('plain-largest', `The ${audit.totals.largest.length} costliest`, largest(audit)),
    sectionHtml('plain-security', 'Security', ...security(audit)),
    sectionHtml('plain-findings', 'Findings', ...findings(audit)),
    sectionHtml('plain-paths', 'Every path that differs', ...paths(audit)),
  ]
    .filter((section) => section !== '')
    .join('\n');
}

function versions({ source, target }: Audit): string {
  const shown = (side: Audit['source']): readonly (readonly [string, string | undefined])[] => [
    ['project', side.version?.project],
    ['revision', side.version?.revision],
    ['package time', side.version?.packageTime],
    ['input', side.origin],
    ['files', `${showNumber(side.files)}, ${showSize(side.bytes)}`],
    ['SHA-256', side.digest],
  ];
  const other = new Map(shown(target));
  return tableHtml(
    [{ text: '' }, { text: 'source' }, { text: 'target' }],
    shown(source).map(([label, value]) => [label, displayName(value ?? '—'), displayName(other.get(label) ?? '—')]),
  );
}

function counts({ totals, exact }: Audit): string {
  const line = (label: string, sum: AuditCount): readonly string[] => [
    label,
    showNumber(sum.paths),
    showSize(sum.bytes),
    sum.cost === 0 ? '' : showSize(sum.cost),
  ];
  const cost = { text: exact ? 'package' : 'package, estimated', number: true };
  return tableHtml(
    [{ text: '' }, { text: 'paths', number: true }, { text: 'bytes', number: true }, cost],
    [
      ...changeOrder
        .filter((key) => totals.byChange[key].paths > 0)
        .map((key) => line(changeWords[key], totals.byChange[key])),
      ...partOrder.filter((key) => totals.byPart[key].paths > 0).map((key) => line(partWords[key], totals.byPart[key])),
    ],
  );
}

const rowColumns = ({ exact }: Audit) => [
  { text: 'path' },
  { text: 'change', words: true },
  { text: 'bytes', number: true },
  { text: 'method', words: true },
  { text: exact ? 'package' : 'package, estimated', number: true },
  { text: 'of file', number: true },
];

function rowCells(row: AuditRow): readonly string[] {
  const bytes = row.after?.size ?? row.before?.size;
  return [
    displayName(row.path),
    changeWords[row.change],
    bytes === undefined ? '' : showNumber(bytes),
    row.method === 'none' ? '' : methodWords[row.method],
    row.cost === 0 ? '' : showNumber(row.cost),
    showRatio(ratioOf(row)),
  ];
}

function largest(audit: Audit): string {
  const rows = new Map(audit.rows.map((row) => [row.path, row]));
  const shown = audit.totals.largest.flatMap((path) => rows.get(path) ?? []);
  return tableHtml(rowColumns(audit), shown.map(rowCells));
}

function policy({ policy: result }: Audit): readonly string[] {
  if (result === undefined) return [];
  const budgets = result.budgets.map(
    ({ label, limit, used }) => `${label}: ${showSize(used)} of ${showSize(limit)}${used > limit ? ', exceeded' : ''}`,
  );
  const lines = result.findings.map(
    ({ standing, rule, message, line }) => `${standing}: ${message} (${rule}, ${result.file}:${line})`,
  );
  const kept = result.findings.some(({ standing }) => standing === 'offender')
    ? ''
    : paragraphHtml('Nothing offends the policy.');
  return [listHtml(budgets), kept, ...bounded(lines)];
}

function security({ security: all }: Audit): readonly string[] {
  const fresh = all.filter(({ standing }) => standing !== 'present');
  const lines = fresh.map(
    ({ severity, rule, path, message }) => `${severity}: ${securityWords[rule]}: ${displayName(path)}: ${message}`,
  );
  const present = all.length - fresh.length;
  return [
    ...(fresh.length === 0 ? [paragraphHtml('Nothing new in the target.')] : bounded(lines)),
    present === 0 ? '' : paragraphHtml(`${showNumber(present)} more are in the source as well.`),
  ];
}

function findings({ findings: all }: Audit): readonly string[] {
  const order = { error: 0, warning: 1, information: 2 };
  const sorted = [...all].sort((a, b) => order[a.severity] - order[b.severity]);
  return bounded(
    sorted.map(({ severity, message, found, remedy }) => {
      const word = severity === 'information' ? 'note' : severity;
      return `${word}: ${message}${found === undefined ? '' : `. Found: ${found}`}${remedy === undefined ? '' : `. To do: ${remedy}`}`;
    }),
  );
}

function bounded(lines: readonly string[]): readonly string[] {
  const more = lines.length - mostPageLines;
  return [listHtml(lines.slice(0, mostPageLines)), more > 0 ? paragraphHtml(`… and ${showNumber(more)} more.`) : ''];
}

function paths(audit: Audit): readonly string[] {
  const differing = audit.rows.filter(({ change }) => change !== 'untouched');
  const more = differing.length - mostPageRows;
  return [
    tableHtml(rowColumns(audit), differing.slice(0, mostPageRows).map(rowCells)),
    more > 0
      ? paragraphHtml(
          `… and ${showNumber(more)} more paths: with scripts this page shows them all, and so does dfota audit --format csv.`,
        )
      : '',
  ];
}
