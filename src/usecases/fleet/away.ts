/** Makes packages where nothing of the fleet's folder is: lists come by HTTP like the builds, and the package goes to the shared cache, or to a folder of the worker. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBytes } from '../../files/output.js';
import { withTemporaryFolder } from '../../files/temporary.js';
import { sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import type { FleetJob, FleetPackage } from '../../model/fleet.js';
import { largestListBytes } from '../../model/limits.js';
import type { Ports } from '../../model/ports.js';
import { readRemoteFile } from '../../store/archive/remote.js';
import { remoteArchive } from '../archive/remote.js';
import { listPath } from '../open-inputs.js';
import { type DeliveredPackage, deliverPackage } from './deliver.js';
import { makePackage, missing } from './make-package.js';
import { type MakingPlace, placed } from './place.js';

/** A package of a worker, and where in the shared cache it lies. */
export type AwayPackage = FleetPackage & { readonly delivered?: DeliveredPackage | undefined };

/** Makes it. What is wrong is a missing package; thrown is only what is no fault of the inputs. */
export async function makeAway(job: FleetJob, place: MakingPlace, ports: Ports): Promise<AwayPackage> {
  try {
    return await withTemporaryFolder('dfota-worker', async (folder) => {
      const lists = job.lists === undefined ? undefined : join(folder, 'lists');
      if (lists !== undefined) await fetchLists(job, lists, place.root);
      const outputs = place.outputs ?? join(folder, 'packages');
      const made = await makePackage(job, { ...place, lists, outputs }, ports);
      if (made.state === 'missing' || place.cache?.contents === undefined) return made;
      return { ...made, delivered: await deliverPackage(join(outputs, job.output), place.cache) };
    });
  } catch (error) {
    return missing(job, error, ports.signal);
  }
}

async function fetchLists({ lists = '', listFiles }: FleetJob, folder: string, root: string): Promise<void> {
  const remote = await remoteArchive(placed(root, lists));
  await mkdir(folder, { recursive: true });
  for (const { name, sha256 } of listFiles) {
    const bytes = /^[\w.-]+$/.test(name) ? await readRemoteFile(remote, name, largestListBytes) : undefined;
    if (bytes === undefined || sha256Of(bytes) !== sha256) {
      throw new InputError({
        code: 'fleet-inputs-changed',
        place: { file: `${remote.url}/${name}` },
        message:
          bytes === undefined
            ? 'the server has no such list'
            : 'the list on the server is not the one that the plan was made with',
        expected: sha256,
        remedy: 'bring the lists of the fleet to the server, and plan again',
      });
    }
    await writeBytes(listPath(folder, name), bytes);
  }
}
