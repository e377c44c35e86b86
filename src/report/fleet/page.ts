/** What a run of a fleet came to, as one page of HTML without anything to load. */
import type { FleetOutcome } from '../../model/fleet.js';
import { escapeText } from '../audit/html-text.js';
import { showCount, showSize } from '../quantities.js';

type Cell = string | { readonly text: string; readonly kind: 'bad' | 'good' | 'number' };

function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cell = (one: Cell): string =>
    typeof one === 'string' ? `<td>${escapeText(one)}</td>` : `<td class="${one.kind}">${escapeText(one.text)}</td>`;
  const head = headings.map((heading) => `<th scope="col">${escapeText(heading)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

const style = `body{font:15px/1.45 system-ui,sans-serif;margin:2rem;color:#1c2329;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}
th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #d5dbe1;vertical-align:top}
.number{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#b3261e;font-weight:600}.good{color:#1b6e3c}
@media(prefers-color-scheme:dark){body{color:#e3e7ea;background:#15191d}th,td{border-color:#3a4249}.bad{color:#ff8a80}.good{color:#7bd8a0}}`;

const states = { made: 'good', there: 'good', missing: 'bad' } as const;

/** The page: packages, sizes, budgets, proofs, and who is left without a way to the newest version. The same outcome gives the same bytes. */
export function outcomePage({ plan, packages, findings }: FleetOutcome): string {
  const jobs = new Map(plan.jobs.map((job) => [job.id, job]));
  const rows = packages.map((each): readonly Cell[] => {
    const { product, from, to, budget, rollback } = jobs.get(each.id) ?? {};
    const over = budget !== undefined && each.bytes !== undefined && each.bytes > budget;
    return [
      product ?? '',
      from ?? '',
      to ?? '',
      { text: rollback === true ? `${each.state}, back` : each.state, kind: states[each.state] },
      { text: each.bytes === undefined ? '' : showSize(each.bytes), kind: over ? 'bad' : 'number' },
      { text: budget === undefined ? '' : showSize(budget), kind: 'number' },
      each.proof ?? '',
      each.faults.map(({ message, found }) => [message, found].filter(Boolean).join(': ')).join('; '),
    ];
  });
  const left = plan.ways.filter(({ newest, reason }) => newest && reason !== undefined);
  const missing = new Set(packages.filter(({ state }) => state === 'missing').map(({ id }) => id));
  const broken = plan.ways.filter(({ newest, jobs: ids }) => newest && ids.some((id) => missing.has(id)));
  const without = [
    ...left.map(({ product, from, to, devices, reason }) => [product, from, to, devices, reason ?? ''] as const),
    ...broken.map(
      ({ product, from, to, devices }) => [product, from, to, devices, 'a package on the way is missing'] as const,
    ),
  ];
  const bytes = packages.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Fleet: ${escapeText(plan.file)}</title><style>${style}</style></head><body>
<h1>Fleet: ${escapeText(plan.file)}</h1>
<p>${showCount(packages.length, 'package')}, ${showSize(bytes)}; ${missing.size} missing.</p>
<h2>Packages</h2>
${table(['product', 'from', 'to', 'state', 'size', 'budget', 'proof', 'why it is missing'], rows)}
<h2>Left without a way to the newest version</h2>
${
  without.length === 0
    ? '<p>Nobody.</p>'
    : table(
        ['product', 'version', 'newest', 'devices', 'reason'],
        without.map(([product, from, to, devices, reason]): readonly Cell[] => [
          product,
          from,
          to,
          { text: devices === undefined ? '' : String(devices), kind: 'number' },
          { text: reason, kind: 'bad' },
        ]),
      )
}
<h2>Versions without a way back</h2>
${
  plan.noWayBack.length === 0
    ? '<p>None.</p>'
    : table(
        ['product', 'version', 'devices come from'],
        plan.noWayBack.map(({ product, version, cameFrom }) => [product, version, cameFrom.join(', ')]),
      )
}
<h2>Findings</h2>
${
  findings.length === 0
    ? '<p>None.</p>'
    : table(
        ['severity', 'code', 'what', 'found'],
        findings.map(({ severity, code, message, found }): readonly Cell[] => [
          severity === 'error' ? { text: severity, kind: 'bad' } : severity,
          code,
          message,
          found ?? '',
        ]),
      )
}
</body></html>
`;
}
