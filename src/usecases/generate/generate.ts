/**
 * Makes update.zip: two builds and the lists go in, a plan comes out, the plan becomes patches, a script, a package,
 * and the package is proved on the simulated device before it gets its name.
 */

import { comparedInputFindings } from '../../checks/builds/compared-inputs.js';
import { sameContent } from '../../checks/builds/facts.js';
import { moduleRowFindings } from '../../checks/builds/module-rows.js';
import { checkBootSize, checkImageSizes } from '../../checks/builds/sizes.js';
import { listFindings } from '../../checks/lists/check-lists.js';
import type { CompanionFile } from '../../files/output.js';
import type { OpenBuild } from '../../model/build.js';
import { type Code, isAllowable } from '../../model/codes.js';
import type { DeviceOrder } from '../../model/device-order.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import type { DeviceLimits, DeviceNeeds } from '../../model/needs.js';
import type { Part } from '../../model/parts.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { PatchMaker } from '../../model/patch-maker.js';
import type { BootUpdate, SettledPlan } from '../../model/plan.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import type { Verification } from '../../model/verification.js';
import { packageSize } from '../../package/entry.js';
import { layoutPackage } from '../../package/layout.js';
import { type WrittenPackage, writePackage } from '../../package/write.js';
import type { Levers } from '../../plan/bases.js';
import { identitySizes } from '../../plan/identities.js';
import { deviceOrder } from '../../plan/order.js';
import type { ChmodPlacement } from '../../plan/permissions.js';
import type { PermissionFamily } from '../../plan/permissions-reduce.js';
import { replayPlan } from '../../plan/replay.js';
import { settle } from '../../plan/settle.js';
import { deviceNeeds, holdLimits, needFindings } from '../../plan/space.js';
import { openReferenceEngine } from '../../reference/reference-engine.js';
import type { ScriptOptions } from '../../script/options.js';
import { printScript } from '../../script/printer.js';
import { writeScript } from '../../script/writer.js';
import { dfotaVersion } from '../../version.js';
import { checkInputs } from '../check.js';
import { guardInputs, refuseUnallowed, withAllowed, withoutRepeated } from '../guard-inputs.js';
import { holdOutputsApart } from '../hold-apart.js';
import type { OpenInputs } from '../open-inputs.js';
import { permissionFamily, planBuilds } from '../plan-builds.js';
import { encodePlan } from './encode.js';
import type { EncodingOptions } from './encoding-options.js';
import type { HeadStart } from './head-start.js';
import { identityPatches } from './identities.js';
import { openRunCache } from './open-cache.js';
import { Payloads } from './payloads.js';
import { provePackage, type VerifyOptions } from './prove.js';

export type { BsdiffEffort } from '../../encode/bsdiff/bsdiff.js';
export type { CompanionFile } from '../../files/output.js';
export type { PackageEntry } from '../../package/entry.js';
export type { WrittenEntry, WrittenPackage } from '../../package/write.js';
export type { Levers } from '../../plan/bases.js';
export type { ChmodPlacement } from '../../plan/permissions.js';
export type { PermissionFamily } from '../../plan/permissions-reduce.js';
export type { ScriptOptions } from '../../script/options.js';
export type { EncodingOptions, EngineName } from './encoding-options.js';
export type { VerifyOptions } from './prove.js';

/** What a package is made of and how: plain data. */
export interface GenerateOptions {
  readonly output: string;
  readonly parts: readonly Part[];
  readonly bootUpdate: BootUpdate;
  readonly levers: Levers;
  readonly chmod: ChmodPlacement;
  readonly dialect: ScriptOptions['dialect'];
  /** Without it, what `use_set_metadata` in the target's misc_info.txt says. */
  readonly permissions?: PermissionFamily | undefined;
  readonly encoding: EncodingOptions;
  readonly limits: DeviceLimits;
  readonly verify: VerifyOptions;
  /** Errors of the inputs that are accepted: they become warnings, and the package's metadata names them. */
  readonly allow?: readonly Code[] | undefined;
}

/** The ports of all, and the files that are to come with the package: all of them get their names together, or none does. */
export interface GeneratePackagePorts extends Ports {
  readonly beside?: ((generated: Generated) => Promise<readonly CompanionFile[]>) | undefined;
  /** A cache that is open already and serves several packages: no other is opened, and its findings are the caller's to tell. */
  readonly cache?: PatchCache | undefined;
}

/** A package, with everything that reports are made from. */
export interface Generated {
  readonly plan: SettledPlan;
  readonly order: DeviceOrder;
  readonly output: WrittenPackage;
  readonly needs: DeviceNeeds;
  /** Without it: verification was switched off. */
  readonly verification?: Verification | undefined;
  /** Errors of the inputs that were accepted. */
  readonly allowed: readonly Code[];
  /** Name and version of the encoder that made the patches in place of ours. */
  readonly engine?: string | undefined;
  readonly findings: readonly Finding[];
  /** Patches and files that came from the cache, of those that were needed. */
  readonly cached: { readonly hits: number; readonly all: number };
}

/**
 * Makes the package and proves it. Throws InputError for what the user can correct, ProofError when the package does not
 * lead to the target; then nothing is left under the output's name that was not there before.
 */
export async function generatePackage(
  inputs: OpenInputs,
  options: GenerateOptions,
  ports: GeneratePackagePorts = {},
): Promise<Generated> {
  return generateBegun(inputs, options, ports);
}

/** The same, going on with an encoding that was begun while the builds were read. */
export async function generateBegun(
  inputs: OpenInputs,
  options: GenerateOptions,
  ports: GeneratePackagePorts,
  ahead?: Pick<HeadStart, 'begun'> | undefined,
): Promise<Generated> {
  const payloads = new Payloads(options.encoding.effort);
  const { signal } = ports;
  const maker = options.encoding.engine === 'bsdiff-node' ? await openReferenceEngine({ signal }) : undefined;
  try {
    return await generateWith({ payloads, maker, ahead }, inputs, options, ports);
  } finally {
    await maker?.close();
    await payloads.close();
  }
}

/** Images that are to be written must fit; those that are there already do. */
function imageSizeFindings({ source, target, rules }: OpenInputs, parts: ReadonlySet<Part>): readonly Finding[] {
  const facts = { source: source.build, target: target.build, rules, parts };
  const [before, after] = [source, target].map(({ build }) => build.entries.get(sdx6x.bootImage));
  return [...(sameContent(before, after) ? [] : checkBootSize(facts)), ...checkImageSizes(facts)];
}

/** Who makes the bytes of patches, where they are kept, and what was begun before. */
interface Making {
  readonly payloads: Payloads;
  readonly maker: PatchMaker | undefined;
  readonly ahead: Pick<HeadStart, 'begun'> | undefined;
}

async function generateWith(
  { payloads, maker, ahead }: Making,
  inputs: OpenInputs,
  options: GenerateOptions,
  ports: GeneratePackagePorts,
): Promise<Generated> {
  const { source, target, rules } = inputs;
  const { onProgress = silent, signal } = ports;
  const parts = new Set(options.parts);
  await holdOutputsApart(
    {
      whole: [
        ['the source', source.path],
        ['the target', target.path],
      ],
    },
    [{ role: 'the output', path: options.output, kind: 'file' }],
  );
  const compared = [
    ...comparedInputFindings(source.build, target.build),
    ...moduleRowFindings(source.build, target.build, parts),
    ...imageSizeFindings(inputs, parts),
  ];
  refuseErrors(compared.filter(({ code }) => !isAllowable(code)));
  const guarded = withAllowed([...compared, ...(await guardInputs(inputs, parts, signal))], options.allow);
  refuseUnallowed(guarded.findings);

  const begun = await ahead?.begun();
  const { cache, findings: cacheFindings } = begun?.run ?? (await openRunCache(options.encoding, ports.cache));
  const delta = await planBuilds(inputs, options, {
    cache,
    threads: options.encoding.jobs,
    onProgress,
    signal,
  });

  const encoded = await encodePlan(delta, inputs, payloads, {
    ...options.encoding,
    maker,
    cache,
    begun,
    onProgress,
    signal,
  });
  const settled = settle(encoded.plan, encoded.encodings);
  const patches = await identityPatches(identitySizes(settled), cache);
  const identities = new Map([...patches].map(([size, patch]) => [size, payloads.patch(patch)]));
  const plan: SettledPlan = { ...settled, identities };
  const order = deviceOrder(plan);
  replayPlan(plan, order, source.build);

  const permissions = permissionFamily(options, target.build);
  const script = printScript(writeScript(plan, order, { ...options, permissions, toolVersion: dfotaVersion }));
  const programs = await readPrograms(target);
  const entries = layoutPackage(plan, order, {
    script,
    ...programs,
    allowed: guarded.allowed,
    listsDigest: inputs.listsDigest,
    engine: maker?.name,
  }).map(({ name, mode, content }) =>
    content.kind === 'payload' ? payloads.entry(name, mode, content.payload) : payloads.pack(name, mode, content.bytes),
  );
  const packageBytes = packageSize(entries);
  const needs = deviceNeeds(plan, order, packageBytes, options.limits.systemFree);
  holdLimits(needs, options.limits);

  let verification: Verification | undefined;
  const finish = async (written: WrittenPackage): Promise<Generated> => {
    const findings = [
      ...source.build.findings,
      ...target.build.findings,
      ...inputs.findings,
      ...cacheFindings,
      ...(ports.cache === undefined ? (cache?.findings() ?? []) : []),
      ...guarded.findings,
      ...listFindings(rules, source.build, target.build, parts),
      ...(await checkInputs(source, target, rules, parts, signal)),
      ...plan.findings,
      ...encoded.findings,
      ...needFindings(needs, written.size, options.limits),
    ];
    const { allowed } = guarded;
    const cached = { hits: encoded.fromCache, all: encoded.encodings.size };
    return {
      plan,
      order,
      output: written,
      needs,
      findings: withoutRepeated(findings),
      verification,
      allowed,
      engine: maker?.name,
      cached,
    };
  };
  let generated: Generated | undefined;
  const output = await writePackage(entries, options.output, {
    onProgress,
    signal,
    beside: async (written) => {
      generated = await finish(written);
      return (await ports.beside?.(generated)) ?? [];
    },
    check: async (file) => {
      verification = await provePackage(file, inputs, { plan, proved: encoded.proved }, options, ports);
    },
  });
  return generated ?? finish(output);
}

/** Findings that make any package wrong stop the run before anything is encoded. */
function refuseErrors(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new InputError(errors);
}

async function readPrograms({ build, content }: OpenBuild) {
  const [updater, dua] = [sdx6x.updater, sdx6x.updateAgent];
  const updateBinary = await content.read(updater);
  return build.entries.get(dua)?.kind === 'file'
    ? { updateBinary, ipthDua: await content.read(dua) }
    : { updateBinary };
}
