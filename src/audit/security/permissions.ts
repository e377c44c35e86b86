import type { SecurityFinding } from '../../model/audit.js';
import type { Build, Entry, Ownership } from '../../model/build.js';
import { inSystem, sdx6x } from '../../model/layout.js';
import { type BuildPath, isWithin } from '../../model/path.js';

const setId = 0o6000;
const sticky = 0o1000;

/** Folders whose content is run or loaded with the rights of root. */
const programFolders = [
  'bin',
  'sbin',
  'lib',
  'lib64',
  'usr/bin',
  'usr/sbin',
  'usr/lib',
  'usr/libexec',
  'usr/local',
  'etc/init.d',
  'etc/systemd',
  'lib/systemd',
].map((folder) => `${sdx6x.system}/${folder}`);

/** Set-id bits that came, went or are there; what anyone may write to; programs that are not root's. Only below SYSTEM. */
export function permissionFindings(source: Build, target: Build): readonly SecurityFinding[] {
  const findings: SecurityFinding[] = [];
  for (const [path, entry] of target.entries) {
    if (!inSystem(path) || entry.kind === 'link') continue;
    const before = ownershipOf(source.entries.get(path));
    const { mode, uid, gid } = entry.ownership;
    if (entry.kind === 'file') findings.push(...setIdFindings(path, before, entry.ownership));
    if ((mode & 0o002) !== 0 && (entry.kind === 'file' || (mode & sticky) === 0)) {
      const present = before !== undefined && (before.mode & 0o002) !== 0;
      findings.push({
        rule: 'world-writable',
        severity: present ? 'information' : 'warning',
        path,
        message: `anyone may write to this ${entry.kind} (mode ${octal(mode)})`,
        standing: present ? 'present' : 'new',
      });
    }
    if (uid !== 0 && programFolders.some((folder) => isWithin(path, folder))) {
      const present = before?.uid === uid;
      findings.push({
        rule: 'owner-not-root',
        severity: present ? 'information' : 'warning',
        path,
        message: `in a folder of programs, and owned by ${uid}:${gid} instead of root`,
        standing: present ? 'present' : 'new',
      });
    }
  }
  for (const [path, entry] of source.entries) {
    if (!inSystem(path) || entry.kind !== 'file' || (entry.ownership.mode & setId) === 0) continue;
    if (target.entries.get(path)?.kind !== 'file') {
      findings.push({
        rule: 'set-id-lost',
        severity: 'information',
        path,
        message: `${words(entry.ownership.mode)} file is gone`,
        standing: 'gone',
      });
    }
  }
  return findings;
}

function setIdFindings(path: BuildPath, before: Ownership | undefined, now: Ownership): readonly SecurityFinding[] {
  const had = before === undefined ? 0 : before.mode & setId;
  const has = now.mode & setId;
  const owner = `${now.uid}:${now.gid}, mode ${octal(now.mode)}`;
  if (has !== 0 && (has & ~had) !== 0) {
    return [
      {
        rule: 'set-id-new',
        severity: 'warning',
        path,
        message: `runs as its owner or group from now on: ${words(now.mode)} (${owner})`,
        standing: 'new',
      },
    ];
  }
  if (had !== 0 && (had & ~has) !== 0) {
    return [
      {
        rule: 'set-id-lost',
        severity: 'warning',
        path,
        message: `lost its ${words(before?.mode ?? 0)} bit (${owner})`,
        standing: 'new',
      },
    ];
  }
  if (has !== 0)
    return [
      {
        rule: 'set-id-present',
        severity: 'information',
        path,
        message: `${words(now.mode)} (${owner})`,
        standing: 'present',
      },
    ];
  return [];
}

function words(mode: number): string {
  const user = (mode & 0o4000) !== 0;
  const group = (mode & 0o2000) !== 0;
  return user && group ? 'set-uid and set-gid' : user ? 'set-uid' : 'set-gid';
}

function ownershipOf(entry: Entry | undefined): Ownership | undefined {
  return entry === undefined || entry.kind === 'link' ? undefined : entry.ownership;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
