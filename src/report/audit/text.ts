import type { Audit, AuditCount, AuditRow } from '../../model/audit.js';
import { reasonSentence } from '../../model/decision.js';
import { displayName } from '../../model/path.js';
import { findingsText } from '../findings.js';
import { showSize } from '../quantities.js';
import { tableLines } from '../table.js';
import { costliestDirectories } from './directories.js';
import { innerLines } from './inner.js';
import { needFacts, proofWords } from './package-facts.js';
import {
  changeOrder,
  changeWords,
  costWord,
  methodWords,
  partOrder,
  partWords,
  ratioOf,
  relationWords,
  securityWords,
  showNumber,
  showRatio,
  showRule,
  showSide,
} from './words.js';

const insideLines = 60;

/** The whole audit for a terminal or a file; untouched paths are counted, not listed. */
export function auditText(audit: Audit): string {
  return [
    header(audit),
    totals(audit),
    largest(audit),
    directories(audit),
    policy(audit),
    security(audit),
    findings(audit),
    paths(audit),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function header(audit: Audit): readonly string[] {
  const { source, target } = audit;
  const row = (label: string, pick: (side: Audit['source']) => string | undefined): readonly string[] => [
    label,
    show(pick(source)),
    show(pick(target)),
  ];
  const show = (value: string | undefined): string => displayName(value ?? 'none');
  return [
    ...tableLines(
      [{ heading: '' }, { heading: 'source' }, { heading: 'target' }],
      [
        row('input', (side) => side.origin),
        row('project', (side) => side.version?.project),
        row('revision', (side) => side.version?.revision),
        row('branch', (side) => side.version?.branch),
        row('custom', (side) => side.version?.custom),
        row('package time', (side) => side.version?.packageTime),
        row('files', (side) => showNumber(side.files)),
        row('bytes', (side) => showNumber(side.bytes)),
        row('SHA-256', (side) => side.digest),
      ],
    ),
    '',
    `This is ${relationWords[audit.relation]}.`,
    ...packageLines(audit),
    ...needs(audit),
    ...estimate(audit),
  ];
}

function packageLines(audit: Audit): readonly string[] {
  const { package: pack } = audit;
  if (pack?.bytes === undefined) return [];
  const name = pack.file === undefined ? '' : `${displayName(pack.file)}, `;
  const digest = pack.sha256 === undefined ? '' : `, SHA-256 ${pack.sha256}`;
  return [`Package: ${name}${showNumber(pack.bytes)} bytes${digest}`, `Proof: ${proofWords(audit)}`];
}

function needs({ needs: needed }: Audit): readonly string[] {
  if (needed === undefined) return [];
  const parts = needFacts(needed).map(([label, value]) => `${label} ${value}`);
  return [`Needs on the device: ${parts.join(', ')}`];
}

function estimate({ estimate: about, exact }: Audit): readonly string[] {
  if (exact || about === undefined) return [];
  return [
    `Package: about ${showSize(about.bytes)}. Nothing was encoded: sizes in it are estimates (--exact makes it), and its files take at most ${showSize(about.atMost)}.`,
  ];
}

function totals(audit: Audit): readonly string[] {
  const { byChange, byPart, byMethod, cost, whole } = audit.totals;
  const columns = [
    { heading: '' },
    { heading: 'paths', align: 'right' as const },
    { heading: 'files', align: 'right' as const },
    { heading: 'bytes', align: 'right' as const },
    { heading: costWord(audit), align: 'right' as const },
  ];
  const line = (label: string, count: AuditCount): readonly string[] => [
    label,
    showNumber(count.paths),
    showNumber(count.files),
    showNumber(count.bytes),
    showNumber(count.cost),
  ];
  const table = <K extends string>(
    keys: readonly K[],
    counts: Readonly<Record<K, AuditCount>>,
    words: Readonly<Record<K, string>>,
  ) =>
    tableLines(
      columns,
      keys.filter((key) => counts[key].paths > 0).map((key) => line(words[key], counts[key])),
    );
  const saved = whole > cost ? `, ${showRatio(1 - cost / whole)} less than whole files (${showSize(whole)})` : '';
  return [
    'Changes',
    ...table(changeOrder, byChange, changeWords),
    '',
    'Parts',
    ...table(partOrder, byPart, partWords),
    '',
    'Methods',
    ...table(
      ['whole', 'patch', 'BSDIFF40', 'IMGDIFF2', 'link', 'directory', 'permissions', 'delete'],
      byMethod,
      methodWords,
    ),
    '',
    `Payload ${costWord(audit)}: ${showNumber(cost)} bytes (${showSize(cost)})${saved}`,
  ];
}

function largest(audit: Audit): readonly string[] {
  const rows = new Map(audit.rows.map((row) => [row.path, row]));
  const lines = audit.totals.largest.flatMap((path) => {
    const row = rows.get(path);
    if (row === undefined) return [];
    return [
      [
        showNumber(row.cost),
        showRatio(ratioOf(row)),
        row.whole === undefined ? '' : showNumber(row.whole),
        methodWords[row.method],
        displayName(path),
      ],
    ];
  });
  if (lines.length === 0) return [];
  const right = (heading: string) => ({ heading, align: 'right' as const });
  return [
    'Costliest',
    ...tableLines(
      [right('bytes'), right('of the file'), right('whole'), { heading: 'method' }, { heading: 'path' }],
      lines,
    ),
  ];
}

function directories(audit: Audit): readonly string[] {
  const rows = costliestDirectories(audit.rows, 12).map(({ directory, cost, paths }) => [
    showNumber(cost),
    showNumber(paths),
    displayName(directory),
  ]);
  if (rows.length === 0) return [];
  return [
    'Costliest directories',
    ...tableLines(
      [{ heading: 'bytes', align: 'right' }, { heading: 'paths', align: 'right' }, { heading: 'directory' }],
      rows,
    ),
  ];
}

function policy({ policy: result }: Audit): readonly string[] {
  if (result === undefined) return [];
  const offenders = result.findings.filter((finding) => finding.standing === 'offender').length;
  return [
    `Policy ${result.file}: ${offenders === 0 ? 'kept' : `${offenders} offenders`}`,
    ...result.findings.map(({ standing, rule, message, line, waiver }) => {
      const until =
        waiver === undefined
          ? ''
          : ` (waived in line ${waiver.line}${waiver.until === undefined ? '' : ` until ${waiver.until}`}: ${waiver.reason})`;
      return `  ${standing}: ${rule}: ${message}${until} [${result.file}:${line}]`;
    }),
    ...result.budgets.map(
      ({ label, limit, used }) => `  budget ${label}: ${showNumber(used)} of ${showNumber(limit)} bytes`,
    ),
  ];
}

function security(audit: Audit): readonly string[] {
  const lines = (standing: readonly string[]): readonly string[] =>
    audit.security
      .filter((finding) => standing.includes(finding.standing))
      .map(
        ({ severity, rule, path, message }) =>
          `  ${severity === 'information' ? 'note' : severity}: ${securityWords[rule]}: ${displayName(path)}: ${message}`,
      );
  const fresh = lines(['new', 'gone']);
  const present = lines(['present']);
  return [
    ...(fresh.length === 0 ? ['Security: nothing new'] : ['Security: new in the target', ...fresh]),
    ...(present.length === 0 ? [] : ['', 'Security: as in the source', ...present]),
  ];
}

function findings(audit: Audit): readonly string[] {
  const text = findingsText(audit.findings).trimEnd();
  return text === '' ? [] : ['Findings', ...text.split('\n').map((line) => (line === '' ? '' : `  ${line}`))];
}

function paths(audit: Audit): readonly string[] {
  const rows = audit.rows.filter((row) => row.change !== 'untouched');
  return rows.length === 0 ? ['Paths: none'] : ['Paths', ...rows.flatMap((row) => pathLines(row, audit))];
}

function pathLines(row: AuditRow, audit: Audit): readonly string[] {
  const rule = showRule(row);
  const from = row.from === undefined ? '' : ` from ${displayName(row.from)}`;
  const cost =
    row.cost === 0 ? '' : `, ${audit.exact ? '' : 'about '}${showNumber(row.cost)} bytes (${showRatio(ratioOf(row))})`;
  return [
    `  ${changeWords[row.change]}: ${displayName(row.path)}${from}`,
    `    ${methodWords[row.method]}${cost}: ${reasonSentence(row.reason)}${rule === '' ? '' : `, ${rule}`}`,
    ...(row.before === undefined || row.after === undefined || showSide(row.before) === showSide(row.after)
      ? []
      : [`    ${showSide(row.before)} → ${showSide(row.after)}`]),
    ...(row.inner === undefined ? [] : innerLines(row.inner, { lines: insideLines }).map((line) => `    ${line}`)),
  ];
}
