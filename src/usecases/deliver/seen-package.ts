/** A package as a delivery sees it. */
import type { SeenPackage } from '../../delivery/predict.js';
import type { Inspection } from '../../model/inspection.js';

/** What preflight and delivery ask of a package. */
export function seenPackage(inspection: Inspection, expectVersion: string | undefined): SeenPackage {
  const said = (key: string): string | undefined => {
    const value = inspection.metadata.find((row) => row.key === key)?.value;
    return value === '' ? undefined : value;
  };
  const patched = inspection.targets.filter(({ kind, method }) => kind === 'file' && method !== 'whole');
  const [largest] = [...patched].sort((a, b) => b.targetSize - a.targetSize);
  return {
    size: inspection.size,
    unpackedSize: inspection.entries.reduce((sum, { size }) => sum + size, 0),
    project: inspection.appliesTo?.project,
    versionFrom: inspection.appliesTo?.revision,
    versionTo: expectVersion ?? said('post-build'),
    largestPatched: largest && { path: largest.name, size: largest.targetSize },
    checks: patched
      .filter(({ from, sourceSha1 }) => from === undefined && sourceSha1 !== undefined)
      .map(({ name, sourceSha1 = '', targetSha1 }) => ({ path: name, sha1: [sourceSha1, targetSha1] })),
  };
}
