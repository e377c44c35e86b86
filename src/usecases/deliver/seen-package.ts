/** A package as a delivery sees it. */
import type { SeenPackage } from '../../delivery/predict.js';
import { sha1Of } from '../../model/digest.js';
import type { Inspection } from '../../model/inspection.js';
import { onDevice, sdx6x } from '../../model/layout.js';
import { toBytes } from '../../model/path.js';
import { missingProof } from './missing-proof.js';

/** What preflight and delivery ask of the package in that file. */
export async function seenPackage(
  file: string,
  inspection: Inspection,
  expectVersion: string | undefined,
): Promise<SeenPackage> {
  const said = (key: string): string | undefined => {
    const value = inspection.metadata.find((row) => row.key === key)?.value;
    return value === '' ? undefined : value;
  };
  const patched = inspection.targets.filter(({ kind, method }) => kind === 'file' && method !== 'whole');
  const [largest] = [...patched].sort((a, b) => b.targetSize - a.targetSize);
  return {
    unproved: await missingProof(file, inspection.sha256),
    size: inspection.size,
    unpackedSize: inspection.entries.reduce((sum, { size }) => sum + size, 0),
    project: inspection.appliesTo?.project,
    versionFrom: inspection.appliesTo?.revision,
    versionTo: expectVersion ?? said('post-build'),
    largestPatched: largest && { path: largest.name, size: largest.targetSize },
    versionFile: inspection.appliesTo && {
      path: onDevice(sdx6x.versionFile) ?? '',
      sha1: sha1Of(toBytes(inspection.appliesTo.bytes)),
    },
    checks: patched
      .filter(({ from, sourceSha1 }) => from === undefined && sourceSha1 !== undefined)
      .map(({ name, sourceSha1 = '', targetSha1 }) => ({ path: name, sha1: [sourceSha1, targetSha1] })),
  };
}
