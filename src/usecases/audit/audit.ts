/**
 * The use case behind `audit`: what changed between two builds, and why the package is as big as it is.
 *
 * 1. Plan as `generate` would. 2. Look inside what differs, one file at a time. 3. Put rows, sums and security findings
 * together. 4. Lay a finished package over it, if one is given. 5. Hold it against the policy.
 */

import { packageEstimate } from '../../audit/estimate.js';
import { headerOf, relationOf } from '../../audit/header.js';
import { viewPackage } from '../../audit/package.js';
import { applyPolicy } from '../../audit/policy/apply.js';
import { auditRows } from '../../audit/rows.js';
import { totalsOf } from '../../audit/totals.js';
import { quickWhole } from '../../encode/estimate/estimate-file.js';
import type { Audit } from '../../model/audit.js';
import type { OpenBuild } from '../../model/build.js';
import type { Inspection } from '../../model/inspection.js';
import { sdx6x } from '../../model/layout.js';
import { allParts } from '../../model/parts.js';
import type { SettledPlan } from '../../model/plan.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { countsDown } from '../../model/revision.js';
import { dfotaVersion } from '../../version.js';
import type { SketchOptions } from '../generate/sketches.js';
import { guardInputs, withoutRepeated } from '../guard-inputs.js';
import { inspectPackage } from '../inspect/inspect.js';
import type { OpenInputs } from '../open-inputs.js';
import { planBuilds } from '../plan-builds.js';
import { shareReading } from '../process-memory.js';
import { shareLooking } from './audit-memory.js';
import type { AuditOptions } from './audit-options.js';
import { lookInside } from './look-inside.js';
import { entryNamer, makePackage, packageOf } from './make-package.js';
import { earlierForms, planFindings } from './plan-facts.js';
import { openSizes } from './plan-sizes.js';
import { readPolicy } from './read-policy.js';
import { recordedFacts } from './recorded-facts.js';
import { securityOf } from './security-of.js';

export type { AuditOptions } from './audit-options.js';

/** What is audited, and what was made of it before, where it was: nothing of it is made again. */
export interface AuditInputs extends OpenInputs {
  readonly sketches?: SketchOptions['known'] | undefined;
  readonly plan?: SettledPlan | undefined;
}

/** Audits two builds. Throws InputError when the policy or the package cannot be read; oddities of the firmware are findings. */
export async function auditBuilds(inputs: AuditInputs, options: AuditOptions, ports: Ports = {}): Promise<Audit> {
  const release = options.policyFile === undefined ? undefined : await readPolicy(options.policyFile);
  const { source, target } = inputs;
  const { onProgress = silent, signal, now = () => new Date() } = ports;
  const parts = new Set(options.parts);
  const inspection =
    options.packageFile === undefined
      ? undefined
      : await inspectNamed(options.packageFile, options.packageName ?? options.packageFile, ports);

  const { threads } = shareReading(options.memory);
  const made = options.exact === undefined ? undefined : await makePackage(inputs, options, options.exact, ports);
  const plan =
    made?.plan ??
    inputs.plan ??
    (await planBuilds(inputs, options, { known: inputs.sketches, threads, onProgress, signal }));
  const earlier = earlierForms(plan);
  const { apart } = shareLooking(options.memory, source.build, target.build, earlier);
  const guards = await guardInputs(inputs, parts, signal);
  const told = new Set(guards.map(({ code }) => code));
  const toldByPackage = (made?.findings ?? []).filter(({ code }) => !told.has(code));
  // A finished package tells its sizes itself.
  const toEstimate = plan.state === 'delta' && inspection === undefined ? plan : undefined;
  const sizes = openSizes(toEstimate, source, target, { apart, signal });
  const { inside, measured } = await lookInside(source, target, {
    onProgress,
    signal,
    earlier,
    sizes,
  })
    .then(async (inside) => ({ inside, measured: await sizes.finish() }))
    .finally(sizes.close);

  const planned = auditRows(plan, {
    ...measured,
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
