/** Random trees on disk, images that mksquashfs makes of them, and what is to be read of them. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openSquashfs, type Squashfs } from '../../src/formats/squashfs/file-system.js';
import { memorySource } from '../../src/model/byte-source.js';
import { readWhole } from '../../src/model/input-tree.js';
import type { Random } from './random.js';

/** What lies in a folder that was made at random: paths in byte order, and what is at each. */
export type OnDisk = ReadonlyMap<string, { readonly kind: 'file' | 'directory' | 'link'; readonly text: string }>;

/** Makes files of all sizes around a block, empty ones, holes, copies, links, hard links and folders in a new folder. */
export function writeRandomTree(folder: string, random: Random, blockSize: number): OnDisk {
  const found = new Map<string, { kind: 'file' | 'directory' | 'link'; text: string }>();
  const folders = [''];
  const contents: Buffer[] = [];
  mkdirSync(folder);
  const pathOf = (name: string): string => {
    const above = random.pick(folders);
    return above === '' ? name : `${above}/${name}`;
  };
  for (let at = random.below(8); at > 0; at -= 1) {
    const path = pathOf(`folder ${at}`);
    mkdirSync(join(folder, path));
    folders.push(path);
    found.set(path, { kind: 'directory', text: '' });
  }
  const sizes = [0, 1, 100, blockSize - 1, blockSize, blockSize + 1, 3 * blockSize, 2 * blockSize + 777];
  for (let at = random.below(40); at > 0; at -= 1) {
    const path = pathOf(`${random.pick(['é', 'file', 'n'.repeat(200)])}${at}`);
    const size = random.pick(sizes);
    const kept = contents.length > 0 && random.chance(15) ? random.pick(contents) : undefined;
    const text = random.chance(50) ? Buffer.alloc(size, 'plain words ') : random.bytes(size);
    if (random.chance(20)) text.fill(0, 0, Math.min(size, 2 * blockSize));
    const content = kept ?? text;
    contents.push(content);
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), random.pick([0o644, 0o755, 0o600, 0o4755]));
    utimesSync(join(folder, path), 1_700_000_000 + at, 1_700_000_000 + at);
    found.set(path, { kind: 'file', text: content.toString('latin1') });
    if (random.chance(10)) {
      linkSync(join(folder, path), join(folder, `${path}.hard`));
      found.set(`${path}.hard`, { kind: 'file', text: content.toString('latin1') });
    }
    if (random.chance(10)) {
      symlinkSync(`to/${path}`, join(folder, `${path}.link`));
      found.set(`${path}.link`, { kind: 'link', text: `to/${path}` });
    }
  }
  return found;
}

/** What lies in a folder, names as text. */
export function readDisk(folder: string, paths: Iterable<string>): OnDisk {
  const found = new Map<string, { kind: 'file' | 'directory' | 'link'; text: string }>();
  for (const path of paths) {
    const stats = lstatSync(join(folder, path));
    const kind = stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file';
    const text =
      kind === 'file'
        ? readFileSync(join(folder, path), 'latin1')
        : kind === 'link'
          ? readlinkSync(join(folder, path))
          : '';
    found.set(path, { kind, text });
  }
  return found;
}

/** The image that mksquashfs makes of a folder. */
export function makeSquashfs(folder: string, image: string, ...words: readonly string[]): Buffer {
  const quiet = ['-noappend', '-quiet', '-no-progress', '-all-root', ...words];
  execFileSync('mksquashfs', [folder, image, ...quiet], { stdio: 'pipe' });
  return readFileSync(image);
}

/** Opens an image in memory. */
export function squashfsOf(bytes: Uint8Array): Promise<Squashfs> {
  return openSquashfs(memorySource('image', bytes));
}

/** What our reader finds, names as text. */
export async function readTree(tree: Squashfs): Promise<OnDisk> {
  const found = new Map<string, { kind: 'file' | 'directory' | 'link'; text: string }>();
  for (const { path, kind, destination = '' } of tree.entries) {
    const name = Buffer.from(path, 'latin1').toString('utf8');
    if (kind === 'file') found.set(name, { kind, text: Buffer.from(await readWhole(tree, path)).toString('latin1') });
    else if (kind === 'directory') found.set(name, { kind, text: '' });
    else if (kind === 'link') found.set(name, { kind, text: Buffer.from(destination, 'latin1').toString('utf8') });
  }
  return found;
}
