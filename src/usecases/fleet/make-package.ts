/** Makes the package of one job, and proves it: here for a run on this machine, and in a worker of a queue. */
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeOutput } from '../../files/output.js';
import { asOutputError } from '../../files/system-error.js';
import type { OpenBuild } from '../../model/build.js';
import { InputError, ProofError, UsageError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { FleetJob, FleetPackage } from '../../model/fleet.js';
import type { Ports } from '../../model/ports.js';
import { isArchiveUrl } from '../archive/remote.js';
import { generatePackage } from '../generate/generate.js';
import { packageRecord, recordFile } from '../generate/record.js';
import { holdOutputsApart } from '../hold-apart.js';
import { type Lists, readLists, withBuild } from '../open-inputs.js';
import { jobOptions } from './options.js';
import { archivedName, type MakingPlace } from './place.js';

/**
 * Makes a package: it is there with its record, proved, or it is missing and says why. Thrown is only what is no fault of the inputs: the signal's reason,
 * or a bug.
 */
export async function makePackage(job: FleetJob, place: MakingPlace, ports: Ports = {}): Promise<FleetPackage> {
  try {
    const name = archivedName(job, 'target', place);
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
  const { root, outputs = root, cache } = place;
  const { jobs, memory } = place.making;
  const options = jobOptions(job, { jobs, memory });
  const output = join(outputs, job.output);
  const listsFolder = place.lists ?? (job.lists === undefined ? undefined : join(root, job.lists));
  const source = archivedName(job, 'source', place);
  await holdOutputsApart(
    {
      whole: [['the archive', isArchiveUrl(source.archive) ? undefined : source.archive]],
      lists: listsFolder,
    },
    [{ role: 'the output', path: dirname(output), kind: 'store' }],
  );
  const lists = await readLists(listsFolder);
  refuseOtherLists(job, lists);
  for (const path of [output, ...job.alsoTo.map((other) => join(outputs, other))]) {
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
    const spoken = new Map([
      [source.archive, job.archive],
      [listsFolder, job.lists],
    ]);
    const generated = await generatePackage(
      { source: from, target, ...lists },
      { ...options, output },
      {
        ...ports,
        cache,
        beside: async (made) => {
          const findings = made.findings.map((finding) => asInFile(finding, spoken));
          return [recordFile(output, packageRecord(inputs, { ...made, findings }))];
        },
      },
    );
    for (const other of job.alsoTo) await copyPackage(output, join(outputs, other), ports.signal);
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

/** A finding with the paths of the fleet's file in place of those of this machine. */
function asInFile(finding: Finding, spoken: ReadonlyMap<string | undefined, string | undefined>): Finding {
  const file = finding.place?.file;
  if (file === undefined) return finding;
  for (const [here, said] of spoken) {
    if (here === undefined || said === undefined || !file.startsWith(here)) continue;
    const rest = file.slice(here.length);
    if (rest === '' || /^[/\\#]/.test(rest)) return { ...finding, place: { ...finding.place, file: `${said}${rest}` } };
  }
  return finding;
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
