/**
 * Makes the target of an update out of its source and newly built parts: `dfota prepare`, the note's section 2.2.2.
 *
 * 1. Read the source and the new parts as trees (prepare-inputs.ts). 2. Put the target together (prepare-plan.ts), derive the
 * owners (prepare-owners.ts), check it (prepare-target.ts). 3. Write the zip, read it back, and only then give it its name
 * (prepare-write.ts).
 */

import type { Ports } from '../../model/ports.js';
import type { Preparation } from '../../model/preparation.js';
import { silent } from '../../model/progress.js';
import type { ReadOptions, Tree } from '../../model/tree.js';
import { namedBuild } from '../name-builds.js';
import { readerOf, readInputs } from './prepare-inputs.js';
import { checkRequest, type PrepareRequest } from './prepare-request.js';
import { planTarget } from './prepare-target.js';
import { writeTarget } from './prepare-write.js';

export type { PrepareRequest } from './prepare-request.js';

/** Prepares a target, or with `dryRun` says what it would hold. Throws UsageError, InputError, and ProofError when the zip reads back wrong. */
export async function prepare(given: PrepareRequest, ports: Ports = {}): Promise<Preparation> {
  const request = { ...given, source: await namedBuild(given.source) };
  await checkRequest(request);
  const { onProgress = silent, signal } = ports;
  const reading: ReadOptions = { stage: 'prepare', onProgress, signal };
  const open: Tree[] = [];
  try {
    const inputs = await readInputs(request, reading, open);
    const { entries, bytes, preparation } = await planTarget(request, inputs);
    if (request.dryRun === true) return preparation;
    const written = await writeTarget(request, reading, entries, readerOf(inputs, bytes));
    return { ...preparation, written };
  } finally {
    for (const tree of open) await tree.close();
  }
}
