import type { Entry, Ownership } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { inSystem, sdx6x } from '../../model/layout.js';
import type { BuildPath } from '../../model/path.js';
import { type BuildCheck, count, few, isListed, isTouched, sameContent } from './facts.js';

function ownershipOf(entry: Entry | undefined): Ownership | undefined {
  return entry === undefined || entry.kind === 'link' ? undefined : entry.ownership;
}

function show({ uid, gid, mode }: Ownership): string {
  return `${uid}:${gid} ${mode.toString(8).padStart(4, '0')}`;
}

/** Owners or modes that change although the content does not. */
export const checkPermissionsKept: BuildCheck = (facts) => {
  const changed: BuildPath[] = [];
  let example = '';
  for (const [path, entry] of facts.target.entries) {
    const before = facts.source.entries.get(path);
    const [old, next] = [ownershipOf(before), ownershipOf(entry)];
    if (old === undefined || next === undefined || !sameContent(before, entry) || show(old) === show(next)) continue;
    if (!isTouched(facts, path) || isListed(facts, path)) continue;
    if (changed.length === 0) example = ` (${show(old)} becomes ${show(next)})`;
    changed.push(path);
  }
  if (changed.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'permissions-change',
      place: { file: facts.target.origin },
      message: `${count(changed.length, 'entry changes', 'entries change')}, owner or mode only`,
      found: `${few(changed)}${example}`,
      remedy:
        'if this is not intended, compare META/filesystem_config.txt of both builds, or set owner and mode with the chmod list',
    },
  ];
};

/** Programs that lose their set-uid or set-gid bit: they stop working for ordinary users. */
export const checkSetUidKept: BuildCheck = (facts) => {
  const lost: BuildPath[] = [];
  for (const [path, entry] of facts.target.entries) {
    const before = facts.source.entries.get(path);
    if (before?.kind !== 'file' || entry.kind !== 'file' || !isTouched(facts, path) || isListed(facts, path)) continue;
    if ((before.ownership.mode & 0o6000 & ~entry.ownership.mode) !== 0) lost.push(path);
  }
  if (lost.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'set-uid-lost',
      place: { file: facts.target.origin },
      message: `${count(lost.length, 'program loses its', 'programs lose their')} set-uid or set-gid bit`,
      found: few(lost),
      remedy:
        'if this is not intended, correct META/filesystem_config.txt of the target, or add a row to the chmod list',
    },
  ];
};

/** Entries of the target whose owners nobody stated. */
export const checkOwnersCovered: BuildCheck = (facts) => {
  const uncovered: BuildPath[] = [];
  let covered = 0;
  for (const [path, entry] of facts.target.entries) {
    const ownership = ownershipOf(entry);
    if (ownership === undefined || !inSystem(path) || !isTouched(facts, path)) continue;
    if (ownership.origin === 'filesystem-config' || ownership.origin === 'image' || isListed(facts, path)) covered += 1;
    // What not even the input tells is a finding of the reader.
    else if (ownership.origin !== 'note-default') uncovered.push(path);
  }
  const findings: Finding[] = [];
  if (uncovered.length > 0) {
    findings.push({
      severity: covered > 0 ? 'warning' : 'information',
      code: 'owners-not-covered',
      place: { file: facts.target.origin, entry: sdx6x.filesystemConfig },
      message: `the owners of ${count(uncovered.length, 'entry', 'entries')} are not stated: they become 0:0 (root), and modes stay as the input has them`,
      found: few(uncovered),
      remedy: 'add rows to META/filesystem_config.txt or to the chmod list for what is not owned by root',
    });
  }
  return findings;
};
