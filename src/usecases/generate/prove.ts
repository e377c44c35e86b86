import type { Entry } from '../../model/build.js';
import { ProofError } from '../../model/errors.js';
import { isMinorImage, sdx6x } from '../../model/layout.js';
import type { DeviceLimits } from '../../model/needs.js';
import type { BuildPath } from '../../model/path.js';
import type { SettledPlan } from '../../model/plan.js';
import type { Ports } from '../../model/ports.js';
import type { Verification } from '../../model/verification.js';
import type { OpenInputs } from '../open-inputs.js';
import { bytesOf, type ProfileName, verifyPackage } from '../verify/verify.js';
import { knownFrom, type ProvedPatch } from './proved-patches.js';

/** How the package is proved before it gets its name. */
export interface VerifyOptions {
  /** `full` takes the power away at every point, `quick` at a few, `off` proves nothing. */
  readonly level: 'full' | 'quick' | 'off';
  readonly profile: ProfileName;
  /** What `getprop` gives on the simulated module, by name. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Programs that the script may run: known to work and to change nothing. */
  readonly allowedPrograms?: readonly string[] | undefined;
  /** Bytes of an erase block of the module's flash. */
  readonly eraseBlock?: number | undefined;
}

interface ProofOptions {
  readonly verify: VerifyOptions;
  readonly limits: DeviceLimits;
  readonly output: string;
}

/** Power cuts that a quick proof tries. */
const quickCuts = 24;

/** What the module shall hold afterwards: the outcome of SYSTEM, and the images that the package writes. */
function expectedEntries(plan: SettledPlan): ReadonlyMap<BuildPath, Entry> {
  const expected = new Map(plan.outcome);
  for (const { path, source, target, operations } of plan.decisions.values()) {
    const written = operations.some(({ kind }) => kind === 'patch-partition' || kind === 'write-partition');
    const entry = written ? target : path === sdx6x.bootImage ? source : undefined;
    if (entry !== undefined) expected.set(path, entry);
  }
  return expected;
}

/** Partition names of the images that the package writes, as the simulated module knows them. */
function writtenImages(plan: SettledPlan): ReadonlyMap<BuildPath, string> {
  const images = new Map<BuildPath, string>();
  for (const { operations } of plan.decisions.values())
    for (const op of operations)
      if (op.kind === 'write-partition' && isMinorImage(op.path)) images.set(op.path, op.partition.device);
  return images;
}

/** What is to be done about a package that is not proved. */
function remedyFor({ bootUpdate }: SettledPlan, { powerCuts, outside }: Verification): string {
  const inWrite = powerCuts?.failures.some(({ effect }) => effect.includes('of a partition'));
  if (bootUpdate === 'in-place' && outside.length === 0 && inWrite === true) {
    return 'a kernel that is patched in place is lost when the power fails while it is written, once or twice: write it with --boot-update resumable (the default) or whole; who accepts the risk gives --verify off';
  }
  return 'this is an error in dfota unless a list or a limit forbids the update: please report it with both builds';
}

/** Proves the finished file as the options ask; `undefined` when they ask for no proof. Throws ProofError. */
export async function provePackage(
  file: string,
  { source, target }: Pick<OpenInputs, 'source' | 'target'>,
  { plan, proved }: { readonly plan: SettledPlan; readonly proved: readonly ProvedPatch[] },
  { verify, limits, output }: ProofOptions,
  ports: Ports,
): Promise<Verification | undefined> {
  if (verify.level === 'off') return undefined;
  const verification = await verifyPackage(
    {
      source,
      expected: expectedEntries(plan),
      images: writtenImages(plan),
      // the full proof applies every patch again
      known: verify.level === 'full' ? bytesOf(target) : knownFrom(proved, target),
    },
    {
      packagePath: file,
      profile: verify.profile,
      powerCuts: verify.level === 'full' ? 'all' : quickCuts,
      cacheSize: limits.cacheSize,
      systemFree: limits.systemFree,
      usrdataFree: limits.usrdataFree,
      eraseBlock: verify.eraseBlock,
      properties: verify.properties,
      allowedPrograms: verify.allowedPrograms,
    },
    ports,
  );
  if (verification.proved) return { ...verification, packageOrigin: output };
  const first = verification.differences
    .slice(0, 5)
    .map(
      ({ path, what, found, expected }) =>
        `${path}: ${what}, found ${found ?? 'nothing'}, expected ${expected ?? 'nothing'}`,
    );
  throw new ProofError({
    code: 'package-not-proved',
    place: { file: output },
    message: `on the simulated device (${verification.profile}) the package does not lead to the target, and was not written`,
    found: [
      `${verification.status} with code ${verification.deviceCode}`,
      verification.message ?? '',
      ...verification.outside.slice(0, 3).map(({ message }) => message),
      ...first,
    ]
      .concat(
        (verification.powerCuts?.failures ?? [])
          .slice(0, 3)
          .map(({ effect, status, message }) => `after a power cut (${effect}): ${status} ${message ?? ''}`),
      )
      .filter((line) => line !== '')
      .join('; '),
    remedy: remedyFor(plan, verification),
  });
}
