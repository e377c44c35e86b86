import type { PolicyRule, SecurityRule } from '../../model/audit.js';
import type { Part } from '../../model/parts.js';
import type { BuildPath } from '../../model/path.js';

/** A pattern of the policy: an exact path, a folder with what is below it, or a glob. */
export interface PathPattern {
  readonly text: string;
  readonly line: number;
  readonly matches: (path: BuildPath) => boolean;
}

/** A limit in bytes of the package. */
export interface Budget {
  readonly scope:
    | { readonly kind: 'package' }
    | { readonly kind: 'part'; readonly part: Part }
    | { readonly kind: 'under'; readonly pattern: PathPattern };
  readonly limit: number;
  readonly line: number;
}

/** An offence that is accepted for a while. */
export interface Waiver {
  readonly rule: PolicyRule;
  /** For `security`, which rule; for `budget`, which one. */
  readonly about?: string | undefined;
  readonly pattern?: PathPattern | undefined;
  readonly reason: string;
  /** `2027-01-31`, the last day on which it holds. */
  readonly until?: string | undefined;
  readonly line: number;
}

/** What a release must keep to. */
export interface AuditPolicy {
  readonly file: string;
  /** Line of `version: must-rise`. */
  readonly versionMustRise?: number | undefined;
  readonly budgets: readonly Budget[];
  readonly forbidden: readonly PathPattern[];
  readonly required: readonly PathPattern[];
  /** Set-id files beyond these are offences; without it any is accepted. */
  readonly setIdAllowed?: { readonly patterns: readonly PathPattern[]; readonly line: number } | undefined;
  /** Security rules that fail the audit, with their lines. */
  readonly fail: ReadonlyMap<SecurityRule, number>;
  readonly waivers: readonly Waiver[];
}

/** Every security rule, for checking a policy's words. */
export const securityRules: readonly SecurityRule[] = [
  'set-id-new',
  'set-id-lost',
  'set-id-present',
  'world-writable',
  'owner-not-root',
  'private-key',
  'root-certificate-new',
  'certificate-expired',
  'listening-service',
  'telnet-or-adb',
  'link-leaves-tree',
  'link-dangling',
  'names-differ-by-case',
  'hardening-lost',
  'account',
  'vermagic',
];

/** Rules that a waiver may name. */
export const waivableRules: readonly PolicyRule[] = [
  'budget',
  'path-forbidden',
  'path-required',
  'set-id-not-allowed',
  'version-must-rise',
  'security',
];
