import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, isWithin } from '../../model/path.js';
import { type BuildCheck, count, few, isTouched, sameContent } from './facts.js';

/** Folders in which users of the module keep things of their own. */
const userFolders = ['SYSTEM/etc', 'SYSTEM/data', 'SYSTEM/home', 'SYSTEM/usr/local', 'SYSTEM/opt', 'SYSTEM/WEBSERVER'];

/** /etc and /data are overlays on usrdata, which the first boot after an update overwrites from the new image. */
const overlays = ['SYSTEM/etc', 'SYSTEM/data'];

const within = (path: BuildPath, folders: readonly string[]): boolean =>
  folders.some((folder) => isWithin(path, folder));

/** Files and links of the source that the update deletes, those in users' folders apart. */
export const checkDeletions: BuildCheck = (facts) => {
  const gone: BuildPath[] = [];
  for (const [path, entry] of facts.source.entries) {
    if (entry.kind !== 'directory' && !facts.target.entries.has(path) && isTouched(facts, path)) gone.push(path);
  }
  const theirs = gone.filter((path) => within(path, userFolders));
  const ours = gone.filter((path) => !within(path, userFolders));
  const findings: Finding[] = [];
  if (theirs.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'user-files-deleted',
      place: { file: facts.target.origin },
      message: `${count(theirs.length, 'file')} in folders that users write to will be deleted`,
      found: few(theirs),
      remedy: 'add the files that must stay to the noota list, or to the target',
    });
  }
  if (ours.length > 0) {
    findings.push({
      severity: 'information',
      code: 'files-deleted',
      place: { file: facts.target.origin },
      message: `${count(ours.length, 'file is', 'files are')} not in the target and will be deleted`,
      found: few(ours),
      remedy: 'check that they are to be deleted',
    });
  }
  return findings;
};

/** Files under /etc and /data whose new content replaces what users changed there. */
export const checkOverlays: BuildCheck = (facts) => {
  const changed: BuildPath[] = [];
  for (const [path, entry] of facts.target.entries) {
    if (entry.kind !== 'file' || !within(path, overlays) || path === sdx6x.versionFile) continue;
    const before = facts.source.entries.get(path);
    if (before !== undefined && !sameContent(before, entry) && isTouched(facts, path)) changed.push(path);
  }
  if (changed.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'overlay-overwritten',
      place: { file: facts.target.origin },
      message: `${count(changed.length, 'changed file')} under /etc or /data will replace the copies that users may have edited`,
      found: few(changed),
      remedy:
        'the first boot overwrites /usrdata/etc and /usrdata/data from the new image: save the files that must survive, or keep them with the noota list',
    },
  ];
};
