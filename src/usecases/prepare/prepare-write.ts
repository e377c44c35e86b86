/** Writes a prepared target. */
import type { BuildPath } from '../../model/path.js';
import type { Preparation } from '../../model/preparation.js';
import type { PreparedEntry } from '../../model/prepared-tree.js';
import type { ReadOptions } from '../../model/tree.js';
import { writeTargetFiles } from '../write-targetfiles.js';
import type { PrepareRequest } from './prepare-request.js';

/** Writes the zip, reads it back, and only then gives it its name. */
export async function writeTarget(
  request: PrepareRequest,
  reading: ReadOptions,
  entries: ReadonlyMap<BuildPath, PreparedEntry>,
  read: (entry: PreparedEntry) => Promise<Uint8Array>,
): Promise<NonNullable<Preparation['written']>> {
  const nodes = new Map([...entries].map(([path, { node }]) => [path, node]));
  const readPath = async (path: BuildPath): Promise<Uint8Array> => {
    const entry = entries.get(path);
    if (entry === undefined) throw new RangeError(path);
    return read(entry);
  };
  return writeTargetFiles({ nodes, read: readPath, output: request.output }, reading);
}
