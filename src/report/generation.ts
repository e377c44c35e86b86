import type { Build } from '../model/build.js';
import type { EngineComparison } from '../model/engine-comparison.js';
import type { Finding } from '../model/finding.js';
import type { DeviceNeeds } from '../model/needs.js';
import type { SettledOperation } from '../model/operation.js';
import type { RecordedConfiguration } from '../model/package-record.js';
import { showParts } from '../model/parts.js';
import { displayName } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';
import type { SoftwareSummary } from '../model/software.js';
import type { Verification } from '../model/verification.js';
import { countFindings, sortFindings } from './findings.js';
import { showCount, showSize } from './quantities.js';
import { softwareWords } from './software.js';
import { tableLines } from './table.js';

/** What is known of a package that was just made. */
export interface GenerationReport {
  readonly source: Build;
  readonly target: Build;
  readonly generated: {
    readonly plan: SettledPlan;
    readonly output: { readonly file: string; readonly size: number; readonly sha256: string; readonly md5: string };
    readonly needs: DeviceNeeds;
    readonly verification?: Verification | undefined;
    readonly allowed?: readonly string[] | undefined;
    readonly engine?: string | undefined;
    readonly findings: readonly Finding[];
  };
  readonly comparison?: EngineComparison | undefined;
  readonly configuration?: RecordedConfiguration | undefined;
  readonly software?: SoftwareSummary | undefined;
}

/** How paths travel, counted. Bytes are of the target (`size`) and in the package. */
interface Travel {
  readonly what: string;
  readonly count: number;
  readonly size: number;
  readonly packageBytes: number;
}

function travelOf(plan: SettledPlan): readonly Travel[] {
  const operations = [...plan.decisions.values()].flatMap((decision) => decision.operations);
  const rows: Travel[] = [];
  const count = (what: string, of: readonly { size: number; packageBytes: number }[]): void => {
    if (of.length === 0) return;
    const sum = (key: 'size' | 'packageBytes') => of.reduce((total, each) => total + each[key], 0);
    rows.push({ what, count: of.length, size: sum('size'), packageBytes: sum('packageBytes') });
  };
  const bytes = (operation: SettledOperation): { size: number; packageBytes: number } => {
    switch (operation.kind) {
      case 'patch-file':
      case 'patch-partition':
        return { size: operation.target.size, packageBytes: operation.patch.packageBytes };
      case 'extract-file':
      case 'write-partition':
        return { size: operation.target.size, packageBytes: operation.whole.packageBytes };
      default:
        return { size: 0, packageBytes: 0 };
    }
  };
  const kinds: readonly [string, (operation: SettledOperation) => boolean][] = [
    ['files patched in place', (op) => op.kind === 'patch-file' && op.base.path === op.path],
    ['files patched from another', (op) => op.kind === 'patch-file' && op.base.path !== op.path],
    ['files sent whole', (op) => op.kind === 'extract-file'],
    ['partitions patched', (op) => op.kind === 'patch-partition'],
    ['partitions sent whole', (op) => op.kind === 'write-partition'],
    ['links made', (op) => op.kind === 'make-link'],
    ['directories made', (op) => op.kind === 'make-directory'],
    ['files and links deleted', (op) => op.kind === 'delete-file' || op.kind === 'delete-link'],
    ['directories deleted', (op) => op.kind === 'delete-directory'],
  ];
  for (const [what, is] of kinds) count(what, operations.filter(is).map(bytes));
  return rows;
}

function revisionOf(build: Build): string {
  return displayName(build.projectVersion?.revision ?? 'no version');
}

function proof(verification: Verification | undefined): string {
  if (verification === undefined) return 'NOT PROVED: verification was switched off';
  const { profile, compared, powerCuts } = verification;
  const cuts =
    powerCuts === undefined
      ? 'without power cuts'
      : `and so it does after ${powerCuts.tried === powerCuts.points ? 'each' : powerCuts.tried} of ${showCount(powerCuts.points, 'power cut')}`;
  return `proved on the simulated device (${profile}): ${showCount(compared, 'path')} become the target, ${cuts}`;
}

/** The package for people. Findings are only counted: they are told apart from it. */
export function generationText({ source, target, generated, software }: GenerationReport): string {
  const { plan, output, needs, verification, findings, engine, allowed = [] } = generated;
  const rows = travelOf(plan).map(({ what, count, size, packageBytes }) => [
    String(count),
    what,
    size === 0 ? '' : showSize(size),
    packageBytes === 0 ? '' : `in ${showSize(packageBytes)}`,
  ]);
  const table = tableLines(
    [{ heading: '', align: 'right' }, { heading: '' }, { heading: '', align: 'right' }, { heading: '' }],
    rows,
  ).slice(1);
  const lines = [
    `${output.file}: ${showSize(output.size)} (${output.size} bytes), parts ${showParts(plan.parts)}`,
    `  from    ${source.origin} (${revisionOf(source)})`,
    `  to      ${target.origin} (${revisionOf(target)})`,
    `  SHA-256 ${output.sha256}`,
    `  MD5     ${output.md5}`,
    ...table.map((line) => `  ${line}`),
    `  needs   ${showSize(Math.max(needs.systemPeak, 0))} more on /system, ${showSize(Math.max(needs.cachePeak, needs.cacheAsked))} in /cache (${showSize(needs.cacheForRetry)} to survive every cut), ${showSize(needs.usrdata)} of usrdata, ${showSize(needs.memory)} of memory`,
    ...(engine === undefined ? [] : [`  patches by ${engine}`]),
    ...(software === undefined ? [] : [`  packages ${softwareWords(software)}`]),
    `  ${proof(verification)}`,
    ...(allowed.length === 0 ? [] : [`  allowed although wrong: ${allowed.join(', ')}`]),
    `  ${countFindings(findings)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** One line for each package, for runs with several sources. */
export function generationTable(reports: readonly GenerationReport[]): string {
  const rows = reports.map(({ source, generated }) => [
    revisionOf(source),
    generated.output.file,
    showSize(generated.output.size),
    generated.verification === undefined ? 'not proved' : 'proved',
    countFindings(generated.findings),
  ]);
  const columns = [
    { heading: 'source' },
    { heading: 'package' },
    { heading: 'size', align: 'right' as const },
    { heading: 'proof' },
    { heading: 'findings' },
  ];
  return `${tableLines(columns, rows).join('\n')}\n`;
}

/** The package for scripts; `undefined` fields are left out. */
export function generationDocument({
  source,
  target,
  generated,
  comparison,
  software,
  configuration,
}: GenerationReport): object {
  const { plan, output, needs, verification, findings, engine, allowed } = generated;
  const build = ({ origin, digest }: Build, revision: string) => ({ origin, digest, revision });
  return {
    format: 'dfota-generation',
    version: 1,
    package: { file: output.file, size: output.size, sha256: output.sha256, md5: output.md5 },
    parts: showParts(plan.parts),
    configuration,
    source: build(source, revisionOf(source)),
    target: build(target, revisionOf(target)),
    travel: travelOf(plan),
    needs,
    verification: verification ?? null,
    allowed,
    engine,
    comparison,
    software,
    findings: sortFindings(findings),
  };
}
