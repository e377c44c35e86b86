/** Text, JSON, markdown and page are read side by side: they say the same numbers of the same audit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Audit } from '../../../src/model/audit.js';
import { auditReport } from '../../../src/report/audit/formats.js';
import { changeOrder, changeWords, showNumber } from '../../../src/report/audit/words.js';
import { showSize } from '../../../src/report/quantities.js';
import { readAuditPage } from '../../../src/usecases/audit/audit-page.js';
import { auditPair } from '../../audit/pair.js';
import { workFolder } from '../../support/work-folder.js';

const folder = workFolder('formats-agree');
const page = await readAuditPage();
const about = await auditPair(folder);
const made = await auditPair(folder, { exact: { dialect: 'assert', encoding: { effort: 'fast', jobs: 1 } } });
const proof = { profile: 'strict', proved: true, compared: 4711, powerCuts: { points: 222, tried: 33, failed: 0 } };
const exact: Audit = { ...made, package: made.package && { ...made.package, proof } };

/** What a reader of each format sees: of the page the tables, without the data for its script. */
function shown(audit: Audit): Readonly<Record<'text' | 'markdown' | 'html', string>> {
  const html = auditReport(audit, 'html', page);
  return {
    text: auditReport(audit, 'text', page),
    markdown: auditReport(audit, 'markdown', page),
    html: html.slice(html.indexOf('<main'), html.indexOf('</main>')),
  };
}

/** What the document for machines says. */
function documentOf(audit: Audit): Audit {
  return JSON.parse(auditReport(audit, 'json', page));
}

/** A row of a table in any of the formats, by its first cells. */
function row(...cells: readonly string[]): RegExp {
  const between = '(?: +| \\| |</td><td[^>]*>)';
  return new RegExp(
    `(?:^|\\| |<td>)${cells.map((cell) => cell.replace(/[.()]/g, '\\$&')).join(between)}(?: |<|$)`,
    'm',
  );
}

for (const [name, audit] of [
  ['an estimate', about],
  ['a package with its proof', exact],
] as const) {
  test(`integration: text, JSON, markdown and page agree: ${name}`, () => {
    const { totals, package: pack, estimate, needs } = documentOf(audit);
    const views = Object.entries(shown(audit));
    const everywhere = (pattern: RegExp | string): void => {
      for (const [format, view] of views) {
        const has = typeof pattern === 'string' ? view.includes(pattern) : pattern.test(view);
        assert.ok(has, `${format} does not say ${pattern}\n${view.slice(0, 3000)}`);
      }
    };
    for (const change of changeOrder.filter((each) => totals.byChange[each].paths > 0))
      everywhere(row(changeWords[change], showNumber(totals.byChange[change].paths)));
    if (estimate !== undefined) {
      everywhere(`about ${showSize(estimate.bytes)}`);
      everywhere(`at most ${showSize(estimate.atMost)}`);
    }
    if (pack?.bytes !== undefined) {
      everywhere(new RegExp(`\\b${pack.bytes}\\b|${showNumber(pack.bytes)} bytes`));
      everywhere(pack.sha256 ?? '');
    }
    for (const value of [needs?.cacheForRetry, needs?.usrdata, needs?.memory])
      if (value !== undefined) everywhere(showSize(value));
    if (pack?.proof !== undefined) {
      everywhere(/proved \(strict\), 4711 paths compared with the target/);
      everywhere('33 of 222 power cuts tried, 0 failed');
    }
  });
}

/** One number after the other is changed. */
const edits: readonly (readonly [string, (audit: Audit) => Audit])[] = [
  ['the package', (audit) => ({ ...audit, package: audit.package && { ...audit.package, bytes: 98_765_432 } })],
  ['the estimate', (audit) => ({ ...audit, estimate: audit.estimate && { ...audit.estimate, bytes: 98_765_432 } })],
  ['the bound', (audit) => ({ ...audit, estimate: audit.estimate && { ...audit.estimate, atMost: 98_765_432 } })],
  ['the memory', (audit) => ({ ...audit, needs: audit.needs && { ...audit.needs, memory: 98_765_432 } })],
  ['/cache', (audit) => ({ ...audit, needs: audit.needs && { ...audit.needs, cacheForRetry: 98_765_432 } })],
  [
    'the cuts',
    ({ package: pack, ...rest }) => ({
      ...rest,
      package: pack?.proof && { ...pack, proof: { ...pack.proof, powerCuts: { points: 9, tried: 8, failed: 7 } } },
    }),
  ],
];
for (const [name, edit] of edits) {
  test(`integration: when the number changes, every format says the new one: ${name}`, () => {
    let changed = 0;
    for (const audit of [about, exact]) {
      const other = edit(audit);
      if (JSON.stringify(documentOf(other)) === JSON.stringify(documentOf(audit))) continue;
      changed += 1;
      const [before, after] = [shown(audit), shown(other)];
      for (const format of ['text', 'markdown', 'html'] as const)
        assert.notEqual(before[format], after[format], format);
    }
    assert.equal(changed, 1);
  });
}
