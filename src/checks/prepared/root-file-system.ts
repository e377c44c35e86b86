import { toBuildPath } from '../../model/path.js';
import type { PreparedCheck } from './facts.js';

/** Top folders that every Linux root file system has some of. */
const usualFolders = ['bin', 'etc', 'lib', 'sbin', 'usr'];

/** What was given as the root file system should look like one. */
export const checkRootFileSystem: PreparedCheck = (facts) => {
  const { rootfs } = facts;
  if (rootfs === undefined || usualFolders.some((name) => rootfs.has(toBuildPath(name)))) return [];
  return [
    {
      severity: 'error',
      code: 'prepare-rootfs-odd',
      place: { file: facts.output },
      message: 'the new root file system has no bin, etc, lib, sbin or usr at its top',
      remedy: 'name the folder that holds bin, etc and usr itself',
    },
  ];
};

/** The source's own firmware and dev stay: a new root file system's are not taken. */
export const checkNotTaken: PreparedCheck = (facts) => {
  if (facts.rootfs === undefined || facts.tree.notTaken === 0) return [];
  return [
    {
      severity: 'information',
      code: 'prepare-not-taken',
      place: { file: facts.output },
      message: "what lies below the new root file system's own firmware and dev is not taken: the source's stay",
      found: `${facts.tree.notTaken} entries`,
    },
  ];
};
