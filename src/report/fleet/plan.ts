/** A plan of a fleet, for people and for machines. */
import type { FleetEstimate, FleetPatch, FleetPlan, FleetWay } from '../../model/fleet.js';
import { mostFleetRowsShown } from '../../model/limits/fleet.js';
import { findingsText } from '../findings.js';
import { showCount, showSize } from '../quantities.js';
import { tableLines } from '../table.js';
import { githubMatrix, gitlabPipeline, makefile } from './ci.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const fleetJsonVersion = 1;

/** The forms of a plan. */
export const fleetFormats = ['table', 'json', 'jsonl', 'github', 'gitlab', 'make'] as const;

/** A plan with what was asked for beside it. */
export interface FleetPlanReport {
  readonly plan: FleetPlan;
  readonly patches?: readonly FleetPatch[] | undefined;
  readonly estimates?: readonly FleetEstimate[] | undefined;
}

/** What all devices of a product download on their way to its newest version. */
export interface FleetDownload {
  readonly product: string;
  readonly to: string;
  readonly devices: number;
  /** Devices without a way. */
  readonly left: number;
  readonly bytes: number;
  /** Every package of every way is there, or all its patches are known. */
  readonly sure: boolean;
}

/** The sum over the ways to the newest version; a version that nobody counted is one device. */
export function downloadsOf({ plan, estimates = [] }: FleetPlanReport): readonly FleetDownload[] {
  const sizes = new Map(estimates.map((estimate) => [estimate.id, estimate]));
  const products = new Map<string, FleetDownload>();
  for (const { product, to, newest, devices = 1, jobs, reason } of plan.ways) {
    if (!newest) continue;
    const before = products.get(product) ?? { product, to, devices: 0, left: 0, bytes: 0, sure: true };
    const parts = jobs.map((id) => sizes.get(id));
    const each = parts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0);
    products.set(product, {
      ...before,
      devices: before.devices + devices,
      left: before.left + (reason === undefined ? 0 : devices),
      bytes: before.bytes + each * devices,
      sure:
        before.sure && parts.every((part) => part !== undefined && part.kind !== 'at-most' && part.kind !== 'estimate'),
    });
  }
  return [...products.values()];
}

/** The plan in one of its forms. */
export function fleetPlanReport(report: FleetPlanReport, format: (typeof fleetFormats)[number]): string {
  const { plan } = report;
  switch (format) {
    case 'table':
      return planText(report);
    case 'json':
      return `${JSON.stringify(planDocument(report), null, 2)}\n`;
    case 'jsonl':
      return plan.jobs.map((job) => `${JSON.stringify(job)}\n`).join('');
    case 'github':
      return githubMatrix(plan);
    case 'gitlab':
      return gitlabPipeline(plan);
    case 'make':
      return makefile(plan);
    default:
      return format satisfies never;
  }
}

function planDocument({ plan, patches, estimates }: FleetPlanReport): object {
  const downloads = estimates && downloadsOf({ plan, estimates });
  return { format: 'dfota-fleet-plan', version: fleetJsonVersion, ...plan, patches, estimates, downloads };
}

function planText({ plan, patches, estimates }: FleetPlanReport): string {
  const { jobs, findings } = plan;
  const sizes = new Map(estimates?.map((estimate) => [estimate.id, estimate]));
  const rows = jobs.slice(0, mostFleetRowsShown).map(({ id, kind, rollback, there, devices }) => {
    const size = sizes.get(id);
    return [
      there === undefined ? 'make' : 'there',
      [kind === 'whole' ? 'whole' : 'patches', rollback ? 'back' : ''].filter(Boolean).join(', '),
      devices === undefined ? '' : String(devices),
      size === undefined ? (there === undefined ? '' : showSize(there.bytes)) : sizeWords(size),
      id,
    ];
  });
  const table = tableLines(
    [
      { heading: 'state' },
      { heading: 'kind' },
      { heading: 'devices', align: 'right' },
      { heading: 'size', align: 'right' },
      { heading: 'package' },
    ],
    rows,
  );
  const there = jobs.filter((job) => job.there !== undefined).length;
  const lines = [
    ...table,
    ...(jobs.length > rows.length
      ? [`and ${showCount(jobs.length - rows.length, 'more package')}; --format json has all`]
      : []),
    `${showCount(jobs.length, 'package')}: ${there} there and proved, ${jobs.length - there} to make`,
    ...chainLines(plan.ways),
    ...(patches === undefined ? [] : [patchLine(patches)]),
    ...(estimates === undefined ? [] : downloadsOf({ plan, estimates }).map(downloadLine)),
    ...plan.noWayBack.map(
      ({ product, version, cameFrom }) =>
        `no way back: ${product} ${version}, to which devices come from ${firstOf(cameFrom)}`,
    ),
  ];
  return `${findingsText(findings)}${lines.join('\n')}\n`;
}

/** The first of them, and how many there are. */
function firstOf(versions: readonly string[]): string {
  const [first = ''] = versions;
  return versions.length < 3 ? versions.join(' and ') : `${first} and ${versions.length - 1} others`;
}

function sizeWords({ kind, bytes }: FleetEstimate): string {
  const words = { exact: '', known: 'about ', estimate: 'estimated ', 'at-most': 'at most ' };
  return `${words[kind]}${showSize(bytes)}`;
}

function chainLines(ways: readonly FleetWay[]): readonly string[] {
  return ways
    .filter(({ jobs, newest }) => newest && jobs.length > 1)
    .map(
      ({ product, from, to, jobs }) =>
        `chain: ${product} ${from} comes to ${to} by ${showCount(jobs.length, 'package')}`,
    );
}

function patchLine(patches: readonly FleetPatch[]): string {
  const uses = patches.reduce((sum, { jobs }) => sum + jobs.length, 0);
  const known = patches.filter(({ packageBytes }) => packageBytes !== undefined).length;
  return `patches: ${patches.length} different ones for ${uses} uses; ${known} are in the cache`;
}

function downloadLine({ product, to, devices, left, bytes, sure }: FleetDownload): string {
  const each = devices > left ? bytes / (devices - left) : 0;
  const lost = left === 0 ? '' : `; ${left} have no way`;
  return `download: ${product} to ${to}: ${sure ? '' : 'estimated '}${showSize(bytes)} for ${showCount(devices - left, 'device')}, ${showSize(Math.round(each))} each${lost}`;
}
