/** The two builds and the lists of a run, opened together and closed together. */
import { readLists } from '../input/lists/read-lists.js';
import { openBuild } from '../input/open-build.js';
import type { Modes } from '../input/ownership.js';
import type { OpenBuild } from '../model/build.js';
import type { Finding } from '../model/finding.js';
import type { ListRules } from '../model/list-rules.js';
import type { OnProgress } from '../model/progress.js';

export { readLists } from '../input/lists/read-lists.js';
export { type OpenBuildOptions, openBuild } from '../input/open-build.js';
export type { Modes } from '../input/ownership.js';

/** Where the inputs are. */
export interface InputPaths {
  /** targetfiles.zip, or a folder of that layout, of the firmware that runs on the module. */
  readonly source: string;
  readonly target: string;
  /** Folder of the list files; the starter lists without it. */
  readonly lists?: string | undefined;
  /** For raw images: a targetfiles.zip with what images do not hold. */
  readonly companion?: string | undefined;
}

/** How inputs are read. */
export interface ReadingOptions {
  readonly modes: Modes;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** Both builds, the lists, and what was noticed when the lists were read. */
export interface OpenInputs {
  readonly source: OpenBuild;
  readonly target: OpenBuild;
  readonly rules: ListRules;
  readonly findings: readonly Finding[];
}

/** Opens the inputs for as long as `use` runs. The lists are read first: their mistakes are told without a long wait. */
export async function withInputs<Result>(
  paths: InputPaths,
  options: ReadingOptions,
  use: (inputs: OpenInputs) => Promise<Result>,
): Promise<Result> {
  const { rules, findings } = await readLists(paths.lists);
  const reading = paths.companion === undefined ? options : { ...options, companion: paths.companion };
  const source = await openBuild(paths.source, { ...reading, role: 'source' });
  try {
    const target = await openBuild(paths.target, { ...reading, role: 'target' });
    try {
      return await use({ source, target, rules, findings });
    } finally {
      await target.content.close();
    }
  } finally {
    await source.content.close();
  }
}
