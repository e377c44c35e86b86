/** What running a package on the simulated device has shown. Plain data: reports and JSON are made from it. */

import type { Sha256 } from './digest.js';

/** How a path, or a partition, differs from what it should be. */
export type DifferenceKind =
  /** It should be there, and is not. */
  | 'absent'
  /** It is there, and should not. */
  | 'extra'
  /** A file, a directory or a link in place of another. */
  | 'kind'
  | 'content'
  | 'link'
  | 'mode'
  | 'owner'
  | 'label'
  | 'capabilities';

/** One difference between the device after the update and what was expected. */
export interface Difference {
  /** `/system/bin/app`, or `partition boot`; for people. */
  readonly path: string;
  readonly what: DifferenceKind;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
}

/** Where in the updater-script something happened; both from 1. */
export interface ScriptPlace {
  readonly line: number;
  readonly column: number;
}

/** How a run of the package ended. */
export type RunStatus =
  /** The script ran to its end. */
  | 'succeeded'
  /** The module never starts it: no zip, damaged, another version, no script. */
  | 'refused'
  /** The script does not parse on this profile. */
  | 'parse-error'
  /** The script aborted. */
  | 'aborted'
  /** The device would loop for ever. */
  | 'hung'
  /** The updater ends with a signal. */
  | 'crashed'
  /** It uses what the module knows and the simulated device cannot run: nothing can be proved of it. */
  | 'not-simulated'
  /** It was stopped by one of the simulator's own limits. */
  | 'stopped';

/** A power cut from which the device did not arrive. */
export interface CutFailure {
  /** Number of the cut point, from 1. */
  readonly cut: number;
  /** What was cut, for people: `torn write of /system/bin/app.patch`. */
  readonly effect: string;
  readonly place?: ScriptPlace | undefined;
  /** Whether the power went again while the package was repeated. */
  readonly repeated: boolean;
  /** Times that the package was started after the cut. */
  readonly attempts: number;
  readonly status: RunStatus;
  readonly message?: string | undefined;
  /** The first few. */
  readonly differences: readonly Difference[];
}

/** Ways in which a script goes beyond what the target describes. */
export type ReachKind =
  /** A partition or device is written that the target has no image for, or with something else. */
  | 'partition'
  /** A file system other than /system and /cache is mounted. */
  | 'mount'
  /** Something is changed outside of /system, /cache and /tmp. */
  | 'change'
  /** A program runs, and what it does is not known. */
  | 'program'
  /** The outcome hangs on what the simulated module does not know: a property, a file of the recovery, a device. */
  | 'unknown';

/** Something that the script does outside of what the target describes: with it nothing is proved. */
export interface Reach {
  readonly what: ReachKind;
  /** The partition, path or program. */
  readonly subject: string;
  /** What it does, for people: `writes to …`. */
  readonly message: string;
  readonly place?: ScriptPlace | undefined;
}

/** What the power-cut sweep has shown. */
export interface PowerCuts {
  /** All points at which the power may go. */
  readonly points: number;
  /** Those that were tried; each ran to its end. */
  readonly tried: number;
  /** Of the tried ones, those where the power went again, up to four times, while the package was repeated. */
  readonly repeated: number;
  /** Second cuts that were tried after one inside of a partition write, until that write was done. */
  readonly secondCuts: number;
  /** Cuts that were left out there, first and second ones: a sample, or more than are tried. */
  readonly leftInWrites: number;
  readonly failed: number;
  /** The first few. */
  readonly failures: readonly CutFailure[];
}

/** Bytes. */
export interface Usage {
  readonly peak: number;
  readonly capacity: number;
}

/** The lists of a verification, and those that the package was made with. */
export interface VerifiedLists {
  /** Their folder; the starter lists without it. */
  readonly folder?: string | undefined;
  readonly digest: Sha256;
  /** What the package says of the lists that it was made with. */
  readonly madeWith?: Sha256 | undefined;
}

/** The outcome of a verification. */
export interface Verification {
  /** The package as the user named it. */
  readonly packageOrigin: string;
  readonly packageBytes: number;
  readonly profile: string;
  /** Which functions the script sets owners and modes with. */
  readonly permissions: 'set_perm' | 'set_metadata' | 'none';
  /**
   * `proved`: everything that the target describes is as it should be, nothing else has changed, and every power cut that was
   * tried led there too. `runs`: the same, with no target to compare with. `not-proved`: anything else.
   */
  readonly verdict: 'proved' | 'runs' | 'not-proved';
  /** Whether the verdict is `proved`. */
  readonly proved: boolean;
  readonly status: RunStatus;
  /** What the module would report in `+QIND: "FOTA","END",…`. */
  readonly deviceCode: number;
  readonly message?: string | undefined;
  readonly place?: ScriptPlace | undefined;
  /** What the device was compared with after the run: a build, or nothing. */
  readonly comparedWith: 'target' | 'nothing';
  /** Paths and partitions that were compared. */
  readonly compared: number;
  readonly differenceCount: number;
  /** The first ones, in byte order of the path. With nothing to compare with: what the package changed. */
  readonly differences: readonly Difference[];
  /** What the script does outside of what the target describes, in the order in which it does so. */
  readonly outside: readonly Reach[];
  readonly powerCuts?: PowerCuts | undefined;
  /** Statements of the script that ran. */
  readonly statements: number;
  readonly system: Usage;
  readonly cache: Usage;
  /** Most bytes that the updater held in memory for one call. */
  readonly memoryPeak: number;
  /** The percentages that the module reports, in order. */
  readonly progress: readonly number[];
  /** Set when the progress runs backwards or past 100. */
  readonly progressFault?: string | undefined;
  /** What was assumed or noticed. */
  readonly notes: readonly string[];
  /** The lists by which the outcome was expected, where they come from files. */
  readonly lists?: VerifiedLists | undefined;
  /** Statement by statement, where it was asked for. */
  readonly trace?: readonly string[] | undefined;
}
