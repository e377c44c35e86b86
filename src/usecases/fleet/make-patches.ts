/** Makes patches of a pair and puts them into the cache, from where packages take them: what a worker does before a package can be made. */
import { encodingKey } from '../../encode/pool/encoding-key.js';
import { defaultWorthwhile, type EncodeBase, type EncodeTask, PatchPool } from '../../encode/pool/patch-pool.js';
import { InputError, ProofError, UsageError } from '../../model/errors.js';
import type { FleetPatchesMade, FleetPatchJob, FleetPatchTask } from '../../model/fleet.js';
import { displayName, toBuildPath, unsafeName } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { Tree } from '../../model/tree.js';
import { openArchivedTree } from '../archive/open.js';
import { shareMemory } from '../generate/memory.js';
import { archivedName, type MakingPlace } from './place.js';

/** Makes them. Without a cache there is nothing to do. Thrown is only what is no fault of the inputs: the signal's reason, or a bug. */
export async function makePatches(
  job: FleetPatchJob,
  place: MakingPlace,
  { signal }: Ports = {},
): Promise<FleetPatchesMade> {
  const none = { id: job.id, all: job.tasks.length, hits: 0, faults: [] };
  if (place.cache === undefined) return none;
  try {
    return { ...none, hits: await make(job, place, signal) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof InputError || error instanceof ProofError || error instanceof UsageError) {
      return { ...none, faults: error.faults };
    }
    throw error;
  }
}

/** How many the cache had. */
async function make(job: FleetPatchJob, place: MakingPlace, signal: AbortSignal | undefined): Promise<number> {
  const { making, cache } = place;
  const open = async (role: 'source' | 'target'): Promise<Tree> => {
    const { archive, version, ...known } = archivedName(job, role, place);
    return (await openArchivedTree(archive, version, { ...known, signal })).tree;
  };
  const [source, target] = [await open('source'), await open('target')];
  const tasks = job.tasks.map((task) => taskOf(task, source, target, job));
  const paths = source.nodes.size + target.nodes.size;
  const { workers, budget } = shareMemory(making.memory, making.jobs, tasks, paths);
  const pool = new PatchPool({ effort: job.effort, workers, memoryBudget: budget, cache, signal });
  try {
    const made = await Promise.all(tasks.map((task) => pool.encode(task)));
    return made.filter(({ fromCache }) => fromCache).length;
  } finally {
    await pool.close();
  }
}

/** The task, whose name in the cache must be the one that it is asked for by: packages would look for another. */
function taskOf(
  { key, target: path, bases }: FleetPatchTask,
  source: Tree,
  target: Tree,
  job: FleetPatchJob,
): EncodeTask {
  const task = {
    label: displayName(path),
    target: contentOf(target, path, job),
    bases: bases.map(
      ({ path: id, cost, updated }): EncodeBase => ({
        id,
        ...contentOf(updated === true ? target : source, id, job),
        cost,
      }),
    ),
  };
  if (encodingKey(task, { effort: job.effort, worthwhile: defaultWorthwhile }) === key) return task;
  throw wrongTask(job, path, 'the patch is not the one that is asked for');
}

function contentOf(tree: Tree, name: string, job: FleetPatchJob): EncodeTask['target'] {
  const path = unsafeName(name) === undefined ? toBuildPath(name) : undefined;
  const node = path && tree.nodes.get(path);
  if (path === undefined || node?.kind !== 'file') throw wrongTask(job, name, 'the build has no file of this name');
  return { ...node.content, read: () => tree.read(path) };
}

function wrongTask({ id }: FleetPatchJob, entry: string, message: string): InputError {
  return new InputError({ code: 'queue-job', place: { file: id, entry }, message, remedy: 'plan the fleet again' });
}
