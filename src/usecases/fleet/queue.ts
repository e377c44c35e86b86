/** Fleets on many machines: `dfota fleet run --queue`, `dfota fleet worker`, `dfota fleet status`. */
import { isAbsolute, normalize } from 'node:path';
import { encoderVersion } from '../../encode/encode-file.js';
import { queueAddress } from '../../fleet/queue/connect.js';
import { runByQueue } from '../../fleet/queue/producer.js';
import { queueStatus } from '../../fleet/queue/status.js';
import { runWorker } from '../../fleet/queue/worker.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { FleetJob, FleetOutcome, FleetPackage, FleetQueueStatus } from '../../model/fleet.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { Ports } from '../../model/ports.js';
import { dfotaVersion } from '../../version.js';
import { type ArchiveCopies, archiveAddress, isArchiveUrl } from '../archive/remote.js';
import { openRunCache, type RunCache } from '../generate/open-cache.js';
import { type AwayPackage, makeAway } from './away.js';
import { fleetCache, openFleetCache } from './cache.js';
import { fetchPackage, readDelivered } from './deliver.js';
import { makePackage, missing } from './make-package.js';
import { makePatches } from './make-patches.js';
import { patchNamer } from './name-patches.js';
import type { MakingOptions } from './options.js';
import type { MakingPlace } from './place.js';
import { type FleetRequest, fleetRoot, openFleet } from './plan.js';
import { type FleetRunPorts, outcomeOf } from './run.js';
import { findPackage } from './there.js';

/** Which queue: plain data. */
export interface QueueRequest {
  /** `redis://HOST:PORT`; a password comes from DFOTA_QUEUE_PASSWORD. */
  readonly queue: string;
  /** Keeps fleets apart that share a server. */
  readonly queueName: string;
}

/** A fleet that is made by workers: plain data. */
export interface FleetQueueRequest extends FleetRequest, QueueRequest {
  /** The cache that workers share: where it is named, patches are jobs of their own. */
  readonly encoding?: Pick<MakingOptions, 'cache' | 'cacheReadOnly' | 'defaultCache'> | undefined;
}

/** What a worker does: plain data. */
export interface FleetWorkerRequest extends QueueRequest {
  /** The folder at which the paths of jobs start: that of the fleet's file, as this machine sees it, or its address: then archives and lists come by HTTP. */
  readonly root: string;
  /** The folder at which outputs start; without it `root`, or the shared cache where that is an address. */
  readonly outputs?: string | undefined;
  /** What is kept here of archives that come by HTTP. */
  readonly copies?: ArchiveCopies | undefined;
  /** Jobs at once. */
  readonly concurrency: number;
  readonly encoding: MakingOptions;
  /** Milliseconds of silence after which another worker gets the job. */
  readonly silenceMs?: number | undefined;
}

/** Ports of a worker. */
export interface FleetWorkerPorts extends Ports {
  /** A line for each thing that happens. */
  readonly onLine?: ((line: string) => void) | undefined;
}

const versions = { dfota: dfotaVersion, engine: encoderVersion };

function addressOf({ queue }: QueueRequest) {
  return queueAddress(queue, process.env.DFOTA_QUEUE_PASSWORD || undefined);
}

/**
 * Lets workers make what is not there yet, and waits for them. What they say is not believed: each package is looked at here. Throws as openFleet does, InputError
 * where the queue is gone for long, and the signal's reason; then the jobs stay in the queue, and the next run waits for them.
 */
export async function runFleetByQueue(request: FleetQueueRequest, ports: FleetRunPorts = {}): Promise<FleetOutcome> {
  const address = addressOf(request);
  const plan = await openFleet(request, ports);
  const root = fleetRoot(request.file);
  const packages = new Map<string, FleetPackage>();
  for (const { id, output, there } of plan.jobs) {
    if (there !== undefined) packages.set(id, { id, state: 'there', output, ...there, faults: [] });
  }
  const wanted = plan.jobs.filter(({ there }) => there === undefined);
  const ended = new Map<FleetJob, Parameters<Parameters<typeof runByQueue>[1]['onEnd']>[1]>();
  const tell = (item: string): void =>
    ports.onProgress?.({
      stage: 'fleet-run',
      doneBytes: 0,
      totalBytes: 0,
      doneItems: ended.size,
      totalItems: wanted.length,
      item,
    });
  for (const job of wanted) requirePlaces(job);
  const { cache } = await openSharedCache(request);
  // Pairs that are planned ahead are given up with the run.
  const planning = new AbortController();
  const signal = AbortSignal.any([planning.signal, ...(ports.signal === undefined ? [] : [ports.signal])]);
  const namer = cache && patchNamer({ root, cache, wants: versions, jobs: wanted, signal });
  try {
    if (wanted.length > 0) {
      await runByQueue(wanted, {
        address,
        name: request.queueName,
        wants: versions,
        signal: ports.signal,
        patchesOf: namer,
        onEnd: (job, end) => {
          ended.set(job, end);
          tell(job.id);
        },
      });
    }
  } finally {
    planning.abort();
  }
  for (const [job, end] of ended) {
    const made =
      'faults' in end ? failed(job, end.faults) : await arrived(job, root, end.result, { cache, signal: ports.signal });
    packages.set(job.id, made);
    ports.onPackage?.(made);
  }
  return outcomeOf(plan, packages, cache?.findings() ?? []);
}

/** The cache that the request or the file names: a user's own folder is shared with nobody. */
async function openSharedCache({ file, encoding = {} }: FleetQueueRequest): Promise<RunCache> {
  const { cache, cacheReadOnly } = await fleetCache(file, encoding);
  return openRunCache({ cache, cacheReadOnly });
}

function failed({ id, output }: FleetJob, faults: FleetPackage['faults']): FleetPackage {
  return { id, state: 'missing', output, faults };
}

interface Arriving {
  readonly cache: PatchCache | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The package that a worker says it has made: as it lies here, or as the shared cache has it. */
async function arrived(
  job: FleetJob,
  root: string,
  result: unknown,
  { cache, signal }: Arriving,
): Promise<FleetPackage> {
  const delivered = readDelivered(result);
  const look = async (): Promise<FleetPackage | undefined> => {
    const there = await findPackage(job, root);
    return there && { id: job.id, state: 'made', output: job.output, ...there, faults: [] };
  };
  try {
    let found = await look();
    if (found === undefined && delivered !== undefined && cache !== undefined) {
      if (await fetchPackage(job, root, delivered, cache, signal)) found = await look();
    }
    if (found !== undefined) return found;
  } catch (error) {
    return missing(job, error, signal);
  }
  const worker =
    typeof result === 'object' && result !== null && 'worker' in result ? String(result.worker) : 'a worker';
  return failed(job, [
    {
      code: 'queue-elsewhere',
      place: { file: job.output },
      message:
        delivered === undefined
          ? `${worker} has made the package, and it is not here`
          : `${worker} has made the package and put it into its cache, which does not give it here`,
      remedy:
        delivered === undefined
          ? 'let workers write to the same folder, by a shared disk, and name it with --root; or let them deliver by a shared cache'
          : 'name the cache of the workers with --cache, and run again: packages that it has lost are made anew',
    },
  ]);
}

/** Takes jobs until the signal. Throws UsageError and InputError where the queue cannot be used. */
export async function fleetWorker(request: FleetWorkerRequest, ports: FleetWorkerPorts = {}): Promise<void> {
  const { signal = new AbortController().signal, onLine = () => {} } = ports;
  const address = addressOf(request);
  const { cache, findings } = await openFleetCache(request.encoding);
  for (const { message, found } of [...findings, ...(cache?.findings() ?? [])]) {
    onLine([message, found].filter(Boolean).join(': '));
  }
  const { root, outputs, copies } = request;
  const place = { root, outputs, copies, making: request.encoding, cache };
  if (isArchiveUrl(root)) requireWayOut(archiveAddress(root), outputs, cache);
  const told = new Set((cache?.findings() ?? []).map(({ code }) => code));
  // A cache that begins to fail is told once, when the work that met it is done.
  const tellCache = <Made>(made: Made): Made => {
    for (const { code, message, found } of cache?.findings() ?? []) {
      if (!told.has(code)) onLine([message, found].filter(Boolean).join(': '));
      told.add(code);
    }
    return made;
  };
  await runWorker({
    address,
    name: request.queueName,
    has: versions,
    concurrency: request.concurrency,
    signal,
    onLine,
    silenceMs: request.silenceMs,
    make: async (job) => tellCache(await makeHere(job, place, { signal })),
    makePatches: async (job) => {
      requireInside(job.id, [job.archive], root);
      return tellCache(await makePatches(job, place, { signal }));
    },
  });
}

/** What is made where no folder is shared must get to the run. Throws UsageError. */
function requireWayOut(root: string, outputs: string | undefined, cache: PatchCache | undefined): void {
  if (outputs !== undefined || cache?.contents !== undefined) return;
  throw new UsageError({
    code: 'usage',
    message: 'builds come by HTTP, and nothing says where packages go',
    found: `--root ${root}`,
    remedy: 'name the shared cache with --cache https://…, or a folder with --output',
  });
}

async function makeHere(job: FleetJob, place: MakingPlace, ports: Ports): Promise<AwayPackage> {
  const { root, outputs } = place;
  try {
    requirePlaces(job, root);
    const isAway = isArchiveUrl(root);
    const here = outputs ?? (isAway ? undefined : root);
    // Another worker may have finished it before it was lost.
    const there = here === undefined ? undefined : await findPackage(job, here);
    if (there !== undefined && !isAway) {
      return { id: job.id, state: 'there', output: job.output, ...there, faults: [] };
    }
    return await (isAway ? makeAway(job, place, ports) : makePackage(job, place, ports));
  } catch (error) {
    return missing(job, error, ports.signal);
  }
}

function requirePlaces({ id, output, alsoTo, archive, lists }: FleetJob, root?: string): void {
  requireInside(id, [output, ...alsoTo]);
  requireInside(id, [archive, ...(lists === undefined ? [] : [lists])], root);
}

/**
 * Whoever can put a job into the queue must not choose any file of a worker's machine, nor any server that gets its token. An address is let through below the
 * root of the worker, where that is one; and by the run, which asks nobody. Throws InputError.
 */
function requireInside(id: string, paths: readonly string[], root?: string): void {
  for (const path of paths) {
    if (isArchiveUrl(path)) {
      if (root === undefined || (isArchiveUrl(root) && archiveAddress(path).startsWith(`${archiveAddress(root)}/`)))
        continue;
    } else {
      const plain = normalize(path);
      if (!isAbsolute(plain) && !/^\.\.(?:[\\/]|$)/.test(plain)) continue;
    }
    throw new InputError({
      code: 'queue-job',
      place: { file: path },
      message: `the job ${id} has a path outside of the folder of the fleet, where workers neither read nor write`,
      remedy: 'let archive, lists and output of the product lie below the folder of fleet.yaml',
    });
  }
}

/** What is in the queue. Throws UsageError and InputError. */
export async function fleetStatus(request: QueueRequest): Promise<FleetQueueStatus> {
  return queueStatus(addressOf(request), request.queueName);
}
