import type { Build, Ownership } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { isWithin } from '../../model/path.js';
import type { Guard } from './facts.js';

function ownershipsOf(build: Build): readonly Ownership[] {
  return [...build.entries.values()].flatMap((entry) =>
    entry.kind !== 'link' && isWithin(entry.path, sdx6x.system) ? [entry.ownership] : [],
  );
}

/** Of fewer entries nothing can be said. */
const enough = 8;

/** Everybody may write to most of the build: chmod -R 777 was run over it. */
export const guardWorldWritable: Guard = ({ target }) => {
  const all = ownershipsOf(target);
  const open = all.filter(({ mode }) => (mode & 0o1002) === 0o002);
  if (all.length < enough || open.length * 2 <= all.length) return [];
  return [
    {
      severity: 'warning',
      code: 'world-writable',
      place: { file: target.origin, entry: sdx6x.system },
      message: 'everybody on the module may write to most of its files, as after chmod -R 777',
      found: `${open.length} of ${all.length} files and directories`,
      expected: 'modes such as 755 and 644',
      remedy: 'unpack the build anew, and change only the modes that must change',
    },
  ];
};

/** Everything belongs to the person who built the image. */
export const guardOneOwner: Guard = ({ target }) => {
  const counts = new Map<number, number>();
  let all = 0;
  for (const entry of target.entries.values()) {
    if (entry.kind !== 'file' || !isWithin(entry.path, sdx6x.system)) continue;
    if (entry.ownership.origin !== 'image' && entry.ownership.origin !== 'filesystem-config') continue;
    all += 1;
    counts.set(entry.ownership.uid, (counts.get(entry.ownership.uid) ?? 0) + 1);
  }
  const [most] = [...counts].filter(([uid, count]) => uid >= firstUser && count * 5 >= all * 4);
  if (most === undefined || all < enough) return [];
  const [uid, same] = most;
  return [
    {
      severity: 'warning',
      code: 'one-owner',
      place: { file: target.origin, entry: sdx6x.system },
      message: 'nearly all files belong to one ordinary user, as when an image is made without fakeroot',
      found: `${same} of ${all} files belong to uid ${uid}`,
      expected: '0 (root) for most of them',
      remedy: 'make the image as root or under fakeroot, or state owners in META/filesystem_config.txt',
    },
  ];
};

/** Below it are the users of services: a build may well belong to one of them. */
const firstUser = 500;
