/** The audit of two builds as plain data: every report format is made from it, and equal inputs give equal audits. */
import type { Entry, ProjectVersion } from './build.js';
import type { Change, Reason } from './decision.js';
import type { Sha1, Sha256 } from './digest.js';
import type { Finding, Severity } from './finding.js';
import type { Inner } from './inner.js';
import type { RuleAt } from './list-rules.js';
import type { DeviceNeeds } from './needs.js';
import type { Alternative } from './operation.js';
import type { Part } from './parts.js';
import type { BuildPath } from './path.js';

/** How the two versions relate, by project, revision and package time. */
export type VersionRelation = 'upgrade' | 'downgrade' | 'same-version' | 'other-product' | 'unknown';

/** One of the two builds, for the header. */
export interface AuditBuild {
  /** The input as the user named it. */
  readonly origin: string;
  readonly digest: Sha256;
  readonly version?: Omit<ProjectVersion, 'bytes'> | undefined;
  readonly files: number;
  /** Of all files, unpacked. */
  readonly bytes: number;
}

/** What is at a path on one side. */
export interface AuditSide {
  readonly kind: Entry['kind'];
  readonly size?: number | undefined;
  readonly sha1?: Sha1 | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Text of a link, one unit a byte. */
  readonly destination?: string | undefined;
}

/** How a path travels. `patch` before encoding: a patch, unless the whole file turns out smaller. */
export type AuditMethod =
  | 'none'
  | 'patch'
  | 'BSDIFF40'
  | 'IMGDIFF2'
  | 'whole'
  | 'link'
  | 'directory'
  | 'delete'
  | 'permissions';

/** One path of either build. */
export interface AuditRow {
  readonly path: BuildPath;
  readonly part?: Part | undefined;
  readonly change: Change;
  /** For moved and copied paths, and patches from another file: where the content was. */
  readonly from?: BuildPath | undefined;
  readonly before?: AuditSide | undefined;
  readonly after?: AuditSide | undefined;
  readonly method: AuditMethod;
  readonly reason: Reason;
  readonly decidedBy?: RuleAt | undefined;
  /**
   * Bytes in the package without zip headers; when the audit is not exact, an estimate.
   * A payload that several paths share counts at the first of them.
   */
  readonly cost: number;
  /** Entry of the package that carries it; known in an exact audit or from a package. */
  readonly entry?: string | undefined;
  /** What sending the file whole costs, compressed as the package compresses; when the audit is not exact, a few per cent more. */
  readonly whole?: number | undefined;
  readonly alternatives: readonly Alternative[];
  readonly inner?: Inner | undefined;
}

/** Number of paths and their bytes: of the target, for what is removed of the source. */
export interface AuditCount {
  readonly paths: number;
  readonly files: number;
  readonly bytes: number;
  /** Bytes in the package. */
  readonly cost: number;
}

/** Sums over the rows. */
export interface AuditTotals {
  readonly byChange: Readonly<Record<Change, AuditCount>>;
  readonly byPart: Readonly<Record<Part | 'other', AuditCount>>;
  readonly byMethod: Readonly<Record<AuditMethod, AuditCount>>;
  /** The sum of all rows' costs. */
  readonly cost: number;
  /** What the rows that are sent would cost whole. */
  readonly whole: number;
  /** The costliest rows, at most twenty, costliest first. */
  readonly largest: readonly BuildPath[];
}

/** An entry of the package. */
export interface AuditEntry {
  readonly name: string;
  /** Bytes as they stand in the package, without headers. */
  readonly bytes: number;
  /** The path it is for; none for the script, programs and metadata. */
  readonly path?: BuildPath | undefined;
}

/** What the record beside a package says of its proof. */
export interface RecordedProof {
  readonly profile: string;
  readonly proved: boolean;
  /** Paths that were compared with the target. */
  readonly compared: number;
  /** Places where the power can go away, how many of them were tried, and after how many it went wrong. */
  readonly powerCuts: { readonly points: number; readonly tried: number; readonly failed: number };
}

/** The package, when its entries are known. */
export interface AuditPackage {
  /** As the user named it; `undefined` when nothing was written. */
  readonly file?: string | undefined;
  readonly sha256?: Sha256 | undefined;
  /** 32 hex digits: what the module compares after the download. */
  readonly md5?: string | undefined;
  /** The whole zip file. */
  readonly bytes?: number | undefined;
  /** From the record beside the package, where that is one of these very bytes. */
  readonly proof?: RecordedProof | undefined;
  readonly entries: readonly AuditEntry[];
}

/** What becomes of a package that was not made, about. */
export interface AuditEstimate {
  /** Of the whole zip file. */
  readonly bytes: number;
  /** What the files in it take if all are sent whole: they cannot take more. */
  readonly atMost: number;
}

/** What a security rule looks at. */
export type SecurityRule =
  | 'set-id-new'
  | 'set-id-lost'
  | 'set-id-present'
  | 'world-writable'
  | 'owner-not-root'
  | 'private-key'
  | 'root-certificate-new'
  | 'certificate-expired'
  | 'listening-service'
  | 'telnet-or-adb'
  | 'link-leaves-tree'
  | 'link-dangling'
  | 'names-differ-by-case'
  | 'hardening-lost'
  | 'account'
  | 'vermagic';

/** Something that matters for the security of the device. */
export interface SecurityFinding {
  readonly rule: SecurityRule;
  readonly severity: Severity;
  readonly path: BuildPath;
  /** A sentence without a full stop. */
  readonly message: string;
  /** `new` came with the target; `present` was so in the source already; `gone` only there. */
  readonly standing: 'new' | 'present' | 'gone';
}

/** A rule of an audit policy. */
export type PolicyRule =
  | 'budget'
  | 'path-forbidden'
  | 'path-required'
  | 'set-id-not-allowed'
  | 'version-must-rise'
  | 'security'
  | 'waiver-expired'
  | 'waiver-unused';

/** Something that the policy says about the audit. */
export interface PolicyFinding {
  readonly rule: PolicyRule;
  /** For `security`, which rule of that; for `budget`, which one. */
  readonly about?: string | undefined;
  /** `offender` fails the audit. */
  readonly standing: 'offender' | 'waived' | 'information';
  readonly path?: BuildPath | undefined;
  readonly message: string;
  /** Where the policy says so. */
  readonly line: number;
  /** Of the waiver. */
  readonly waiver?: { readonly reason: string; readonly until?: string | undefined; readonly line: number } | undefined;
}

/** A size budget and what is used of it, in bytes. */
export interface BudgetUse {
  readonly label: string;
  readonly limit: number;
  readonly used: number;
}

/** The policy applied to the audit. */
export interface PolicyResult {
  readonly file: string;
  readonly findings: readonly PolicyFinding[];
  readonly budgets: readonly BudgetUse[];
}

/** The audit. `schema` rises when a field changes its meaning or goes away. */
export interface Audit {
  readonly schema: 2;
  /** `dfota 1.0.0`. */
  readonly tool: string;
  /** Whether costs are the package's, or estimates. */
  readonly exact: boolean;
  readonly source: AuditBuild;
  readonly target: AuditBuild;
  readonly relation: VersionRelation;
  /** Parts that the package updates. */
  readonly parts: readonly Part[];
  readonly findings: readonly Finding[];
  readonly totals: AuditTotals;
  /** Every path of either build, in byte order. */
  readonly rows: readonly AuditRow[];
  readonly security: readonly SecurityFinding[];
  readonly package?: AuditPackage | undefined;
  /** Of the package, where none was made or given. */
  readonly estimate?: AuditEstimate | undefined;
  /** What the package needs on the device; known where it was made, or where its record says it. */
  readonly needs?: DeviceNeeds | undefined;
  /** Where the lists came from, as the user named it. */
  readonly lists?: string | undefined;
  readonly policy?: PolicyResult | undefined;
}
