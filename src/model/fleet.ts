/** A fleet: which packages lead every version in the field to every version that leaves. Plain data. */
import type { Settings } from './configuration/settings.js';
import type { Sha256 } from './digest.js';
import type { Fault, Place } from './errors.js';
import type { Finding } from './finding.js';
import type { RecordedList } from './package-record.js';

/** A text of the file, and where it stands. */
export interface Placed {
  readonly text: string;
  readonly place: Place;
}

/** What may be done about the distance between two versions. */
export interface FleetPolicy {
  /** Whether a later version may be replaced by an earlier one. */
  readonly downgrade: 'forbidden' | 'allowed';
  /** A package leads from at most so many versions back; from any without it. */
  readonly back?: number | undefined;
  /** What is made for versions further back: packages behind each other, one that sends everything whole, or nothing. */
  readonly beyond: 'chain' | 'whole' | 'none';
  /** Versions from which the way leads over another one. */
  readonly chains: readonly { readonly from: Placed; readonly over: Placed }[];
}

/** A product as fleet.yaml says it. Paths are as they stand there: they start at the file's folder. */
export interface FleetProduct {
  readonly name: string;
  readonly archive: string;
  /** Versions or patterns of them. */
  readonly sources: readonly Placed[];
  /** A table of the versions in the field, in place of `sources`. */
  readonly field?: Placed | undefined;
  readonly targets: readonly Placed[];
  readonly output: Placed;
  readonly lists?: string | undefined;
  /** Bytes that a package may have. */
  readonly budget?: number | undefined;
  readonly withRollback: boolean;
  readonly policy: FleetPolicy;
  /** How packages are made: the settings of `generate`. */
  readonly settings: Settings;
}

/** The file as it was read. */
export interface Fleet {
  readonly file: string;
  /** Folder of the patch cache, or the address of a shared one; a path starts at the file's folder. */
  readonly cache?: string | undefined;
  readonly cacheReadOnly: boolean;
  readonly products: readonly FleetProduct[];
}

/** A version that the archive holds. */
export interface FleetVersion {
  /** As the archive has it: a character is a byte. */
  readonly revision: string;
  readonly digest: Sha256;
  /** Of names, kinds, contents and modes: what a server may not change. */
  readonly content: Sha256;
  /** Bytes of its files. */
  readonly bytes: number;
}

/** A version in the field, and how many devices run it. */
export interface FieldRow {
  readonly version: string;
  readonly count: number;
  readonly place: Place;
}

/** A product with what is known of it: what the plan is made from. */
export interface KnownProduct {
  readonly product: FleetProduct;
  readonly versions: readonly FleetVersion[];
  /** Where `field` names a table. */
  readonly field?: readonly FieldRow[] | undefined;
  readonly listFiles: readonly RecordedList[];
}

/** Two builds of an archive, by version and by the digests that the plan was made with. */
export interface FleetPair {
  readonly archive: string;
  readonly from: string;
  readonly to: string;
  readonly fromDigest: Sha256;
  readonly toDigest: Sha256;
  readonly fromContent: Sha256;
  readonly toContent: Sha256;
}

/** One package that is to be made: plain data, which a queue can carry. Paths start at the folder of the fleet's file. */
export interface FleetJob extends FleetPair {
  /** `gateway/A01-to-A02`, in letters that every shell takes. */
  readonly id: string;
  readonly product: string;
  readonly kind: 'patches' | 'whole';
  /** Made because of `with-rollback`: it leads back. */
  readonly rollback: boolean;
  readonly output: string;
  /** Where other products want the same bytes. */
  readonly alsoTo: readonly string[];
  readonly lists?: string | undefined;
  readonly listFiles: readonly RecordedList[];
  readonly settings: Settings;
  readonly budget?: number | undefined;
  /** It is there, made of the same and proved. */
  readonly there?: { readonly bytes: number; readonly sha256: Sha256; readonly proof?: string | undefined } | undefined;
  /** Devices whose way to the newest version of their product leads over it; undefined where nobody counted. */
  readonly devices?: number | undefined;
}

/** How a version gets to a target. */
export interface FleetWay {
  readonly product: string;
  readonly from: string;
  readonly to: string;
  /** The target is the newest of the product. */
  readonly newest: boolean;
  readonly devices?: number | undefined;
  /** The ids of the packages, one after the other; none where there is no way. */
  readonly jobs: readonly string[];
  /** Why there is no way. */
  readonly reason?: 'downgrade' | 'too-far-back' | undefined;
}

/** A version that a package leads to, and none leads back from. */
export interface NoWayBack {
  readonly product: string;
  readonly version: string;
  /** The versions that devices come from. */
  readonly cameFrom: readonly string[];
}

/** What is to be made, and what it is good for. */
export interface FleetPlan {
  readonly file: string;
  readonly jobs: readonly FleetJob[];
  readonly ways: readonly FleetWay[];
  readonly noWayBack: readonly NoWayBack[];
  readonly findings: readonly Finding[];
}

/** A patch that several packages may need: it is made once. */
export interface FleetPatch {
  /** Of size and digest of the result and its bases, encoder, decoder and effort: the key of the cache. */
  readonly key: Sha256;
  readonly targetBytes: number;
  /** Bytes in a package, where the cache has it. */
  readonly packageBytes?: number | undefined;
  /** The ids of the packages that need it. */
  readonly jobs: readonly string[];
}

/** A patch, or a file that travels whole, as a worker makes it: contents are named by their paths in both builds. */
export interface FleetPatchTask {
  /** The key of the cache. */
  readonly key: Sha256;
  readonly target: string;
  /** In order of preference; what each adds to the package beside the patch. An updated one is a file of the target. */
  readonly bases: readonly { readonly path: string; readonly cost: number; readonly updated?: true | undefined }[];
}

/** Patches of one pair that a worker makes together and puts into the cache, from where packages take them: plain data, which a queue can carry. */
export interface FleetPatchJob extends FleetPair {
  /** For people: `patches of gateway/A01-to-A02`. */
  readonly id: string;
  readonly effort: NonNullable<Settings['effort']>;
  readonly tasks: readonly FleetPatchTask[];
}

/** What became of such a job. */
export interface FleetPatchesMade {
  readonly id: string;
  readonly all: number;
  /** Those that the cache had. */
  readonly hits: number;
  /** Why they were not made; then packages make their own. */
  readonly faults: readonly Fault[];
}

/** What a package weighs before it is made. */
export interface FleetEstimate {
  readonly id: string;
  /** `exact`: it is there. `known`: the cache has every patch. `estimate`: what is not known is estimated; `at-most`: it counts unpacked and whole. */
  readonly kind: 'exact' | 'known' | 'estimate' | 'at-most';
  readonly bytes: number;
}

/** What became of a package. */
export interface FleetPackage {
  readonly id: string;
  readonly state: 'there' | 'made' | 'missing';
  readonly output: string;
  readonly bytes?: number | undefined;
  readonly sha256?: Sha256 | undefined;
  /** Profile and level of its proof; undefined where it was switched off, and for what is missing. */
  readonly proof?: string | undefined;
  /** Patches and files that came from the cache, of those that the package needed. */
  readonly cached?: { readonly hits: number; readonly all: number } | undefined;
  /** Why it is missing. */
  readonly faults: readonly Fault[];
}

/** What a run of a fleet came to. */
export interface FleetOutcome {
  readonly plan: FleetPlan;
  readonly packages: readonly FleetPackage[];
  readonly findings: readonly Finding[];
}

/** What is in a queue of jobs. */
export interface FleetQueueStatus {
  /** Without user and password. */
  readonly queue: string;
  readonly name: string;
  readonly workers: number;
  readonly waiting: number;
  /** Put back for a while, after a failure or by a worker of another version. */
  readonly delayed: number;
  readonly active: number;
  /** Packages whose patches are still being made. */
  readonly blocked: number;
  readonly completed: number;
  readonly failed: number;
  readonly underWay: readonly { readonly id: string; readonly worker: string; readonly attempts: number }[];
  readonly failures: readonly { readonly id: string; readonly attempts: number; readonly faults: readonly Fault[] }[];
}
