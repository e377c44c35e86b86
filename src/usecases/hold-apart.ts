/** What each use case reads and writes, held apart before anything is read: no run may cost the user an input. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { holdApart, type InputPath, type OutputPath } from '../files/hold-apart.js';
import { listFileNames } from '../input/lists/list-file-names.js';
import { sdx6x } from '../model/layout.js';

export type { OutputPath } from '../files/hold-apart.js';
export { holdApart, refuseReplaced } from '../files/hold-apart.js';

/** The inputs that several commands have. */
export interface CommonInputs {
  /** Builds and other material of which not a byte may change, by what they are to the user. */
  readonly whole: readonly (readonly [role: string, path: string | undefined])[];
  readonly lists?: string | undefined;
  /** Nothing is written: an output that lies in an input folder changes nothing, only one that is an input is told. */
  readonly dryRun?: boolean | undefined;
}

/** Throws UsageError when an output would replace or change an input or another output. */
export async function holdOutputsApart(inputs: CommonInputs, outputs: readonly OutputPath[]): Promise<void> {
  const all: InputPath[] = [];
  const whole = inputs.dryRun !== true;
  for (const [role, path] of inputs.whole) {
    if (path === undefined) continue;
    all.push({ role, path, whole });
    const packed = await packedFrom(path);
    if (packed !== undefined) all.push({ role: `the folder that ${role} was packed from`, path: packed, whole });
  }
  if (inputs.lists !== undefined) {
    all.push({ role: 'the folder of the lists', path: inputs.lists, whole: false });
    for (const name of Object.values(listFileNames))
      all.push({ role: 'one of the lists', path: join(inputs.lists, name) });
  }
  await holdApart(all, outputs);
}

/** `v2/targetfiles` for `v2/targetfiles.zip`, where it is a build: what is written there would be packed the next time. */
async function packedFrom(path: string): Promise<string | undefined> {
  if (!/.\.zip$/i.test(path)) return undefined;
  const folder = path.slice(0, -'.zip'.length);
  for (const part of [sdx6x.system, sdx6x.metadata]) {
    const found = await stat(join(folder, part)).catch(() => undefined);
    if (found?.isDirectory()) return folder;
  }
  return undefined;
}
