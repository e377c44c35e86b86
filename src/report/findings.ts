import { type Consequence, consequenceOf, consequenceOrder, consequenceWords } from '../model/codes/consequences.js';
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

/** What comes of a finding if nobody minds it: of what only informs, nothing. */
function weightOf({ code, severity }: Finding): Consequence {
  return severity === 'information' ? 'note' : consequenceOf(code);
}

/** Findings that are mended in the same way. */
interface ToDo {
  readonly remedy: string | undefined;
  readonly findings: readonly Finding[];
}

/** The findings by remedy, in the order in which the remedies come up. What has no remedy stands alone. */
function byRemedy(findings: readonly Finding[]): readonly ToDo[] {
  const groups = new Map<string | Finding, Finding[]>();
  for (const finding of findings) {
    const key = finding.remedy ?? finding;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map((group) => ({ remedy: group[0]?.remedy, findings: group }));
}

/** Each fault once: by consequence, the one that costs a module first; then by severity; what is mended in one way together. */
function grouped(findings: readonly Finding[]): ReadonlyMap<Consequence, readonly ToDo[]> {
  const seen = new Set<string>();
  const once = findings.filter((finding) => {
    const key = JSON.stringify([finding.code, finding.place, finding.message, finding.found]);
    return !seen.has(key) && seen.add(key);
  });
  const groups = new Map<Consequence, readonly ToDo[]>();
  for (const consequence of consequenceOrder) {
    const these = once.filter((finding) => weightOf(finding) === consequence);
    const ordered = severities.flatMap((severity) => these.filter((finding) => finding.severity === severity));
    if (ordered.length > 0) groups.set(consequence, byRemedy(ordered));
  }
  return groups;
}

/** The findings in the order in which they are told; each fault once. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...grouped(findings).values()].flatMap((toDos) => toDos.flatMap((toDo) => toDo.findings));
}

function findingLines({ severity, place, message, found, expected }: Finding, emphasis: Emphasis): readonly string[] {
  const word = severity === 'information' ? 'note' : severity;
  const where = place === undefined ? '' : `${emphasis('place', showPlace(place))}: `;
  const lines = [`${emphasis(severity, word)}: ${where}${message}`];
  if (found !== undefined) lines.push(`  found:    ${found}`);
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  return lines;
}

/**
 * The findings as lines of text, each with place, message, found and expected, what is mended in one way together with its
 * remedy once. Where they are of more than one consequence, each begins with a heading. Empty for none.
 */
export function findingsText(findings: readonly Finding[], emphasis: Emphasis = unmarked): string {
  const groups = grouped(findings);
  const lines: string[] = [];
  for (const [consequence, toDos] of groups) {
    if (groups.size > 1) lines.push(`${lines.length === 0 ? '' : '\n'}${consequenceWords[consequence]}:`);
    for (const { remedy, findings: these } of toDos) {
      for (const finding of these) lines.push(...findingLines(finding, emphasis));
      if (remedy === undefined) continue;
      lines.push(these.length === 1 ? `  to do:    ${remedy}` : `  to do for these ${these.length}: ${remedy}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}
