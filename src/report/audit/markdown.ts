/** The audit for a pull request comment: short whatever the builds are. */

import type { Audit, AuditCount } from '../../model/audit.js';
import { longestCellCharacters, mostLargestShown } from '../../model/limits/audit.js';
import { displayName } from '../../model/path.js';
import { showSize } from '../quantities.js';
import { needFacts, proofWords } from './package-facts.js';
import {
  changeOrder,
  changeWords,
  methodWords,
  packageBytes,
  partOrder,
  partWords,
  ratioOf,
  relationWords,
  securityWords,
  showNumber,
  showRatio,
} from './words.js';

const securityShown = 12;
const findingsShown = 8;
const offendersShown = 15;

/** Text in which Markdown and HTML see nothing: for cells and lines. */
function plain(text: string): string {
  const cut = text.length > longestCellCharacters ? `${text.slice(0, longestCellCharacters)}…` : text;
  return cut
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*[\]#|~@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replaceAll('://', '&#58;//')
    .replace(/[\r\n]+/g, ' ');
}

/** A name as code; backticks in it would end the code, so then it is plain text. */
function code(name: string): string {
  const shown = displayName(name);
  const cut = shown.length > longestCellCharacters ? `…${shown.slice(-longestCellCharacters)}` : shown;
  return /[`|<>&\\]/.test(cut) ? plain(cut) : `\`${cut}\``;
}

function table(
  heading: readonly string[],
  align: readonly ('left' | 'right')[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return ['', line(heading), line(align.map((side) => (side === 'right' ? '--:' : ':--'))), ...rows.map(line)];
}

function more(count: number, shown: number): readonly string[] {
  return count > shown ? [`- … and ${count - shown} more`] : [];
}

/** The comment as text. */
export function auditMarkdown(audit: Audit): string {
  const { source, target, totals } = audit;
  const version = (side: Audit['source']): string => plain(displayName(side.version?.revision ?? side.origin));
  const about = audit.exact ? '' : 'about ';
  const saved =
    totals.whole > totals.cost ? ` (${showRatio(1 - totals.cost / totals.whole)} less than whole files)` : '';
  const lines = [
    `### Firmware audit: ${about}${showSize(packageBytes(audit))}${saved}`,
    '',
    `${version(source)} → **${version(target)}**, ${relationWords[audit.relation]}`,
    ...packageLines(audit),
    ...policyLines(audit),
    ...counts(audit),
    ...largest(audit),
    ...securityLines(audit),
    ...findingLines(audit),
    '',
    `<sub>${plain(audit.tool)} · source ${source.digest.slice(0, 12)} · target ${target.digest.slice(0, 12)}</sub>`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The package as a whole, shortly: whoever ships it wants to know whether it was proved, and whether it fits. */
function packageLines(audit: Audit): readonly string[] {
  const { estimate, exact, package: pack, needs } = audit;
  const lines: string[] = [];
  if (!exact && estimate !== undefined)
    lines.push(`Sizes in the package are estimates; its files take at most ${showSize(estimate.atMost)}.`);
  if (pack?.bytes !== undefined)
    lines.push(
      `**Package**: ${showNumber(pack.bytes)} bytes${pack.sha256 === undefined ? '' : `, SHA-256 \`${pack.sha256}\``}`,
    );
  if (pack !== undefined) lines.push(`**Proof**: ${plain(proofWords(audit))}`);
  if (needs !== undefined)
    lines.push(
      `**Needs on the device**: ${needFacts(needs)
        .map(([label, value]) => `${label} ${value}`)
        .join(', ')}`,
    );
  return lines.flatMap((line) => ['', line]);
}

function policyLines({ policy }: Audit): readonly string[] {
  if (policy === undefined) return [];
  const offenders = policy.findings.filter(({ standing }) => standing === 'offender');
  const waived = policy.findings.filter(({ standing }) => standing === 'waived').length;
  const waivers = waived === 0 ? '' : `, ${waived} waived`;
  if (offenders.length === 0) return ['', `**Policy kept**${waivers}`];
  return [
    '',
    `**Policy: ${offenders.length} ${offenders.length === 1 ? 'offender' : 'offenders'}**${waivers}`,
    '',
    ...offenders
      .slice(0, offendersShown)
      .map(({ rule, message, line }) => `- ${rule} (line ${line}): ${plain(message)}`),
    ...more(offenders.length, offendersShown),
  ];
}

function counts({ totals, exact }: Audit): readonly string[] {
  const line = (label: string, count: AuditCount): readonly string[] => [
    label,
    showNumber(count.paths),
    showSize(count.bytes),
    count.cost === 0 ? '' : showSize(count.cost),
  ];
  return table(
    ['', 'paths', 'bytes', exact ? 'package' : 'package, estimated'],
    ['left', 'right', 'right', 'right'],
    [
      ...changeOrder
        .filter((change) => totals.byChange[change].paths > 0)
        .map((change) => line(changeWords[change], totals.byChange[change])),
      ...partOrder
        .filter((part) => totals.byPart[part].cost > 0)
        .map((part) => line(partWords[part], totals.byPart[part])),
    ],
  );
}

function largest(audit: Audit): readonly string[] {
  const rows = new Map(audit.rows.map((row) => [row.path, row]));
  return table(
    ['costliest', audit.exact ? 'package' : 'package, estimated', 'of file', 'method'],
    ['left', 'right', 'right', 'left'],
    audit.totals.largest.slice(0, mostLargestShown).flatMap((path) => {
      const row = rows.get(path);
      return row === undefined
        ? []
        : [[code(path), showSize(row.cost), showRatio(ratioOf(row)), methodWords[row.method]]];
    }),
  );
}

function securityLines(audit: Audit): readonly string[] {
  const order = { error: 0, warning: 1, information: 2 };
  const fresh = audit.security
    .filter(({ standing, severity }) => standing !== 'present' && severity !== 'information')
    .sort((a, b) => order[a.severity] - order[b.severity]);
  if (fresh.length === 0) return ['', '**Security**: nothing new'];
  return [
    '',
    `**Security**: ${fresh.length} new`,
    '',
    ...fresh
      .slice(0, securityShown)
      .map(
        ({ severity, rule, path, message }) =>
          `- ${severity === 'error' ? '**' : ''}${securityWords[rule]}${severity === 'error' ? '**' : ''}: ${code(path)}: ${plain(message)}`,
      ),
    ...more(fresh.length, securityShown),
  ];
}

function findingLines(audit: Audit): readonly string[] {
  const wanted = audit.findings.filter(({ severity }) => severity !== 'information');
  if (wanted.length === 0) return [];
  return [
    '',
    `**Findings**: ${wanted.length}`,
    '',
    ...wanted
      .slice(0, findingsShown)
      .map(
        ({ severity, message, found }) =>
          `- ${severity}: ${plain(message)}${found === undefined ? '' : ` (${plain(found)})`}`,
      ),
    ...more(wanted.length, findingsShown),
  ];
}
