/** What looking into files takes of memory: what was promised holds for the whole process. */
import type { Build } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { largestComparedBytes } from '../../model/limits/audit.js';
import { type BuildPath, displayName } from '../../model/path.js';
import { holdMemory, type LargestWork, processBytes, threadBytes } from '../process-memory.js';

/** Bytes for each byte of a file's two sides while they are compared and measured: both, the index of one, and what differs. Measured. */
const perByte = 4;
/** The same of a boot image, whose kernel and RAM disk are unpacked; by Node 26, which collects later than others. */
const perByteUnpacked = 13;

const unpacked: ReadonlySet<string> = new Set([sdx6x.bootImage, sdx6x.recoveryImage]);

/**
 * Whether files may be measured in a thread of its own, which holds a file while the next one is looked into. Throws UsageError where one file
 * takes more than was promised. `earlier` has the source's path of what is new at its own.
 */
export function shareLooking(
  memory: number | undefined,
  source: Build,
  target: Build,
  earlier: ReadonlyMap<BuildPath, BuildPath>,
): { readonly apart: boolean } {
  if (memory === undefined) return { apart: true };
  let largest: LargestWork = { label: '', bytes: 0 };
  for (const [path, entry] of target.entries) {
    if (entry.kind !== 'file') continue;
    const before = source.entries.get(path) ?? source.entries.get(earlier.get(path) ?? path);
    const sides = [entry.content, ...(before?.kind === 'file' ? [before.content] : [])];
    // What is larger is not looked into, and what is the same neither.
    if (
      sides.some(({ size }) => size > largestComparedBytes) ||
      new Set(sides.map(({ sha1 }) => sha1)).size < sides.length
    )
      continue;
    const bytes = sides.reduce((sum, { size }) => sum + size, 0) * (unpacked.has(path) ? perByteUnpacked : perByte);
    if (bytes > largest.bytes) largest = { label: displayName(path), bytes };
  }
  const least = processBytes(source.entries.size + target.entries.size) + largest.bytes;
  holdMemory(memory, least, largest);
  return { apart: memory >= least + threadBytes + largest.bytes };
}
