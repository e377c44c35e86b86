/** How a package is simulated. */
import type { Entry, OpenBuild } from '../model/build.js';
import type { BuildPath } from '../model/path.js';
import type { KnownContents } from './known-contents.js';
import type { ModuleOptions } from './module.js';
import type { CutSelection } from './power-cuts.js';
import type { ProfileName } from './profile.js';

export interface SimulateOptions extends Omit<ModuleOptions, 'outcome'> {
  readonly packagePath: string;
  readonly source: OpenBuild;
  /** What the device shall be: entries by build path. Without it the changes to the source are told. */
  readonly expected?: ReadonlyMap<BuildPath, Entry> | undefined;
  readonly profile: ProfileName;
  readonly powerCuts: CutSelection | 'none';
  /** Bytes free in usrdata for the package; not checked where not given. */
  readonly usrdataFree?: number | undefined;
  /** What `getprop` gives; `undefined` for what is not known. */
  readonly property?: ((name: string) => Promise<string | undefined>) | undefined;
  /** Programs that are taken to work and to change nothing. */
  readonly allowedPrograms?: readonly string[] | undefined;
  /** Differences told at most; 20 where not given. */
  readonly mostDifferences?: number | undefined;
  readonly trace?: boolean | undefined;
  /** Files and directories that one start may visit; far more than a package needs where not given. */
  readonly mostVisits?: number | undefined;
  /** `false`: every statement of every start runs, whatever is known of starts before; the verdict is the same. */
  readonly reuse?: boolean | undefined;
  /** Told of statements of the run, then of power cuts tried; totals may be 0 while they are not known. */
  readonly onProgress?: ((step: 'run' | 'power-cuts', done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What may be used; as many threads as there are processors, and some room for contents, where not given. */
  readonly share?: SimulationShare | undefined;
  /** What need not be worked out again; nothing where not given. */
  readonly known?: KnownContents | undefined;
}

/** What a simulation may use. No verdict depends on it. */
export interface SimulationShare {
  /** Threads at most that apply patches before the run; with none of them they are applied when the script comes to them. */
  readonly patchThreads: number;
  /** Threads at most that try power cuts; with none of them they are tried by the thread of the run. */
  readonly cutThreads: number;
  /** Bytes of contents that are kept at hand at most. */
  readonly mostKept: number;
}

/** The module that is simulated: every option of it, so that a thread makes the same one. */
export function moduleOptions(options: SimulateOptions): ModuleOptions {
  const { cacheSize, systemSize, systemFree, eraseBlock, images, expected: outcome } = options;
  return { cacheSize, systemSize, systemFree, eraseBlock, images, outcome } satisfies Record<
    keyof ModuleOptions,
    unknown
  >;
}
