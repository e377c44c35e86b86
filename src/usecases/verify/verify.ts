/**
 * The use case behind `verify`: does this package bring a module with the source build to the target build?
 *
 * 1. Work out what the device is to hold: the target, or what the caller expects; kept paths as they are in the source.
 * 2. Run the finished package on the simulated device, compare, take the power away at every chosen point.
 */
import { type KnownContents, type ProfileName, simulate } from '../../device/index.js';
import type { Build, Entry, OpenBuild } from '../../model/build.js';
import type { Sha1 } from '../../model/digest.js';
import { type BuildPath, compareBytes, displayName, parentOf } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import type { Verification } from '../../model/verification.js';
import { type RecoveryProperties, recoveryProperties } from './recovery-properties.js';
import { shareSimulation } from './verify-memory.js';

export type { KnownContents } from '../../device/index.js';
export { isProfileName, type ProfileName, profileNames } from '../../device/index.js';

/** Which package is to be proved, and how thoroughly: plain data. Sizes are bytes. */
export interface VerifyRequest {
  readonly packagePath: string;
  /** `strict` where not given. */
  readonly profile?: ProfileName | undefined;
  /** `none` where not given; a number samples evenly over the run. */
  readonly powerCuts?: 'all' | 'none' | number | undefined;
  readonly cacheSize?: number | undefined;
  readonly systemSize?: number | undefined;
  /** Free on /system before the update, where its size is not given. */
  readonly systemFree?: number | undefined;
  readonly usrdataFree?: number | undefined;
  /** Bytes of an erase block of the module's flash; 256 KiB where not given. */
  readonly eraseBlock?: number | undefined;
  readonly mostDifferences?: number | undefined;
  readonly trace?: boolean | undefined;
  /** What `getprop` gives, by name; where a name is not given, what the source's recovery has by default. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Programs that are known to work and to change nothing: a script that runs another is not proved. */
  readonly allowedPrograms?: readonly string[] | undefined;
  /** Memory that the whole run may take, in bytes: refused where it is too little. */
  readonly memory?: number | undefined;
  /** Files and directories that one start may visit; 10,000,000 where not given. */
  readonly mostVisits?: number | undefined;
}

/** What the module runs, opened, and what it shall run. Who opened the builds closes them. */
export interface VerifyInputs {
  readonly source: OpenBuild;
  /** The build that the device is to run afterwards. */
  readonly target?: Build | OpenBuild | undefined;
  /** In place of the target: what the device is to hold, by build path, where that is a mixture of both builds. */
  readonly expected?: ReadonlyMap<BuildPath, Entry> | undefined;
  /** Paths that the package leaves alone: they must end as they are in the source. */
  readonly keep?: ((path: BuildPath) => boolean) | undefined;
  /** Partition of each image of MULTIFOTA/; with it, images that it leaves out are not compared. */
  readonly images?: ReadonlyMap<BuildPath, string> | undefined;
  /** What the same run has proved of contents already; a package that is verified for itself has none. */
  readonly known?: KnownContents | undefined;
}

/** The target's entries, with the source's in place of what is kept; directories above kept paths stay too. */
function withKept(
  wanted: ReadonlyMap<BuildPath, Entry>,
  source: Build,
  keep: (path: BuildPath) => boolean,
): ReadonlyMap<BuildPath, Entry> {
  const all = new Map([...wanted].filter(([path]) => !keep(path)));
  for (const [path, entry] of source.entries) {
    if (!keep(path)) continue;
    all.set(path, entry);
    for (let parent = parentOf(path); parent !== undefined && !all.has(parent); parent = parentOf(parent)) {
      const directory = source.entries.get(parent);
      if (directory !== undefined) all.set(parent, directory);
    }
  }
  return new Map([...all].sort(([a], [b]) => compareBytes(a, b)));
}

/** The files of a build as bytes by digest: its reader checks what it gives, and the device checks it once more. */
export function bytesOf({ build, content }: OpenBuild): KnownContents {
  const paths = new Map<Sha1, BuildPath>();
  for (const entry of build.entries.values()) {
    if (entry.kind === 'file' && !paths.has(entry.content.sha1)) paths.set(entry.content.sha1, entry.path);
  }
  return {
    read: async ({ sha1 }) => {
      const path = paths.get(sha1);
      return path === undefined ? undefined : content.read(path);
    },
  };
}

function entriesOf(target: VerifyInputs['target']): ReadonlyMap<BuildPath, Entry> | undefined {
  return target === undefined ? undefined : 'build' in target ? target.build.entries : target.entries;
}

function expectedEntries(inputs: VerifyInputs): ReadonlyMap<BuildPath, Entry> | undefined {
  const { target, keep } = inputs;
  const wanted = inputs.expected ?? entriesOf(target);
  return wanted === undefined || keep === undefined ? wanted : withKept(wanted, inputs.source.build, keep);
}

/**
 * Proves a finished package, or says what is wrong with it. Faults of the package are in the result; thrown are errors of
 * reading the package file or the source build, and the signal's abort.
 */
export async function verifyPackage(
  inputs: VerifyInputs,
  request: VerifyRequest,
  ports: Ports = {},
): Promise<Verification> {
  const { onProgress = silent, signal } = ports;
  const given = new Map(Object.entries(request.properties ?? {}));
  let defaults: RecoveryProperties | undefined;
  const used = new Set<string>();
  const property = async (name: string): Promise<string | undefined> => {
    const told = given.get(name);
    if (told !== undefined) return told;
    // read when the first is asked for: the recovery may have to be unpacked
    defaults ??= await recoveryProperties(inputs.source);
    const value = defaults.values.get(name);
    if (value !== undefined) used.add(name);
    return value;
  };
  const { memory, ...simulated } = request;
  const { source } = inputs;
  const target = inputs.expected ?? entriesOf(inputs.target);
  const share = shareSimulation(memory, [source.build, ...(target === undefined ? [] : [{ entries: target }])]);
  const verification = await simulate({
    ...simulated,
    share,
    property,
    profile: request.profile ?? 'strict',
    powerCuts: request.powerCuts ?? 'none',
    source: inputs.source,
    expected: expectedEntries(inputs),
    images: inputs.images,
    known: inputs.known,
    signal,
    onProgress: (step, doneItems, totalItems) =>
      onProgress({
        stage: 'verify',
        doneBytes: 0,
        totalBytes: 0,
        doneItems,
        totalItems,
        item: step === 'run' ? 'statements' : 'power cuts',
      }),
  });
  if (used.size === 0) return verification;
  const from = defaults?.origins.join(', ') ?? '';
  const note = `properties of the source's recovery are used (${from}): ${[...used].join(', ')}`;
  return { ...verification, notes: [...verification.notes, displayName(note)] };
}
