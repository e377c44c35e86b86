import type { Finding } from '../../model/finding.js';
import { readOnlyFileSystems, sdx6x } from '../../model/layout.js';
import { type BuildPath, displayName, isWithin } from '../../model/path.js';
import { type BuildCheck, type CheckFacts, count, few, isTouched, sameContent } from './facts.js';

const usrdata = 'SYSTEM/usrdata';

/** Files and links that differ at or below a folder and that the package would write or delete. */
function changedIn(facts: CheckFacts, folder: string): readonly BuildPath[] {
  const { source, target } = facts;
  const paths = new Set([...source.entries.keys(), ...target.entries.keys()]);
  return [...paths].filter((path) => {
    if (!isWithin(path, folder) || !isTouched(facts, path)) return false;
    const [before, after] = [source.entries.get(path), target.entries.get(path)];
    const isFolder = (before ?? after)?.kind === 'directory' && (after ?? before)?.kind === 'directory';
    return !isFolder && !sameContent(before, after);
  });
}

/** Changes under /usrdata: they land on the root file system, where the volume of that name hides them. */
export const checkUsrdata: BuildCheck = (facts) => {
  const changed = changedIn(facts, usrdata);
  if (changed.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'usrdata-not-updated',
      place: { file: facts.target.origin },
      message: `${count(changed.length, 'file')} under /usrdata will be changed where the module does not see them: /usrdata is a volume of its own, which DFOTA does not upgrade`,
      found: few(changed),
      remedy:
        'put them elsewhere in the image, and let a program of the new system write them to /usrdata at its first start',
    },
  ];
};

/** Changes at mount points of volumes that can only be read: squashfs with production data, or a system that is one. */
export const checkReadOnlyVolumes: BuildCheck = (facts) => {
  const { source, target } = facts;
  const mounts = new Set<string>();
  for (const build of [source, target]) {
    for (const { mountPoint, fileSystem } of build.partitions)
      if (readOnlyFileSystems.has(fileSystem)) mounts.add(mountPoint.replace(/\/+$/, ''));
    for (const mountPoint of build.readOnlyMounts ?? []) mounts.add(mountPoint.replace(/\/+$/, ''));
  }
  return [...mounts].sort().flatMap((mount): readonly Finding[] => {
    const isSystem = mount === '' || mount === '/system';
    const changed = changedIn(facts, isSystem ? sdx6x.system : `${sdx6x.system}${mount}`);
    if (changed.length === 0) return [];
    const what = count(changed.length, 'file');
    const volume = displayName(mount === '' ? '/' : mount);
    return [
      {
        severity: 'warning',
        code: 'read-only-volume',
        place: { file: target.origin },
        message: isSystem
          ? `${what} of ${volume} would be changed, which is a file system that can only be read: the update fails`
          : `${what} under ${volume} will be changed where the module does not see them: a volume that can only be read is mounted there`,
        found: few(changed),
        remedy: isSystem
          ? 'write such a system as a whole image'
          : 'make a new image of the volume (dfota squashfs make), and write it as a whole; nothing else changes its files',
      },
    ];
  });
};
