import { inModem, inSystem, isMinorImage, sdx6x } from './layout.js';
import type { BuildPath } from './path.js';

/** What can be updated on its own: the Linux root file system, the modem, the kernel, the minor partitions. */
export type Part = 'l' | 'm' | 'o' | 'minor';

/** Everything, in the order of reports. */
export const allParts: readonly Part[] = ['l', 'm', 'o', 'minor'];

/** Words of the command line: `a` is everything, minor partitions go with it. */
export function parseParts(words: readonly string[]): ReadonlySet<Part> | undefined {
  const parts = new Set<Part>();
  for (const letter of words.join('')) {
    if (letter === 'a') for (const part of allParts) parts.add(part);
    else if (letter === 'l' || letter === 'm' || letter === 'o') parts.add(letter);
    else return undefined;
  }
  return parts.size === 0 ? undefined : parts;
}

/** The letters for people and for the package's metadata: `a`, `lm`, … */
export function showParts(parts: ReadonlySet<Part>): string {
  if (parts.has('minor')) return 'a';
  return (['l', 'm', 'o'] as const).filter((part) => parts.has(part)).join('');
}

/** Which part a path belongs to; `undefined` for what no package carries (META, OTA, DATA, the recovery image …). */
export function partOf(path: BuildPath): Part | undefined {
  if (inModem(path)) return 'm';
  if (inSystem(path)) return 'l';
  if (path === sdx6x.bootImage) return 'o';
  if (isMinorImage(path)) return 'minor';
  return undefined;
}
