/** The policy's result as JUnit XML: a test case for each rule, which fails when something offends it. */
import type { Audit, PolicyFinding, PolicyRule } from '../../model/audit.js';
import { displayName } from '../../model/path.js';

const rules: readonly PolicyRule[] = [
  'version-must-rise',
  'budget',
  'path-forbidden',
  'path-required',
  'set-id-not-allowed',
  'security',
  'waiver-expired',
  'waiver-unused',
];

/** XML 1.0 knows no control characters, however written; names come with them as `\xHH` already. */
function xml(text: string): string {
  return text
    .replace(
      /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g,
      (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\r\n]/g, (unit) => `&#${unit.charCodeAt(0)};`);
}

/** The document. Without a policy there is one case, which passes. */
export function auditJunit(audit: Audit): string {
  const findings = audit.policy?.findings ?? [];
  const file = audit.policy?.file ?? 'no policy';
  const cases = rules.flatMap((rule) =>
    casesOf(
      rule,
      findings.filter((finding) => finding.rule === rule),
      file,
    ),
  );
  const failures = findings.filter(({ standing }) => standing === 'offender').length;
  const skipped = findings.filter(({ standing }) => standing === 'waived').length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dfota audit" ${counts}>`,
    `  <testsuite name="${xml(file)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(rule: PolicyRule, findings: readonly PolicyFinding[], file: string): readonly string[] {
  const open = (name: string): string => `    <testcase classname="dfota.audit.${rule}" name="${xml(name)}" time="0"`;
  if (findings.length === 0) return rule.startsWith('waiver') ? [] : [`${open(rule)}/>`];
  return findings.map(({ standing, message, line, path, about, waiver }) => {
    const name = `${rule}${about === undefined ? '' : `: ${about}`}${path === undefined ? '' : `: ${displayName(path)}`}`;
    const at = `${file}:${line}`;
    if (standing === 'offender')
      return `${open(name)}><failure type="${rule}" message="${xml(message)}">${xml(at)}</failure></testcase>`;
    if (standing === 'waived')
      return `${open(name)}><skipped message="${xml(`${message}; waived: ${waiver?.reason ?? ''}`)}"/></testcase>`;
    return `${open(name)}><system-out>${xml(`${message} (${at})`)}</system-out></testcase>`;
  });
}
