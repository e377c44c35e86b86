/** Goldens of every format: `npm run goldens` writes them anew, `git diff` shows what that changed. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import type { Audit } from '../../../src/model/audit.js';
import { toSha256 } from '../../../src/model/digest.js';
import { filterAudit } from '../../../src/report/audit/filter.js';
import { type AuditFormat, auditFormats, auditReport, formatOfName } from '../../../src/report/audit/formats.js';
import { readAuditPage } from '../../../src/usecases/audit/audit-page.js';
import { auditPair, hostileName } from '../../audit/pair.js';
import { run } from '../../audit/support.js';
import { workFolder } from '../../support/work-folder.js';

const expected = fileURLToPath(new URL('../../../../test/report/audit/expected/', import.meta.url));
const schemaFile = fileURLToPath(new URL('../../../../docs/schemas/audit.schema.json', import.meta.url));
const folder = workFolder('audit-formats');
const policyFile = join(folder, 'policy.yaml');
writeFileSync(
  policyFile,
  `schema: 1
budgets:
  package: 100 B
paths:
  forbidden: [SYSTEM/etc/ssl/device.key]
security:
  fail: [telnet-or-adb]
waivers:
  - {rule: path-forbidden, path: SYSTEM/etc/ssl, reason: "replaced at the factory", until: 2027-01-31}
`,
);
const audit = tidy(await auditPair(folder, { policyFile }));
const exact = tidy(
  await auditPair(folder, { policyFile, exact: { dialect: 'assert', encoding: { effort: 'fast', jobs: 1 } } }),
);
const page = await readAuditPage();

/** Without what differs from run to run or from release to release: folder, version, digests of zips that zlib made. */
function tidy(made: Audit): Audit {
  const digest = toSha256('0'.repeat(64));
  const plain: Audit = {
    ...made,
    tool: 'dfota 0.0.0',
    source: { ...made.source, digest },
    target: { ...made.target, digest },
  };
  return plain.policy === undefined ? plain : { ...plain, policy: { ...plain.policy, file: 'policy.yaml' } };
}

const names: Readonly<Record<Exclude<AuditFormat, 'html'>, string>> = {
  text: 'audit.txt',
  markdown: 'audit.md',
  json: 'audit.json',
  csv: 'audit.csv',
  junit: 'audit.xml',
  sarif: 'audit.sarif',
};
for (const [format, name] of Object.entries(names)) {
  test(`integration: golden: ${name}`, () => {
    const known = auditFormats.find((each) => each === format);
    assert.ok(known !== undefined);
    const report = auditReport(audit, known, page).replaceAll(folder, '.');
    if (process.env.DFOTA_UPDATE_GOLDENS === '1') {
      mkdirSync(expected, { recursive: true });
      writeFileSync(join(expected, `${name}.golden`), report);
    }
    assert.equal(report, readFileSync(join(expected, `${name}.golden`), 'utf8'));
    assert.equal(formatOfName(name), format);
  });
}

test('integration: json: it is what the published schema says, exact or not', () => {
  const valid = new Ajv({ strict: true, strictRequired: false }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
  for (const each of [audit, exact, filterAudit(audit, { only: ['added'], under: ['SYSTEM/etc'] })]) {
    assert.ok(valid(JSON.parse(auditReport(each, 'json', page))), JSON.stringify(valid.errors?.slice(0, 3)));
  }
  assert.equal(valid({ ...JSON.parse(auditReport(audit, 'json', page)), schema: 1 }), false);
});

test('integration: json: a name that is no text keeps its bytes', () => {
  const document: unknown = JSON.parse(auditReport(audit, 'json', page));
  const hex = Buffer.from(hostileName, 'latin1').toString('hex');
  assert.ok(JSON.stringify(document).includes(`"pathBytes":"${hex}"`));
});

test('integration: exact: the payloads of the rows are the entries of the package, and bytes add up', () => {
  const entries = exact.package?.entries ?? [];
  const ofRows = new Set(exact.rows.flatMap((row) => row.entry ?? []));
  const other = entries.filter(({ path }) => path === undefined).map(({ name }) => name);
  for (const name of ofRows)
    assert.ok(
      entries.some((entry) => entry.name === name),
      name,
    );
  assert.ok(
    other.every((name) => /^(META-INF\/|quectel-project-version$|dfota\/directory\/|patch\/identity)/.test(name)),
    other.join(' '),
  );
  const payload = entries.filter(({ path }) => path !== undefined).reduce((sum, { bytes }) => sum + bytes, 0);
  assert.equal(payload, exact.totals.cost);
  const all = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(all < (exact.package?.bytes ?? 0), 'headers come on top');
  assert.ok(exact.totals.cost <= (audit.estimate?.atMost ?? 0), 'bounds are bounds');
});

test('integration: csv: every line has as many fields as the heading, and no field is a formula', () => {
  const csv = auditReport(audit, 'csv', page);
  const fields = (line: string): readonly string[] =>
    [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map((match) => match[1] ?? '');
  const lines = csv.split('\r\n').slice(0, -1);
  for (const line of lines) {
    assert.equal(fields(line).length, fields(lines[0] ?? '').length, line);
    assert.ok(
      fields(line).every((field) => !/^"?[=+@-]/.test(field)),
      line,
    );
  }
  assert.equal(lines.length, audit.rows.length + 1);
});

test('integration: junit: it is well-formed', { skip: hasXmllint() ? false : 'python3 is not installed' }, () => {
  const file = join(folder, 'audit.xml');
  writeFileSync(file, auditReport(audit, 'junit', page));
  const counts = run('python3', [
    '-c',
    `import xml.etree.ElementTree as t; r=t.parse('${file}').getroot(); print(r.get('tests'), r.get('failures'), len(r.findall('.//testcase')), len(r.findall('.//failure')))`,
  ]);
  const [tests, failures, cases, failed] = counts.trim().split(' ');
  assert.deepEqual([tests, failures], [cases, failed]);
});

function hasXmllint(): boolean {
  try {
    run('python3', ['--version']);
    return true;
  } catch {
    return false;
  }
}

test('integration: markdown: short, whatever the builds are', () => {
  const many: Audit = {
    ...audit,
    security: Array.from({ length: 5000 }, (_, i) => ({
      rule: 'private-key' as const,
      severity: 'error' as const,
      path: audit.rows[0]?.path ?? hostile(),
      message: `${i} ${'x'.repeat(5000)}`,
      standing: 'new' as const,
    })),
    findings: Array.from({ length: 5000 }, () => ({
      severity: 'error' as const,
      code: 'zip-damaged',
      message: 'y'.repeat(9000),
    })),
  };
  assert.ok(auditReport(many, 'markdown', page).length < 20_000);
});

function hostile(): Audit['rows'][number]['path'] {
  const path = audit.rows.find((row) => row.path === hostileName)?.path;
  if (path === undefined) assert.fail('the hostile name is gone');
  return path;
}

test('integration: markdown: hostile names stay names', () => {
  const shown: Audit = {
    ...audit,
    security: [
      { rule: 'private-key', severity: 'error', path: hostile(), message: '<b>[x](http://x) | `y`', standing: 'new' },
    ],
  };
  const text = auditReport(shown, 'markdown', page);
  assert.ok(!/<img|<b>|<\/script|\]\(http/.test(text), text);
});

test('integration: html: one file, its data cannot end the script, no secret in it', () => {
  const html = auditReport(audit, 'html', page);
  assert.equal(html.match(/<\/script/g)?.length, 2);
  assert.ok(!html.includes('<img'));
  assert.ok(!/(?:src|href)\s*=\s*["']?(?:https?:)?\/\//.test(html));
  assert.ok(!html.includes('HUSH'));
  const data = /<script type="application\/json" id="audit-data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  assert.deepEqual(JSON.parse(data), JSON.parse(auditReport(audit, 'json', page)));
  assert.ok(!data.includes('<'));
});

test('integration: all formats: the same audit gives the same bytes', () => {
  for (const format of auditFormats)
    assert.equal(auditReport(audit, format, page), auditReport(structuredClone(audit), format, page));
});
