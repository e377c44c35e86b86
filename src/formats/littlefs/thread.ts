/** The list of all pairs, which the device goes along to see which blocks are in use. It must have every directory, once. */

import type { View } from '../bytes/view.js';
import { isNoPair, type PairAt, readPair } from './pair.js';
import type { Problems } from './problems.js';

/** Follows the list from the superblock, and holds it against the pairs of the directories. */
export function checkThread(
  image: View,
  blockSize: number,
  readable: number,
  first: PairAt,
  pairs: readonly PairAt[],
  problems: Problems,
): void {
  const partners = new Map(pairs.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]));
  const seen = new Set<number>();
  const add = (severity: 'error' | 'warning', block: number, message: string): void =>
    problems.add({
      severity,
      code: severity === 'error' ? 'littlefs-list' : 'littlefs-interrupted',
      block,
      message,
    });
  for (let at = first; !isNoPair(at); ) {
    const [one, other] = at;
    if (seen.has(one) || seen.has(other)) {
      add('error', one, 'the list of directories leads back to itself: the device does not come to its end');
      return;
    }
    if (one >= readable || other >= readable) {
      add('error', one, `the list of directories leads to the blocks ${one} and ${other}, which are not there`);
      return;
    }
    seen.add(one);
    seen.add(other);
    const known = partners.get(one) ?? partners.get(other);
    if (known === undefined) add('warning', one, 'a directory is in no other one: the device drops it when it writes');
    else if (partners.get(one) !== other)
      add('warning', one, 'a directory was being moved to another block when the power went away: the device mends it');
    const block = readPair(image, at, blockSize);
    if (block === undefined) {
      // What is lost of a directory was told when it was read.
      if (known === undefined) add('error', one, 'the list of directories ends in a damaged pair');
      return;
    }
    at = block.tail;
  }
  for (const [one, other] of pairs) {
    if (seen.has(one) || seen.has(other)) continue;
    add('error', one, 'a directory is not in the list of all: the device takes its blocks for free ones');
  }
}
