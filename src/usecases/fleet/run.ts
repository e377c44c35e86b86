/** Makes all packages of a fleet on this machine: `dfota fleet run`. */
import { dirname, join } from 'node:path';
import type { Finding } from '../../model/finding.js';
import type { FleetJob, FleetOutcome, FleetPackage, FleetPlan } from '../../model/fleet.js';
import type { Ports } from '../../model/ports.js';
import { isArchiveUrl } from '../archive/remote.js';
import { cacheFolder } from '../generate/open-cache.js';
import { holdOutputsApart } from '../hold-apart.js';
import { fleetCache, openFleetCache } from './cache.js';
import { makePackage } from './make-package.js';
import type { MakingOptions } from './options.js';
import { placed } from './place.js';
import { type FleetRequest, fleetRoot, openFleet } from './plan.js';
import { inLanes, shareMachine } from './share.js';

/** Which fleet, and how its packages are made: plain data. */
export interface FleetRunRequest extends FleetRequest {
  readonly encoding: MakingOptions;
  /** A page that the caller writes afterwards: held apart from what is read and made. */
  readonly report?: string | undefined;
}

/** The ports of all, and who is told of each package as soon as it is made or missing. */
export interface FleetRunPorts extends Ports {
  readonly onPackage?: ((made: FleetPackage) => void) | undefined;
}

/**
 * Makes what is not there yet. A package that cannot be made keeps no other from it: the outcome says why it is missing. What was made before an
 * interruption is there for the next run. Throws as openFleet does, and the signal's reason.
 */
export async function runFleet(request: FleetRunRequest, ports: FleetRunPorts = {}): Promise<FleetOutcome> {
  const plan = await openFleet(request, ports);
  const making = await fleetCache(request.file, request.encoding);
  await holdFleetApart(plan, { ...request, encoding: making });
  const { cache, findings } = await openFleetCache(making);
  const root = fleetRoot(request.file);
  const packages = new Map<string, FleetPackage>();
  for (const { id, output, there } of plan.jobs) {
    if (there !== undefined) packages.set(id, { id, state: 'there', output, ...there, faults: [] });
  }
  const wanted = plan.jobs.filter(({ there }) => there === undefined);
  const underWay = new Set<string>();
  const tell = (): void => {
    const doneItems = wanted.filter(({ id }) => packages.has(id)).length;
    const item = [...underWay].join(', ');
    ports.onProgress?.({ stage: 'fleet-run', doneBytes: 0, totalBytes: 0, doneItems, totalItems: wanted.length, item });
  };
  const cramped: FleetJob[] = [];
  const makeAll = (jobs: readonly FleetJob[], atOnce: number, each: MakingOptions): Promise<void> =>
    inLanes(jobs, atOnce, async (job) => {
      ports.signal?.throwIfAborted();
      underWay.add(job.id);
      tell();
      const made = await makePackage(job, { root, making: each, cache }, { signal: ports.signal });
      underWay.delete(job.id);
      if (atOnce > 1 && made.faults.some(({ code }) => code === 'memory-option')) {
        cramped.push(job);
        return;
      }
      packages.set(made.id, made);
      ports.onPackage?.(made);
      tell();
    });
  const { atOnce, each } = shareMachine(making, wanted.length);
  await makeAll(wanted, atOnce, each);
  // What does not fit beside others gets all of the memory that was promised.
  await makeAll([...cramped], 1, making);
  return outcomeOf(plan, packages, [...findings, ...(cache?.findings() ?? [])]);
}

/** Throws UsageError where what is written would cost an archive, a list or the file itself. */
async function holdFleetApart({ jobs }: FleetPlan, { file, report, encoding }: FleetRunRequest): Promise<void> {
  const root = fleetRoot(file);
  const inputs = new Set(jobs.map(({ archive }) => placed(root, archive)).filter((name) => !isArchiveUrl(name)));
  const folders = new Set(
    jobs.flatMap(({ output, alsoTo }) => [output, ...alsoTo]).map((path) => dirname(join(root, path))),
  );
  const cache = cacheFolder(encoding.cache);
  await holdOutputsApart(
    {
      whole: [['the file of the fleet', file], ...[...inputs].map((path): [string, string] => ['the archive', path])],
    },
    [
      ...[...folders].map((path) => ({ role: 'the output', path, kind: 'store' }) as const),
      ...(cache === undefined ? [] : [{ role: 'the cache', path: cache, kind: 'store' } as const]),
      ...(report === undefined ? [] : [{ role: 'the report', path: report, kind: 'text' } as const]),
    ],
  );
}

/** The outcome of a plan, with what is too large and what is missing. */
export function outcomeOf(
  plan: FleetPlan,
  packages: ReadonlyMap<string, FleetPackage>,
  findings: readonly Finding[],
): FleetOutcome {
  const all = plan.jobs.map(
    ({ id, output }): FleetPackage => packages.get(id) ?? { id, state: 'missing', output, faults: [] },
  );
  const budgets = new Map(plan.jobs.map(({ id, budget }) => [id, budget]));
  const large = all.flatMap(({ id, output, bytes = 0 }): Finding[] => {
    const budget = budgets.get(id);
    if (budget === undefined || bytes <= budget) return [];
    return [
      {
        severity: 'error',
        code: 'fleet-budget-exceeded',
        place: { file: output },
        message: 'the package is larger than its budget',
        found: `${bytes} bytes`,
        expected: `at most ${budget} bytes`,
        remedy: 'see with dfota audit what it is made of, or raise the budget',
      },
    ];
  });
  return { plan, packages: all, findings: [...plan.findings, ...findings, ...large] };
}
