import type { ArchiveCheck, ArchiveListing } from '../../model/archive.js';
import type { Sha256 } from '../../model/digest.js';
import type { Fault } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { displayName } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { addAgain, checkBlob, damagedBlob, listBlobs } from '../../store/archive/blobs.js';
import { readManifests } from '../../store/archive/store.js';

/** Which archive is looked at: plain data. */
export interface ArchiveRequest {
  /** The archive's folder. */
  readonly archive: string;
}

/** The builds of an archive. Manifests that cannot be read become findings. Throws InputError when the folder is not an archive. */
export async function archiveList({ archive }: ArchiveRequest): Promise<ArchiveListing> {
  const { manifests, errors } = await readManifests(archive);
  const blobs = await listBlobs(archive);
  return {
    archive,
    builds: manifests.map(({ build }) => build),
    storedBytes: blobs.reduce((sum, { storedSize }) => sum + storedSize, 0),
    findings: errors.flatMap(({ faults }) => faults.map(asError)),
  };
}

function asError(fault: Fault): Finding {
  return { ...fault, severity: 'error' };
}

/** Re-hashes every content, and looks for what is missing or left over. Throws InputError when the folder is no archive. */
export async function archiveVerify(
  { archive }: ArchiveRequest,
  { onProgress, signal }: Ports = {},
): Promise<ArchiveCheck> {
  const { manifests, errors } = await readManifests(archive);
  const blobs = await listBlobs(archive);
  const findings: Finding[] = errors.flatMap(({ faults }) => faults.map(asError));
  const whole = new Map<Sha256, number>();
  const needed = new Set<Sha256>();
  const totalBytes = blobs.reduce((sum, { storedSize }) => sum + storedSize, 0);
  let doneBytes = 0;
  for (const [index, blob] of blobs.entries()) {
    signal?.throwIfAborted();
    const { whole: holds, size } = await checkBlob(blob);
    if (holds) whole.set(blob.sha256, size);
    else findings.push(...damagedBlob(archive, blob).faults.map(asError));
    doneBytes += blob.storedSize;
    const item = blob.sha256;
    onProgress?.({
      stage: 'archive-verify',
      doneBytes,
      totalBytes,
      doneItems: index + 1,
      totalItems: blobs.length,
      item,
    });
  }
  for (const { build, entries } of manifests) {
    const lost = entries.filter(({ node, blob }) => {
      if (blob !== undefined) needed.add(blob);
      return node.kind === 'file' && blob !== undefined && whole.get(blob) !== node.content.size;
    });
    if (lost.length === 0) continue;
    findings.push({
      severity: 'error',
      code: 'archive-build-incomplete',
      place: { file: archive },
      message: `the build ${displayName(build.revision)} is not whole`,
      found: `${lost.length} files are missing or damaged, such as ${displayName(lost[0]?.path ?? '')}`,
      remedy: addAgain(archive),
    });
  }
  const idle = blobs.filter(({ sha256 }) => !needed.has(sha256));
  if (idle.length > 0) {
    findings.push({
      severity: 'information',
      code: 'archive-unused',
      place: { file: archive },
      message: 'some contents belong to no build',
      found: `${idle.length} files, such as ${idle[0]?.file ?? ''}`,
      remedy: `if a build is missing, its manifest is lost: add it again with dfota archive add BUILD --to ${archive}; else they may be deleted`,
    });
  }
  const bytes = [...whole.values()].reduce((sum, size) => sum + size, 0);
  return { archive, builds: manifests.length, blobs: blobs.length, bytes, findings };
}
