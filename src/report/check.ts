import type { Build } from '../model/build.js';
import type { Finding } from '../model/finding.js';
import { displayName } from '../model/path.js';
import { countFindings, type Emphasis, findingsText, sortFindings, unmarked } from './findings.js';

/** What `check` has found. */
export interface CheckReport {
  readonly source: Build;
  readonly target: Build;
  readonly findings: readonly Finding[];
}

/** `v1.zip (RG520NNADAR01A01…)`. */
function nameBuild(build: Build): string {
  const revision = build.projectVersion?.revision;
  return revision === undefined ? build.origin : `${build.origin} (${displayName(revision)})`;
}

/** Whether nothing wants a decision: information alone does not. */
export function isClean(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity === 'information');
}

/** The findings for people, and a last line that counts them. */
export function checkText(report: CheckReport, emphasis: Emphasis = unmarked): string {
  const findings = sortFindings(report.findings);
  const last = `${nameBuild(report.source)} to ${nameBuild(report.target)}: ${countFindings(findings)}\n`;
  return `${findingsText(findings, emphasis)}${last}`;
}

/** The findings for scripts. */
export function checkJson(report: CheckReport): string {
  const build = ({ origin, digest, projectVersion }: Build) => ({
    origin,
    digest,
    revision: projectVersion?.revision === undefined ? null : displayName(projectVersion.revision),
  });
  const findings = sortFindings(report.findings);
  const document = {
    format: 'dfota-check',
    version: 1,
    source: build(report.source),
    target: build(report.target),
    clean: isClean(findings),
    findings,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
