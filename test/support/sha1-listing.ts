/** The list of a folder's files as people make it on a module. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What `find START -type f -exec sha1sum {} \;` prints in the folder, by the real sha1sum; without find, which not every machine has. */
export function sha1Listing(folder: string, start: string): Buffer {
  const names = readdirSync(join(folder, start), { recursive: true, encoding: 'utf8' })
    .map((name) => `${start}/${name}`)
    .filter((name) => lstatSync(join(folder, name)).isFile());
  return execFileSync('sha1sum', names, { cwd: folder });
}
