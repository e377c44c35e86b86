/** Where the paths of jobs start: the folder of the fleet's file, or its address on a server. */
import { join } from 'node:path';
import type { FleetPair } from '../../model/fleet.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { type ArchiveCopies, isArchiveUrl } from '../archive/remote.js';
import type { ArchivedName } from '../open-inputs.js';
import type { MakingOptions } from './options.js';

/** Where a job is made, and how. */
export interface MakingPlace {
  /** A folder; an address where archives and lists come by HTTP. */
  readonly root: string;
  /** The folder at which outputs start; `root` without it. */
  readonly outputs?: string | undefined;
  /** The folder of the lists, where they were brought from elsewhere. */
  readonly lists?: string | undefined;
  /** What is kept here of archives on a server. */
  readonly copies?: ArchiveCopies | undefined;
  readonly making: MakingOptions;
  /** Opened once for all jobs. */
  readonly cache: PatchCache | undefined;
}

/** A path of a fleet, as it is reached from here. */
export function placed(root: string, path: string): string {
  if (isArchiveUrl(path)) return path;
  return isArchiveUrl(root) ? `${root.replace(/\/+$/, '')}/${path.replace(/^(?:\.\/)+/, '')}` : join(root, path);
}

/** The builds of a job, by the digests that the plan knows. */
export function archivedName(
  job: FleetPair,
  role: 'source' | 'target',
  { root, copies }: Pick<MakingPlace, 'root' | 'copies'>,
): Required<ArchivedName> {
  const [version, digest, content] =
    role === 'source' ? [job.from, job.fromDigest, job.fromContent] : [job.to, job.toDigest, job.toContent];
  return { archive: placed(root, job.archive), version, digest, content, copies };
}
