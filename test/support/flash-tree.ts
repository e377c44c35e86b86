import { Buffer } from 'node:buffer';
import {
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { seededRandom } from './random.js';

/** A real tree (a package of this project's own dependencies) with everything odd that a file system can hold beside it. */
export function writeFlashTree(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const real = dirname(createRequire(import.meta.url).resolve('picomatch'));
  cpSync(real, join(folder, 'usr'), { recursive: true });
  const random = seededRandom(7);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/su'), random.bytes(10_000));
  chmodSync(join(folder, 'bin/su'), 0o4755);
  symlinkSync('su', join(folder, 'bin/sh'));
  symlinkSync('../missing/é', join(folder, 'bin/dangling'));
  linkSync(join(folder, 'bin/su'), join(folder, 'bin/sudo'));
  mkdirSync(join(folder, 'empty'), { mode: 0o700 });
  mkdirSync(join(folder, 'a/b/c/d/e'), { recursive: true });
  writeFileSync(join(folder, 'a/b/c/d/e/deep'), 'deep');
  writeFileSync(join(folder, 'zero'), '');
  writeFileSync(join(folder, 'one-block'), Buffer.alloc(4096, 'x'));
  writeFileSync(join(folder, 'block-and-one'), Buffer.alloc(4097, 'ab\n'));
  writeFileSync(join(folder, 'repetitive'), Buffer.alloc(300_000, 'all work and no play '));
  writeFileSync(join(folder, 'hole'), 'start');
  truncateSync(join(folder, 'hole'), 100_000);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('n\xe9 " \\ \xff', 'latin1')]), 'not UTF-8');
  writeFileSync(join(folder, 'n'.repeat(255)), 'long name');
  chmodSync(join(folder, 'zero'), 0o600);
  return folder;
}

/** What a folder holds, for comparing. Names are one unit a byte. */
export interface Known {
  readonly kind: 'file' | 'link' | 'directory';
  readonly mode: number;
  readonly content: string;
}

/** Reads a folder the plain way. */
export function knownTree(folder: string, prefix = ''): Map<string, Known> {
  const known = new Map<string, Known>();
  const at = (name: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
  const inside = prefix === '' ? Buffer.from(folder) : at(prefix);
  for (const bytes of readdirSync(inside, { encoding: 'buffer' })) {
    const name = prefix === '' ? bytes.toString('latin1') : `${prefix}/${bytes.toString('latin1')}`;
    const stats = lstatSync(at(name));
    if (stats.isSymbolicLink()) {
      const content = readlinkSync(at(name), { encoding: 'buffer' }).toString('latin1');
      known.set(name, { kind: 'link', mode: 0o777, content });
    } else if (stats.isDirectory()) {
      known.set(name, { kind: 'directory', mode: statSync(at(name)).mode & 0o7777, content: '' });
      for (const [below, what] of knownTree(folder, name)) known.set(below, what);
    } else {
      known.set(name, { kind: 'file', mode: stats.mode & 0o7777, content: readFileSync(at(name)).toString('latin1') });
    }
  }
  return known;
}
