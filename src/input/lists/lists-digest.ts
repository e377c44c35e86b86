import { createHash } from 'node:crypto';
import { type Sha256, toSha256 } from '../../model/digest.js';
import type { ListName } from '../../model/list-rules.js';
import { listFileNames } from './list-file-names.js';

/**
 * SHA-256 of all that the list files hold: for each of them, noota first, a line with its name and its size, and then its
 * bytes. A list that is missing counts as empty, which is how it is read.
 */
export function listsDigest(lists: Readonly<Record<ListName, Uint8Array>>): Sha256 {
  const hash = createHash('sha256');
  for (const list of ['noota', 'fullota', 'chmod', 'multifota'] as const) {
    const bytes = lists[list];
    hash.update(`${listFileNames[list]} ${bytes.length}\n`, 'latin1').update(bytes);
  }
  return toSha256(hash.digest('hex'));
}
