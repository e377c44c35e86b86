/** Shares out the memory that a verification may take: what is promised holds for the whole process. */
import { availableParallelism } from 'node:os';
import type { SimulationShare } from '../../device/index.js';
import type { Build } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import { holdMemory, type LargestWork, processBytes, threadBytes } from '../process-memory.js';

/** What a patch takes while it is applied, for each byte of the larger of its sides: both, the patch, and what is unpacked of it. Measured. */
const perByte = 3;
/** The same of a boot image, whose kernel and RAM disk are unpacked. */
const perByteUnpacked = 14;

/** Contents that are kept at hand where there is enough: more does not make it quicker. */
const enoughKept = 96 * 2 ** 20;

const unpacked: ReadonlySet<string> = new Set([sdx6x.bootImage, sdx6x.recoveryImage]);

function largestWork(builds: readonly Pick<Build, 'entries'>[]): LargestWork {
  let largest: LargestWork = { label: '', bytes: 0 };
  for (const { entries } of builds) {
    for (const [path, entry] of entries) {
      if (entry.kind !== 'file') continue;
      const bytes = entry.content.size * (unpacked.has(path) ? perByteUnpacked : perByte);
      if (bytes > largest.bytes) largest = { label: displayName(path), bytes };
    }
  }
  return largest;
}

/**
 * The share of the simulated device when the whole process may take `memory` bytes; the default's where nothing is promised. Throws UsageError
 * where the largest file of the builds takes more, whether or not the package has a patch of it.
 */
export function shareSimulation(
  memory: number | undefined,
  builds: readonly Pick<Build, 'entries'>[],
): SimulationShare | undefined {
  if (memory === undefined) return undefined;
  const largest = largestWork(builds);
  const paths = builds.reduce((sum, { entries }) => sum + entries.size, 0);
  const process = processBytes(paths);
  const least = process + largest.bytes;
  holdMemory(memory, least, largest);
  // The thread of the run keeps as much as all those that try cuts.
  const mostKept = Math.min(enoughKept, Math.floor((memory - least) / 2));
  const room = memory - least - 2 * mostKept;
  const processors = availableParallelism();
  // A thread that tries cuts knows all paths too.
  const cutBytes = threadBytes + (process - processBytes(0)) + largest.bytes;
  return {
    patchThreads: Math.min(processors, Math.floor(room / (threadBytes + largest.bytes))),
    cutThreads: Math.min(processors, Math.floor(room / cutBytes)),
    mostKept,
  };
}
