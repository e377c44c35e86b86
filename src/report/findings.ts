import { showPlace } from '../model/errors.js';
import type { Finding, Severity } from '../model/finding.js';

/** In the order in which they are told. */
export const severities: readonly Severity[] = ['error', 'warning', 'information'];

/** How text is made to stand out; a plain report gives it back as it is. */
export type Emphasis = (severity: Severity | 'place', text: string) => string;

/** No emphasis. */
export const unmarked: Emphasis = (_what, text) => text;

/** `2 errors, 1 warning`; `no findings` for none. */
export function countFindings(findings: readonly Finding[]): string {
  const words: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'note' };
  const counts = severities.flatMap((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${words[severity]}${number === 1 ? '' : 's'}`];
  });
  return counts.length === 0 ? 'no findings' : counts.join(', ');
}

/** The findings by severity, otherwise in the order given; each fault once. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  const once = findings.filter((finding) => {
    const key = JSON.stringify([finding.code, finding.place, finding.message, finding.found]);
    return !seen.has(key) && seen.add(key);
  });
  return severities.flatMap((severity) => once.filter((finding) => finding.severity === severity));
}

/** The findings as lines of text, each with place, message, found, expected and remedy. Empty for none. */
export function findingsText(findings: readonly Finding[], emphasis: Emphasis = unmarked): string {
  const lines: string[] = [];
  for (const { severity, place, message, found, expected, remedy } of sortFindings(findings)) {
    const word = severity === 'information' ? 'note' : severity;
    const where = place === undefined ? '' : `${emphasis('place', showPlace(place))}: `;
    lines.push(`${emphasis(severity, word)}: ${where}${message}`);
    if (found !== undefined) lines.push(`  found:    ${found}`);
    if (expected !== undefined) lines.push(`  expected: ${expected}`);
    if (remedy !== undefined) lines.push(`  to do:    ${remedy}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
