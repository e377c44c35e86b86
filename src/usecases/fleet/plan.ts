/** Plans a fleet out of its file: `dfota fleet plan`. */
import { dirname, join } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { planFleet } from '../../fleet/plan.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import { parseField } from '../../input/fleet/read-field.js';
import { parseFleet, sharedConfiguration } from '../../input/fleet/read-fleet.js';
import { UsageError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { Fleet, FleetJob, FleetPlan, FleetVersion, KnownProduct } from '../../model/fleet.js';
import { largestFieldBytes, largestFleetBytes } from '../../model/limits/fleet.js';
import { nearest } from '../../model/nearest.js';
import type { Ports } from '../../model/ports.js';
import { indexedBuild } from '../../store/archive/index-file.js';
import { readRemoteIndex } from '../../store/archive/remote.js';
import { readManifests } from '../../store/archive/store.js';
import { isArchiveUrl, remoteArchive } from '../archive/remote.js';
import { openConfiguration } from '../configuration/open-configuration.js';
import { readLists } from '../open-inputs.js';
import { jobOptions } from './options.js';
import { placed } from './place.js';
import { findPackage } from './there.js';

/** Which fleet, and what of it: plain data. */
export interface FleetRequest {
  /** fleet.yaml. */
  readonly file: string;
  /** Ids of packages, or of products: nothing else is planned. */
  readonly only?: readonly string[] | undefined;
  /** Also the packages that lead back, whatever the file says. */
  readonly withRollback?: boolean | undefined;
}

/** The folder at which the paths of a fleet start. */
export function fleetRoot(file: string): string {
  return dirname(file);
}

/** The plan, with what is there already. Throws InputError for everything that is wrong in the file, UsageError for unknown names. */
export async function openFleet(request: FleetRequest, { onProgress, signal }: Ports = {}): Promise<FleetPlan> {
  const fleet = await openFleetFile(request.file);
  const root = fleetRoot(request.file);
  const findings: Finding[] = [];
  const known: KnownProduct[] = [];
  const archives = new Map<string, readonly FleetVersion[]>();
  for (const said of fleet.products) {
    const product = request.withRollback === true ? { ...said, withRollback: true } : said;
    const archive = placed(root, product.archive);
    const versions = archives.get(archive) ?? (await readVersions(archive, findings));
    archives.set(archive, versions);
    const table = product.field && join(root, product.field.text);
    const lists = await readLists(product.lists === undefined ? undefined : join(root, product.lists));
    known.push({
      product,
      versions,
      field: table === undefined ? undefined : await readField(table),
      listFiles: lists.files.map(({ name, sha256 }) => ({ name, sha256 })),
    });
  }
  const plan = planFleet(fleet.file, known);
  const chosen = chooseJobs(plan, request.only);
  const jobs: FleetJob[] = [];
  for (const job of chosen) {
    signal?.throwIfAborted();
    // A wrong option is told now, not in the middle of the work.
    jobOptions(job);
    jobs.push({ ...job, there: await findPackage(job, root) });
    const [doneItems, totalItems] = [jobs.length, chosen.length];
    onProgress?.({ stage: 'fleet-plan', doneBytes: 0, totalBytes: 0, doneItems, totalItems, item: job.id });
  }
  return { ...plan, jobs, findings: [...findings, ...leftFindings(plan)] };
}

/** The file of a fleet, with the configuration that it shares products with. Throws InputError with all that is wrong. */
export async function openFleetFile(file: string): Promise<Fleet> {
  const read = { limit: largestFleetBytes, code: 'configuration-too-large', what: 'the file of a fleet' } as const;
  const text = utf8Text(await readBounded(file, read));
  const shared = sharedConfiguration(text, file);
  const configuration = shared && (await openConfiguration({ file: join(fleetRoot(file), shared.text) }));
  return parseFleet(text, file, configuration);
}

async function readField(file: string): Promise<KnownProduct['field']> {
  const read = { limit: largestFieldBytes, code: 'fleet-field', what: 'a table of versions' } as const;
  return parseField(utf8Text(await readBounded(file, read)), file);
}

async function readVersions(archive: string, findings: Finding[]): Promise<readonly FleetVersion[]> {
  if (isArchiveUrl(archive)) return readRemoteIndex(await remoteArchive(archive));
  const { manifests, errors } = await readManifests(archive);
  findings.push(...errors.flatMap(({ faults }) => faults.map((fault): Finding => ({ ...fault, severity: 'error' }))));
  return manifests.map(indexedBuild);
}

function chooseJobs({ jobs }: FleetPlan, only: readonly string[] | undefined): readonly FleetJob[] {
  if (only === undefined) return jobs;
  const names = new Set(only);
  const known = new Set(jobs.flatMap(({ id, product }) => [id, product]));
  const wrong = [...names].filter((name) => !known.has(name));
  if (wrong.length === 0) return jobs.filter(({ id, product }) => names.has(id) || names.has(product));
  throw new UsageError(
    wrong.map((found) => {
      const meant = nearest(found, known);
      return {
        code: 'fleet-job-unknown',
        message: 'the plan has no package and no product of this name',
        found,
        remedy: meant === undefined ? 'dfota fleet plan shows the names' : `did you mean ${meant}?`,
      };
    }),
  );
}

/** Who is left without a way to the newest version. */
function leftFindings({ ways, file }: FleetPlan): readonly Finding[] {
  return ways
    .filter(({ newest, reason }) => newest && reason !== undefined)
    .map(({ product, from, to, reason, devices }) => ({
      severity: 'warning',
      code: 'fleet-left',
      place: { file, entry: product },
      message: `no way leads from ${from} to the newest version ${to}`,
      found: [
        reason === 'downgrade'
          ? 'it is the later one, and the policy forbids a downgrade'
          : 'it is further back than the policy goes',
        devices === undefined ? '' : `${devices} devices`,
      ]
        .filter(Boolean)
        .join(', '),
      remedy:
        reason === 'downgrade' ? 'name a later target' : 'raise policy: back, or say policy: beyond: chain or whole',
    }));
}
