/** What a run of a fleet came to, for people and for machines. */
import type { FleetOutcome, FleetPackage } from '../../model/fleet.js';
import { findingsText } from '../findings.js';
import type { Report } from '../inspection.js';
import { showCount, showSize } from '../quantities.js';
import { tableLines } from '../table.js';
import { fleetJsonVersion } from './plan.js';

/** 1 when a package is missing or a finding is an error. */
export function outcomeCode({ packages, findings }: FleetOutcome): 0 | 1 {
  const missing = packages.some(({ state }) => state === 'missing');
  return missing || findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** A line for each package, then who is left, and why what is missing is. */
export function outcomeText(outcome: FleetOutcome): Report {
  const { plan, packages, findings } = outcome;
  const budgets = new Map(plan.jobs.map(({ id, budget }) => [id, budget]));
  const table = tableLines(
    [
      { heading: 'state' },
      { heading: 'size', align: 'right' },
      { heading: 'budget', align: 'right' },
      { heading: 'cache', align: 'right' },
      { heading: 'proof' },
      { heading: 'package' },
    ],
    packages.map((each) => [
      each.state,
      each.bytes === undefined ? '' : showSize(each.bytes),
      showBudget(budgets.get(each.id)),
      each.cached === undefined ? '' : `${each.cached.hits}/${each.cached.all}`,
      each.proof ?? (each.state === 'missing' ? '' : 'none'),
      each.id,
    ]),
  );
  const missing = packages.flatMap(({ id, faults }) => [
    ...(faults.length === 0 ? [] : [`missing: ${id}`]),
    ...faults.map((fault) => findingsText([{ ...fault, severity: 'error' }]).trimEnd()),
  ]);
  const back = plan.noWayBack.map(({ product, version }) => `no way back: ${product} ${version}`);
  return {
    text: `${[findingsText(findings).trimEnd(), ...missing, ...table, ...back, sumOf(packages)].filter((line) => line !== '').join('\n')}\n`,
    exitCode: outcomeCode(outcome),
  };
}

function showBudget(budget: number | undefined): string {
  return budget === undefined ? '' : showSize(budget);
}

function sumOf(packages: readonly FleetPackage[]): string {
  const count = (state: FleetPackage['state']): number => packages.filter((each) => each.state === state).length;
  const bytes = packages.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  const hits = packages.reduce((sum, { cached }) => sum + (cached?.hits ?? 0), 0);
  const all = packages.reduce((sum, { cached }) => sum + (cached?.all ?? 0), 0);
  const cache = all === 0 ? '' : `; ${hits} of ${all} patches and files came from the cache`;
  return `${showCount(packages.length, 'package')}, ${showSize(bytes)}: ${count('made')} made, ${count('there')} there before, ${count('missing')} missing${cache}`;
}

/** The outcome as plain data. */
export function outcomeJson(outcome: FleetOutcome): Report {
  const document = { format: 'dfota-fleet-outcome', version: fleetJsonVersion, ...outcome };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: outcomeCode(outcome) };
}
