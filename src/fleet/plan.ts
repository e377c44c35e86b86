/** Plans a fleet: pairs of versions become ways, ways become packages, and each package is made once. Pure, and the same for the same inputs. */
import { type Fault, InputError } from '../model/errors.js';
import type { Fleet, FleetJob, FleetPlan, FleetWay, KnownProduct, NoWayBack } from '../model/fleet.js';
import { mostFleetJobs } from '../model/limits/fleet.js';
import { displayName } from '../model/path.js';
import { type ProductVersions, versionsOf } from './versions.js';
import { type Hop, wayTo } from './ways.js';

/** The plan. Throws InputError for what cannot be planned: unknown versions, circles, two products with one output. */
export function planFleet(file: Fleet['file'], products: readonly KnownProduct[]): FleetPlan {
  refuseSharedOutputs(products);
  const known = products.map((product) => ({ ...product, found: versionsOf(product) }));
  const jobs: FleetJob[] = [];
  const ways: FleetWay[] = [];
  const noWayBack: NoWayBack[] = [];
  for (const product of known) {
    const planned = planProduct(product, product.found);
    jobs.push(...planned.jobs);
    ways.push(...planned.ways);
    noWayBack.push(...waysBack(planned.jobs));
    if (jobs.length > mostFleetJobs) throw tooMany(file, jobs.length);
  }
  refuseAlike(jobs, file);
  const { merged, names } = mergeEqual(jobs);
  return {
    file,
    jobs: merged,
    ways: ways.map((way) => ({ ...way, jobs: way.jobs.map((id) => names.get(id) ?? id) })),
    noWayBack,
    findings: [],
  };
}

/** The name of a package's pair, in letters that every shell and file system takes. */
function pairName(from: string, to: string): string {
  const safe = (revision: string): string =>
    displayName(revision)
      .replaceAll(/[^A-Za-z0-9._-]/g, '_')
      .replace(/^[.-]/, '_');
  return `${safe(from)}-to-${safe(to)}`;
}

function planProduct(
  { product, listFiles }: KnownProduct,
  found: ProductVersions,
): { readonly jobs: readonly FleetJob[]; readonly ways: readonly FleetWay[] } {
  const { policy } = product;
  const versions = new Map(found.order.map((version) => [version.revision, version]));
  const newest = found.targets.at(-1)?.revision;
  const hops = new Map<string, Hop & { readonly rollback: boolean; devices: number }>();
  const ways: FleetWay[] = [];
  const folder = product.name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]/, '_');
  const keyOf = ({ from, to }: Hop): string => JSON.stringify([from, to]);
  const idOf = ({ from, to }: Hop): string => `${folder}/${pairName(from, to)}`;
  for (const { revision: to } of found.targets) {
    for (const { revision: from } of found.sources) {
      if (from === to) continue;
      const way = wayTo(from, to, policy, found);
      const devices = found.devices && (found.devices.get(from) ?? 0);
      const chosen = 'hops' in way ? way.hops : [];
      for (const hop of chosen) {
        const key = keyOf(hop);
        const before = hops.get(key);
        // Where one way wants patches and another everything whole, patches serve both.
        const kind = before?.kind === 'patches' ? before.kind : hop.kind;
        const counted = (before?.devices ?? 0) + (to === newest ? (devices ?? 0) : 0);
        hops.set(key, { ...hop, kind, rollback: false, devices: counted });
      }
      ways.push({
        product: product.name,
        from: displayName(from),
        to: displayName(to),
        newest: to === newest,
        devices,
        jobs: chosen.map(idOf),
        reason: 'reason' in way ? way.reason : undefined,
      });
    }
  }
  if (product.withRollback) {
    for (const { from, to } of [...hops.values()]) {
      const back: Hop = { from: to, to: from, kind: 'patches' };
      if (!hops.has(keyOf(back))) hops.set(keyOf(back), { ...back, rollback: true, devices: 0 });
    }
  }
  const rank = new Map(found.order.map(({ revision }, at) => [revision, at]));
  const jobs = [...hops.values()]
    .sort(
      (a, b) =>
        Number(a.rollback) - Number(b.rollback) ||
        (rank.get(a.to) ?? 0) - (rank.get(b.to) ?? 0) ||
        (rank.get(a.from) ?? 0) - (rank.get(b.from) ?? 0),
    )
    .map((hop): FleetJob => {
      const [from, to] = [versions.get(hop.from), versions.get(hop.to)];
      if (from === undefined || to === undefined) throw new Error(`no digest of ${hop.from} or ${hop.to}`);
      return {
        id: idOf(hop),
        product: product.name,
        archive: product.archive,
        from: displayName(hop.from),
        to: displayName(hop.to),
        fromDigest: from.digest,
        toDigest: to.digest,
        fromContent: from.content,
        toContent: to.content,
        kind: hop.kind,
        rollback: hop.rollback,
        output: `${product.output.text.replace(/\/+$/, '')}/${pairName(hop.from, hop.to)}.zip`,
        alsoTo: [],
        lists: product.lists,
        listFiles,
        settings: product.settings,
        budget: product.budget,
        devices: found.devices && hop.devices,
      };
    });
  return { jobs, ways };
}

/** The versions that packages lead to, and from which no package leads to where the device came from. */
function waysBack(jobs: readonly FleetJob[]): readonly NoWayBack[] {
  const there = new Set(jobs.map(({ from, to }) => JSON.stringify([from, to])));
  const cameFrom = new Map<string, string[]>();
  for (const { from, to, rollback } of jobs) {
    if (rollback || there.has(JSON.stringify([to, from]))) continue;
    cameFrom.set(to, [...(cameFrom.get(to) ?? []), from]);
  }
  const [product] = jobs;
  return [...cameFrom].map(([version, from]) => ({ product: product?.product ?? '', version, cameFrom: from }));
}

/** Packages of the same builds, lists and options are the same bytes: they are made once. */
function mergeEqual(jobs: readonly FleetJob[]): {
  readonly merged: readonly FleetJob[];
  readonly names: ReadonlyMap<string, string>;
} {
  const merged = new Map<string, FleetJob>();
  const names = new Map<string, string>();
  for (const job of jobs) {
    const { fromDigest, toDigest, kind, listFiles, settings } = job;
    const { jobs: _, memory: __, ...deciding } = settings;
    const sorted = Object.entries(deciding).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([fromDigest, toDigest, kind, listFiles, sorted]);
    const before = merged.get(key);
    names.set(job.id, before?.id ?? job.id);
    merged.set(key, before === undefined ? job : joined(before, job));
  }
  return { merged: [...merged.values()], names };
}

function joined(first: FleetJob, other: FleetJob): FleetJob {
  const budgets = [first.budget, other.budget].filter((budget) => budget !== undefined);
  const devices = [first.devices, other.devices].filter((count) => count !== undefined);
  return {
    ...first,
    alsoTo: [...first.alsoTo, other.output],
    rollback: first.rollback && other.rollback,
    budget: budgets.length === 0 ? undefined : Math.min(...budgets),
    devices: devices.length === 0 ? undefined : devices.reduce((sum, count) => sum + count, 0),
  };
}

/** Where the packages of two products lie in one folder, nobody knows whose they are. */
function refuseSharedOutputs(products: readonly KnownProduct[]): void {
  const owners = new Map<string, string>();
  for (const { product } of products) {
    const folder = product.output.text.replaceAll(/\/+/g, '/').replace(/^(?:\.\/)+|\/+$/g, '');
    const other = owners.get(folder);
    if (other !== undefined) {
      throw new InputError({
        code: 'fleet-output-twice',
        place: product.output.place,
        message: `the products ${other} and ${product.name} have the same output`,
        found: product.output.text,
        remedy: 'give each product a folder of its own',
      });
    }
    owners.set(folder, product.name);
  }
}

/** Two pairs whose names differ only in letters that a file name cannot have. */
function refuseAlike(jobs: readonly FleetJob[], file: string): void {
  const faults: Fault[] = [];
  const ids = new Map<string, FleetJob>();
  for (const job of jobs) {
    const before = ids.get(job.id.toLowerCase());
    if (before !== undefined) {
      faults.push({
        code: 'fleet-output-twice',
        place: { file },
        message: 'two packages would have the same name',
        found: `${before.product}: ${before.from} to ${before.to}, and ${job.product}: ${job.from} to ${job.to}`,
        remedy: 'leave one of the versions out, or rename one of the products',
      });
    }
    ids.set(job.id.toLowerCase(), job);
  }
  if (faults.length > 0) throw new InputError(faults);
}

function tooMany(file: string, count: number): InputError {
  return new InputError({
    code: 'fleet-too-large',
    place: { file },
    message: 'the fleet has too many packages',
    found: `${count} and more`,
    expected: `at most ${mostFleetJobs}`,
    remedy: 'narrow the patterns, or set policy: back',
  });
}
