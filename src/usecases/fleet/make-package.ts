/** Makes the package of one job, and proves it: here for a run on this machine, and in a worker of a queue. */
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeOutput } from '../../files/output.js';
import { asOutputError } from '../../files/system-error.js';
import type { OpenBuild } from '../../model/build.js';
import { InputError, ProofError, UsageError } from '../../model/errors.js';
import type { FleetJob, FleetPackage } from '../../model/fleet.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { Ports } from '../../model/ports.js';
import { generatePackage } from '../generate/generate.js';
import { packageRecord, recordFile } from '../generate/record.js';
import { holdOutputsApart } from '../hold-apart.js';
import { type ArchivedName, type Lists, readLists, withBuild } from '../open-inputs.js';
import { jobOptions, type MakingOptions } from './options.js';

/** Where a job is made, and how. */
export interface MakingPlace {
  /** The folder at which the paths of the job start. */
  readonly root: string;
  readonly making: MakingOptions;
  /** Opened once for all jobs. */
  readonly cache: PatchCache | undefined;
}

/** The builds of a job, by the digests that the plan knows. */
export function archivedName(
  job: Pick<FleetJob, 'archive' | 'from' | 'to' | 'fromDigest' | 'toDigest'>,
  role: 'source' | 'target',
  root: string,
): Required<ArchivedName> {
  const [version, digest] = role === 'source' ? [job.from, job.fromDigest] : [job.to, job.toDigest];
  return { archive: join(root, job.archive), version, digest };
}

/**
 * Makes a package: it is there with its record, proved, or it is missing and says why. Thrown is only what is no fault of the inputs: the signal's reason,
 * or a bug.
 */
export async function makePackage(job: FleetJob, place: MakingPlace, ports: Ports = {}): Promise<FleetPackage> {
  try {
    const name = archivedName(job, 'target', place.root);
    return await withBuild(name, 'target', jobOptions(job), ports, (target) => make(job, target, place, ports));
  } catch (error) {
    return missing(job, error, ports.signal);
  }
}

/** A package that could not be made. Throws what is no fault of the inputs. */
export function missing(job: FleetJob, error: unknown, signal: AbortSignal | undefined): FleetPackage {
  signal?.throwIfAborted();
  if (error instanceof InputError || error instanceof ProofError || error instanceof UsageError) {
    return { id: job.id, state: 'missing', output: job.output, faults: error.faults };
  }
  throw error;
}

async function make(job: FleetJob, target: OpenBuild, place: MakingPlace, ports: Ports): Promise<FleetPackage> {
  const { root, cache } = place;
  const { jobs, memory } = place.making;
  const options = jobOptions(job, { jobs, memory });
  const output = join(root, job.output);
  const listsFolder = job.lists === undefined ? undefined : join(root, job.lists);
  const source = archivedName(job, 'source', root);
  await holdOutputsApart({ whole: [['the archive', source.archive]], lists: listsFolder }, [
    { role: 'the output', path: dirname(output), kind: 'store' },
  ]);
  const lists = await readLists(listsFolder);
  refuseOtherLists(job, lists);
  for (const path of [output, ...job.alsoTo.map((other) => join(root, other))]) {
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw asOutputError(error, path);
    });
  }
  return withBuild(source, 'source', options, ports, async (from) => {
    const inputs = {
      source: from.build,
      target: target.build,
      // As the file says it: the record is the same wherever the run stands.
      sourceName: { archive: job.archive, version: job.from },
      targetName: { archive: job.archive, version: job.to },
      listsFolder: job.lists,
      lists: lists.files,
      options,
    };
    const generated = await generatePackage(
      { source: from, target, ...lists },
      { ...options, output },
      { ...ports, cache, beside: async (made) => [recordFile(output, packageRecord(inputs, made))] },
    );
    for (const other of job.alsoTo) await copyPackage(output, join(root, other), ports.signal);
    const { verification, output: written, cached } = generated;
    const cuts = verification?.powerCuts;
    return {
      id: job.id,
      state: 'made',
      output: job.output,
      bytes: written.size,
      sha256: written.sha256,
      proof: verification && `${verification.profile}, ${cuts?.tried ?? 0} of ${cuts?.points ?? 0} power cuts`,
      cached,
      faults: [],
    };
  });
}

/** The package and its record get their names one after the other; a package without a record is made again. */
async function copyPackage(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  for (const ending of ['', '.json']) {
    await writeOutput(
      `${to}${ending}`,
      async ({ write }) => {
        for await (const chunk of createReadStream(`${from}${ending}`)) {
          if (chunk instanceof Uint8Array) await write(chunk);
        }
      },
      { signal },
    );
  }
}

function refuseOtherLists(job: FleetJob, lists: Lists): void {
  const found = lists.files.map(({ name, sha256 }) => ({ name, sha256 }));
  if (JSON.stringify(found) === JSON.stringify(job.listFiles)) return;
  throw new InputError({
    code: 'fleet-inputs-changed',
    place: { file: job.lists ?? 'starter lists' },
    message: 'the list files are not those that the plan was made with',
    found: found.map(({ name }) => name).join(', ') || 'none',
    expected: job.listFiles.map(({ name, sha256 }) => `${name} ${sha256.slice(0, 12)}`).join(', ') || 'none',
    remedy: 'plan again; on another machine, bring the same lists there',
  });
}
