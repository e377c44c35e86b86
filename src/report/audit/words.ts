/** The words that all formats of the audit share. */
import type { Audit, AuditMethod, AuditRow, AuditSide, SecurityRule, VersionRelation } from '../../model/audit.js';
import type { Change } from '../../model/decision.js';
import type { Part } from '../../model/parts.js';
import { displayName } from '../../model/path.js';

/** Changes in the order in which reports list them. */
export const changeOrder: readonly Change[] = [
  'added',
  'removed',
  'changed',
  'moved',
  'copied',
  'kind-changed',
  'mode-only',
  'untouched',
];

export const changeWords: Readonly<Record<Change, string>> = {
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  moved: 'moved',
  copied: 'copied',
  'kind-changed': 'became another kind',
  'mode-only': 'owner or mode only',
  untouched: 'untouched',
};

export const partOrder: readonly (Part | 'other')[] = ['l', 'm', 'o', 'minor', 'other'];

export const partWords: Readonly<Record<Part | 'other', string>> = {
  l: 'Linux root file system (l)',
  m: 'modem (m)',
  o: 'kernel (o)',
  minor: 'minor partitions',
  other: 'not carried',
};

export const methodWords: Readonly<Record<AuditMethod, string>> = {
  none: 'nothing sent',
  patch: 'patch, if smaller than whole',
  BSDIFF40: 'BSDIFF40 patch',
  IMGDIFF2: 'IMGDIFF2 patch',
  whole: 'whole file',
  link: 'link',
  directory: 'directory',
  delete: 'deleted',
  permissions: 'owner and mode',
};

export const relationWords: Readonly<Record<VersionRelation, string>> = {
  upgrade: 'an upgrade',
  downgrade: 'a downgrade',
  'same-version': 'the same version',
  'other-product': 'another product',
  unknown: 'not known: the versions cannot be compared',
};

export const securityWords: Readonly<Record<SecurityRule, string>> = {
  'set-id-new': 'new set-uid or set-gid bit',
  'set-id-lost': 'lost set-uid or set-gid bit',
  'set-id-present': 'set-uid or set-gid file',
  'world-writable': 'writable by anyone',
  'owner-not-root': 'program not owned by root',
  'private-key': 'private key',
  'root-certificate-new': 'new root certificate',
  'certificate-expired': 'expired certificate',
  'listening-service': 'new listening service',
  'telnet-or-adb': 'telnet or adb',
  'link-leaves-tree': 'link that leaves the tree',
  'link-dangling': 'dangling link',
  'names-differ-by-case': 'names that differ by case',
  'hardening-lost': 'lost hardening',
  account: 'account',
  vermagic: 'kernel module for another kernel',
};

/** What a cost is: of the package, or an estimate of it. */
export function costWord(audit: Pick<Audit, 'exact'>): string {
  return audit.exact ? 'in the package' : 'in the package, estimated';
}

/** How large the package is, or about how large it becomes. */
export function packageBytes(audit: Pick<Audit, 'package' | 'estimate' | 'totals'>): number {
  return audit.package?.bytes ?? audit.estimate?.bytes ?? audit.totals.cost;
}

/** Cost as a share of the file: `12.3 %`; nothing for what has no size. */
export function ratioOf(row: Pick<AuditRow, 'cost' | 'after'>): number | undefined {
  const size = row.after?.size;
  return size === undefined || size === 0 || row.cost === 0 ? undefined : row.cost / size;
}

/** A share for people. */
export function showRatio(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${(ratio * 100).toFixed(1)} %`;
}

/** `0644`. */
export function showMode(mode: number | undefined): string {
  return mode === undefined ? '' : mode.toString(8).padStart(4, '0');
}

/** `-rw 0644 0:0 1234` without what does not apply. */
export function showSide(side: AuditSide | undefined): string {
  if (side === undefined) return 'absent';
  if (side.kind === 'link') return `link to ${displayName(side.destination ?? '')}`;
  const owner = `${showMode(side.mode)} ${side.uid}:${side.gid}`;
  return side.kind === 'directory' ? `directory, ${owner}` : `${side.size} bytes, ${owner}`;
}

/** `1,234,567`. */
export function showNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Where a rule stands: `noota:12`. */
export function showRule(row: Pick<AuditRow, 'decidedBy'>): string {
  return row.decidedBy === undefined ? '' : `${row.decidedBy.list} (${row.decidedBy.file}:${row.decidedBy.line})`;
}
