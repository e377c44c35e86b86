/** The record of a package, `update.zip.json`: what it was made of, by what, and how, so that it can be made again. Plain data. */
import type { Sha256 } from './digest.js';
import type { Finding } from './finding.js';
import type { DeviceLimits, DeviceNeeds } from './needs.js';
import type { Signed } from './signature.js';
import type { Verification } from './verification.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const recordVersion = 1;

/** The mark of a record. */
export const recordFormat = 'dfota-package';

/** A build that the package was made of. */
export interface RecordedBuild {
  /** A path as the user named it, or a version in an archive. */
  readonly name: string | { readonly archive: string; readonly version: string };
  /** SHA-256 of the zip file; for a folder, of its sorted listing with digests. */
  readonly sha256: Sha256;
  readonly revision: string | null;
}

/** A list file that was there. */
export interface RecordedList {
  readonly name: string;
  readonly sha256: Sha256;
}

/** The configuration that said what the command line left open, as it was found or named. */
export interface RecordedConfiguration {
  readonly file: string;
  readonly product: string;
}

/** What decides about the bytes beside the inputs. */
export interface RecordedOptions {
  readonly parts: string;
  readonly modes: string;
  readonly companion: string | null;
  readonly bootUpdate: string;
  readonly dialect: string;
  readonly chmod: string;
  readonly permissions: string | null;
  readonly effort: string;
  /** Who made the patches. Records of earlier versions do not say it: our encoders did. */
  readonly engine: string;
  readonly moves: boolean;
  readonly copies: boolean;
  readonly crossBases: boolean;
  readonly basesPerFile: number;
  /** Every file travels whole. Records of earlier versions do not say it: they hold patches. */
  readonly whole: boolean;
  /** Codes of findings that would have stopped the run. */
  readonly allow: readonly string[];
}

/** What the package was held against before it got its name. It decides whether there is a package, and about none of its bytes. */
export interface RecordedConditions {
  /** Bytes that are free on the device; null where nobody said. */
  readonly limits: Readonly<Record<keyof DeviceLimits, number | null>>;
  readonly verify: {
    readonly level: string;
    readonly profile: string;
    readonly eraseBlock: number | null;
    /** What `getprop` gives, by name in byte order. */
    readonly properties: Readonly<Record<string, string>>;
    readonly allowedPrograms: readonly string[];
  };
}

/** All of it. */
export interface PackageRecord {
  readonly format: typeof recordFormat;
  readonly version: typeof recordVersion;
  readonly tool: { readonly dfota: string; readonly engine: string };
  readonly package: {
    /** Without folders. */
    readonly name: string;
    readonly size: number;
    /** What the module compares. */
    readonly md5: string;
    readonly sha256: Sha256;
    readonly entries: number;
  };
  readonly source: RecordedBuild;
  readonly target: RecordedBuild;
  /** `folder` is null for the starter lists. */
  readonly lists: { readonly folder: string | null; readonly files: readonly RecordedList[] };
  readonly options: RecordedOptions;
  /** Where options came from; undefined where the command line and the environment said all. */
  readonly configuration?: RecordedConfiguration | undefined;
  /** Records of earlier versions do not say it. */
  readonly conditions?: RecordedConditions | undefined;
  readonly needs: DeviceNeeds;
  /** Null when verification was switched off. */
  readonly proof: Omit<Verification, 'trace'> | null;
  readonly findings: readonly Finding[];
  /** In a release: the signature of the package that is shipped; `package` is the one before it. */
  readonly signed?: Signed | undefined;
}

/** What came of making a package again. */
export interface Reproduction {
  readonly record: string;
  readonly same: boolean;
  readonly expected: { readonly sha256: string; readonly size: number };
  /** Undefined when the inputs are not those of the record, so that nothing was made. */
  readonly made?: { readonly sha256: string; readonly size: number } | undefined;
  /** What is different, in sentences without a full stop. */
  readonly differences: readonly string[];
}
