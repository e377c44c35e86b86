/** Sweeps of all power cuts over hand-written packages, with and without what is known of earlier starts. */
import { judgeOf, standardOf } from '../../../src/device/judge.js';
import { isInWrite, selectPoints, sweepResult, tryPoints } from '../../../src/device/power-cuts.js';
import type { Reuse } from '../../../src/device/reuse/reuse.js';
import { type Attempt, type Installation, startPackage } from '../../../src/device/run.js';
import type { OpenBuild } from '../../../src/model/build.js';
import type { PowerCuts } from '../../../src/model/verification.js';
import type { PackageSpec } from '../../support/device.js';
import { installed } from '../../support/installed.js';

/** What a sweep has shown. */
export interface Swept {
  /** Of the run without cuts. */
  readonly uncut: Attempt;
  readonly cuts: PowerCuts;
}

/** How the module is made, and how much a start may visit. */
export type SweepOptions = Parameters<typeof installed>[2] & { readonly mostVisits?: number | undefined };

/** Sweeps the same package once for each of the ways to reuse; undefined where it does not run to its end without a cut. */
export async function sweepEach(
  source: OpenBuild,
  spec: PackageSpec,
  ways: readonly (Reuse | undefined)[],
  { mostVisits, ...options }: SweepOptions = {},
): Promise<readonly Swept[] | undefined> {
  const { installation: made, close } = await installed(source, spec, options);
  const installation = mostVisits === undefined ? made : { ...made, mostVisits };
  try {
    const swept: Swept[] = [];
    for (const reuse of ways) {
      const one = await sweepOnce(installation, source, reuse);
      if (one === undefined) return undefined;
      swept.push(one);
    }
    return swept;
  } finally {
    await close();
  }
}

async function sweepOnce(
  installation: Installation,
  { build }: OpenBuild,
  reuse: Reuse | undefined,
): Promise<Swept | undefined> {
  const { module, script, store } = installation;
  let count = 0;
  const inWrites: number[] = [];
  const uncut = await startPackage(installation, module.flash, {
    onEffect: (_, effect) => {
      count++;
      if (isInWrite(effect)) inWrites.push(count);
    },
  });
  if (uncut.status !== 'succeeded' || uncut.reached.length > 0) return undefined;
  const judge = judgeOf(standardOf(module, script, {}, build.entries), uncut.flash, store, script);
  const points = { count, inWrites };
  const chosen = selectPoints(points, 'all');
  const trying = { onTried: () => {}, everySecondCut: true, reuse };
  return { uncut, cuts: sweepResult(points, chosen, [await tryPoints(installation, judge, chosen, trying)]) };
}
