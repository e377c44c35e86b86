/**
 * The use case behind `audit`: what changed between two builds, and why the package is as big as it is.
 *
 * 1. Plan as `generate` would. 2. Look inside what differs, one file at a time. 3. Put rows, sums and security findings
 * together. 4. Lay a finished package over it, if one is given. 5. Hold it against the policy.
 */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageEstimate } from '../../audit/estimate.js';
import { headerOf, packageTime, relationOf } from '../../audit/header.js';
import { viewPackage } from '../../audit/package.js';
import { applyPolicy } from '../../audit/policy/apply.js';
import { parsePolicy } from '../../audit/policy/parse.js';
import type { AuditPolicy } from '../../audit/policy/policy.js';
import { auditRows } from '../../audit/rows.js';
import { certificateFindings } from '../../audit/security/certificates.js';
import { caseFindings, linkFindings } from '../../audit/security/links.js';
import { permissionFindings } from '../../audit/security/permissions.js';
import { vermagicFindings } from '../../audit/security/vermagic.js';
import { totalsOf } from '../../audit/totals.js';
import { checkBuilds } from '../../checks/builds/check-builds.js';
import { comparedInputFindings } from '../../checks/builds/compared-inputs.js';
import { listFindings } from '../../checks/lists/check-lists.js';
import { quickWhole } from '../../encode/estimate/estimate-file.js';
import { asInputError } from '../../files/system-error.js';
import { withTemporaryFolder } from '../../files/temporary.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import { compilePattern } from '../../input/lists/pattern.js';
import type { Audit, AuditPackage, AuditRow, SecurityFinding } from '../../model/audit.js';
import type { Build, OpenBuild } from '../../model/build.js';
import { allowableCodes } from '../../model/codes.js';
import type { Decision } from '../../model/decision.js';
import type { DeviceOrder } from '../../model/device-order.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { Inspection } from '../../model/inspection.js';
import { sdx6x } from '../../model/layout.js';
import { largestPolicyBytes } from '../../model/limits.js';
import type { DeltaOperation, Payload, SettledOperation } from '../../model/operation.js';
import { allParts, type Part } from '../../model/parts.js';
import { type BuildPath, compareBytes } from '../../model/path.js';
import type { BootUpdate, DeltaPlan, SettledPlan } from '../../model/plan.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { countsDown } from '../../model/revision.js';
import type { WrittenPackage } from '../../package/write.js';
import type { Levers } from '../../plan/bases.js';
import type { ChmodPlacement } from '../../plan/permissions.js';
import { dfotaVersion } from '../../version.js';
import { type Generated, type GenerateOptions, generatePackage } from '../generate/generate.js';
import type { SketchOptions } from '../generate/sketches.js';
import { guardInputs, withoutRepeated } from '../guard-inputs.js';
import { inspectPackage } from '../inspect/inspect.js';
import type { OpenInputs } from '../open-inputs.js';
import { planBuilds } from '../plan-builds.js';
import { openEstimates } from './estimate-plan.js';
import { type InsideFacts, lookInside } from './look-inside.js';
import { recordedFacts } from './recorded-facts.js';

/** How to plan, and what else to hold the audit against. */
export interface AuditOptions {
  readonly parts: readonly Part[];
  readonly bootUpdate: BootUpdate;
  readonly levers: Levers;
  readonly chmod: ChmodPlacement;
  /** Makes every patch, so that costs are those of the package that `generate` would make; without it they are estimates. */
  readonly exact?: Pick<GenerateOptions, 'encoding' | 'dialect' | 'permissions'> | undefined;
  /** A finished package, made by any tool: its methods and sizes are shown in place of the plan's. */
  readonly packageFile?: string | undefined;
  /** What the report calls that package; its path where not given. */
  readonly packageName?: string | undefined;
  /** A policy.yaml. */
  readonly policyFile?: string | undefined;
  /** `2026-11-21`: waivers that ended before do not count. Today, in UTC, where not given. */
  readonly today?: string | undefined;
}

/** Audits two builds. Throws InputError when the policy or the package cannot be read; oddities of the firmware are findings. */
export async function auditBuilds(
  inputs: OpenInputs & { readonly sketches?: SketchOptions['known'] | undefined },
  options: AuditOptions,
  ports: Ports = {},
): Promise<Audit> {
  const release = options.policyFile === undefined ? undefined : await readPolicy(options.policyFile);
  const { source, target } = inputs;
  const { onProgress = silent, signal, now = () => new Date() } = ports;
  const parts = new Set(options.parts);
  const inspection =
    options.packageFile === undefined
      ? undefined
      : await inspectNamed(options.packageFile, options.packageName ?? options.packageFile, ports);

  const made = options.exact === undefined ? undefined : await makePackage(inputs, options, options.exact, ports);
  const plan = made?.plan ?? (await planBuilds(inputs, options, { known: inputs.sketches, onProgress, signal }));
  const guards = await guardInputs(inputs, parts, signal);
  const told = new Set(guards.map(({ code }) => code));
  const toldByPackage = (made?.findings ?? []).filter(({ code }) => !told.has(code));
  const estimates = plan.state === 'delta' ? openEstimates(plan, source, target) : undefined;
  const inside = await lookInside(source, target, { onProgress, signal, earlier: earlierForms(plan), estimates });

  const planned = auditRows(plan, {
    whole: inside.whole,
    estimates: await estimates?.finish(signal),
    entryOf: made && entryNamer(made.order),
  }).map((row) => {
    const inner = inside.inner.get(row.path);
    return inner === undefined ? row : { ...row, inner };
  });
  const view = inspection && viewPackage(planned, inspection);
  const rows = view?.rows ?? planned;
  const recorded =
    inspection === undefined || options.packageFile === undefined
      ? undefined
      : await recordedFacts(options.packageFile, inspection.sha256);
  const contents =
    view === undefined ? made && packageOf(made.output, rows) : { ...view.package, proof: recorded?.proof };
  const audit: Omit<Audit, 'policy'> = {
    schema: 2,
    tool: `dfota ${dfotaVersion}`,
    exact: contents !== undefined,
    source: headerOf(source.build),
    target: headerOf(target.build),
    relation: relationOf(source.build.projectVersion, target.build.projectVersion, countsDown),
    parts: allParts.filter((part) => parts.has(part)),
    findings: withoutRepeated([
      ...guards,
      ...(made === undefined ? planFindings(inputs, parts, plan) : toldByPackage),
      ...(view?.findings ?? []),
    ]),
    totals: totalsOf(rows),
    rows,
    security: securityOf(source.build, target.build, inside),
    package: contents,
    estimate: contents === undefined ? packageEstimate(rows, await programBytes(target)) : undefined,
    needs: made?.needs ?? recorded?.needs,
  };
  return release === undefined
    ? audit
    : { ...audit, policy: applyPolicy(audit, release, options.today ?? now().toISOString().slice(0, 10)) };
}

/** What the updater takes in the package, about. */
async function programBytes({ build, content }: OpenBuild): Promise<number> {
  const { updater } = sdx6x;
  return build.entries.get(updater)?.kind === 'file' ? quickWhole(await content.read(updater)) : 0;
}

async function inspectNamed(file: string, name: string, ports: Ports): Promise<Inspection> {
  return { ...(await inspectPackage({ package: file }, ports)), file: name };
}

/** What `generate` tells before it encodes. */
function planFindings(inputs: OpenInputs, parts: ReadonlySet<Part>, plan: DeltaPlan | SettledPlan): readonly Finding[] {
  const { rules } = inputs;
  const [source, target] = [inputs.source.build, inputs.target.build];
  return [
    ...source.findings,
    ...target.findings,
    ...inputs.findings,
    ...comparedInputFindings(source, target),
    ...checkBuilds({ source, target, rules, parts }),
    ...listFindings(rules, source, target, parts),
    ...plan.findings,
  ];
}

/** Makes the package in a folder of its own, which is gone afterwards, and leaves the proof to `generate`. */
async function makePackage(
  inputs: OpenInputs,
  { parts, bootUpdate, levers, chmod }: AuditOptions,
  exact: NonNullable<AuditOptions['exact']>,
  ports: Ports,
): Promise<Generated> {
  return withTemporaryFolder('dfota-audit', async (folder) => {
    const output = join(folder, 'update.zip');
    const made = await generatePackage(
      inputs,
      {
        output,
        parts,
        bootUpdate,
        levers,
        chmod,
        ...exact,
        limits: {},
        verify: { level: 'off', profile: 'strict' },
        // An audit tells what is wrong with builds; it does not refuse them.
        allow: allowableCodes(),
      },
      ports,
    );
    // where it was for a moment is nobody's business, and would make each report differ
    const findings = made.findings.map((finding) =>
      finding.place?.file === output ? { ...finding, place: { ...finding.place, file: 'update.zip' } } : finding,
    );
    return { ...made, findings };
  });
}

/** Where files that are new at their path come from: what they moved from, or what a renamed file was called before. */
function earlierForms(plan: DeltaPlan | SettledPlan): ReadonlyMap<BuildPath, BuildPath> {
  const earlier = new Map<BuildPath, BuildPath>();
  const decisions: readonly Decision<DeltaOperation | SettledOperation>[] = [...plan.decisions.values()];
  for (const { path, from, source, operations } of decisions) {
    if (source !== undefined) continue;
    const bases = operations.flatMap((op) =>
      op.kind === 'encode-file' ? op.bases : op.kind === 'patch-file' ? [op.base] : [],
    );
    const base = from ?? bases.find(({ kind }) => kind === 'renamed' || kind === 'same-content')?.path;
    if (base !== undefined) earlier.set(path, base);
  }
  return earlier;
}

/** Names of payloads' entries, by what the payload is. */
function entryNamer({ names }: DeviceOrder): (payload: Payload) => string | undefined {
  return ({ id }) => names.patches.get(id) ?? names.files.get(id) ?? names.images.get(id);
}

/** The package that was made; it has no name, because it is not kept. */
function packageOf(output: WrittenPackage, rows: readonly AuditRow[]): AuditPackage {
  const paths = new Map<string, BuildPath>();
  for (const { entry, path } of rows) if (entry !== undefined && !paths.has(entry)) paths.set(entry, path);
  return {
    sha256: output.sha256,
    md5: output.md5,
    bytes: output.size,
    entries: output.entries.map(({ name, packedSize }) => {
      const path = paths.get(name);
      return { name, bytes: packedSize, path };
    }),
  };
}

/** All that matters for security, by path, then rule. */
function securityOf(source: Build, target: Build, inside: InsideFacts): readonly SecurityFinding[] {
  const when = packageTime(target.projectVersion);
  const all = [
    ...permissionFindings(source, target),
    ...linkFindings(source, target),
    ...caseFindings(source, target),
    ...inside.security,
    ...certificateFindings(inside.certificatesBefore, inside.certificatesAfter, when),
    ...(inside.kernel === undefined ? [] : vermagicFindings(inside.kernel, inside.modules)),
  ];
  return all.sort(
    (a, b) => compareBytes(a.path, b.path) || compareBytes(a.rule, b.rule) || compareBytes(a.message, b.message),
  );
}

async function readPolicy(file: string): Promise<AuditPolicy> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > largestPolicyBytes) {
      throw new InputError({
        code: 'policy-too-large',
        place: { file },
        message: 'the policy is too large',
        found: `${size} bytes`,
        expected: `at most ${largestPolicyBytes} bytes`,
      });
    }
    text = utf8Text(await readFile(file));
  } catch (error) {
    throw asInputError(error, file);
  }
  return parsePolicy(text, file, compilePattern);
}
