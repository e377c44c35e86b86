/**
 * A build out of raw images, as the build system leaves them: `*sysfs.ubi` (root file system), `NON-HLOS.ubi` (modem) and
 * `*boot.img` (kernel), any subset, in one folder.
 *
 * What images do not say comes from elsewhere, in this order: folders META, OTA, RECOVERY, RADIO and MULTIFOTA beside the
 * images; a companion (a targetfiles.zip or a folder of its layout, usually the source's); defaults of the UBI layout, with
 * a finding that they are. The companion also stands in for images that are not there. Its filesystem_config.txt is not
 * taken: the images themselves know owner and mode of every file.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileSource } from '../../files/file-source.js';
import { asInputError } from '../../files/system-error.js';
import { sha1Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { inModem, inSystem, isBelowSystem, sdx6x } from '../../model/layout.js';
import { largestFileBytes, largestFileInWords } from '../../model/limits.js';
import { type BuildPath, compareBytes, displayName, isWithin, toBuildPath } from '../../model/path.js';
import type { ReadOptions, Tree, TreeNode } from '../../model/tree.js';
import { digestOfNodes } from '../../model/tree-digest.js';
import { readFolder } from '../folder-tree.js';
import { findImages, type RawImages, singleImage } from './find-images.js';
import { readImage } from './hashed-image.js';

/** Folders of targetfiles.zip that may stand beside the images. */
const besideFolders = [sdx6x.metadata, sdx6x.otaPrograms, sdx6x.recovery, sdx6x.radio, sdx6x.minorImages];

/** Builds from images while it is being filled. */
interface Filling {
  readonly nodes: Map<BuildPath, TreeNode>;
  readonly readers: Map<BuildPath, () => Promise<Uint8Array<ArrayBuffer>>>;
  readonly findings: Finding[];
  readonly closers: (() => Promise<void>)[];
  /** Erase block of the system image, for the defaults. */
  eraseBlock?: number | undefined;
}

/** Reads a folder of raw images, or a single image, as the tree of a build. Every file is read once and hashed. Throws InputError. */
export async function readRawImages(path: string, options: ReadOptions, companion?: Tree): Promise<Tree> {
  const filling: Filling = { nodes: new Map(), readers: new Map(), findings: [], closers: [] };
  if (companion !== undefined) filling.closers.push(() => companion.close());
  try {
    const folder = (await stat(path)).isDirectory();
    const { images, faults } = folder ? await findImages(path) : { images: singleImage(path), faults: [] };
    if (faults.length > 0) throw new InputError(faults);
    if (companion !== undefined) takeCompanion(companion, images, filling);
    if (folder) await takeFolders(path, options, filling);
    if (images.system !== undefined) await takeImage(images.system, sdx6x.system, options, filling);
    if (images.modem !== undefined) await takeImage(images.modem, sdx6x.modem, options, filling);
    if (images.boot !== undefined) await takeBoot(images.boot, options, filling);
    addDefaults(path, images, filling, options.stage === 'read-target' && options.compareOnly !== true);
    const sorted = new Map([...filling.nodes].sort(([a], [b]) => compareBytes(a, b)));
    return {
      origin: path,
      digest: digestOfNodes(sorted),
      nodes: sorted,
      findings: filling.findings,
      async read(file) {
        const node = sorted.get(file);
        const reader = filling.readers.get(file);
        if (reader === undefined || node?.kind !== 'file')
          throw new RangeError(`no file ${displayName(file)} in ${path}`);
        const bytes = await reader();
        if (sha1Of(bytes) !== node.content.sha1) {
          const place = { file: path, entry: displayName(file) };
          throw new InputError({ code: 'input-changed', place, message: 'the input was changed while it was in use' });
        }
        return bytes;
      },
      close: () => closeAll(filling),
    };
  } catch (error) {
    await closeAll(filling);
    throw asInputError(error, path);
  }
}

async function closeAll(filling: Filling): Promise<void> {
  for (const close of filling.closers.splice(0)) await close();
}

function takeCompanion(companion: Tree, images: RawImages, filling: Filling): void {
  for (const [path, node] of companion.nodes) {
    if (path === sdx6x.filesystemConfig) continue;
    const firmware = inModem(path);
    if (firmware && images.modem !== undefined) continue;
    if (!firmware && inSystem(path) && images.system !== undefined) continue;
    if (path === sdx6x.bootImage && images.boot !== undefined) continue;
    filling.nodes.set(path, node);
    if (node.kind === 'file') filling.readers.set(path, () => companion.read(path));
  }
}

async function takeFolders(folder: string, options: ReadOptions, filling: Filling): Promise<void> {
  for (const name of besideFolders) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || !found.isDirectory()) continue;
    const tree = await readFolder(path, options);
    for (const known of [...filling.nodes.keys()]) if (isWithin(known, name)) filling.nodes.delete(known);
    for (const finding of tree.findings) filling.findings.push(finding);
    filling.nodes.set(toBuildPath(name), { kind: 'directory' });
    for (const [inside, node] of tree.nodes) {
      const at = toBuildPath(`${name}/${inside}`);
      filling.nodes.set(at, node);
      if (node.kind === 'file') filling.readers.set(at, () => tree.read(inside));
    }
  }
}

async function takeImage(path: string, below: string, options: ReadOptions, filling: Filling): Promise<void> {
  const tree = await readImage(path, options);
  filling.closers.push(() => tree.close());
  for (const finding of tree.findings) filling.findings.push(finding);
  if (tree.eraseBlock !== undefined && below === sdx6x.system) filling.eraseBlock = tree.eraseBlock;
  if (tree.readOnly === true && below === sdx6x.system) {
    filling.findings.push({
      severity: 'warning',
      code: 'squashfs-read-only',
      place: { file: path },
      message: 'the file system is a squashfs: a module that mounts it as one changes no single files in it',
      remedy: 'update such a system as a whole image; ls, extract, audit and prepare --rootfs read it',
    });
  }
  if (tree.root !== undefined) filling.nodes.set(toBuildPath(below), { kind: 'directory', own: tree.root });
  let left = 0;
  for (const [inside, node] of tree.nodes) {
    const at = toBuildPath(`${below}/${inside}`);
    if (below === sdx6x.system && at.startsWith(`${sdx6x.modem}/`)) {
      left += 1;
      continue;
    }
    filling.nodes.set(at, node);
    if (node.kind === 'file') filling.readers.set(at, () => tree.read(inside));
  }
  if (left > 0) {
    filling.findings.push({
      severity: 'information',
      code: 'image-left-out',
      place: { file: path },
      message: 'what lies below /firmware is left out: the modem has an image of its own',
      found: `${left} entries`,
    });
  }
}

async function takeBoot(path: string, options: ReadOptions, filling: Filling): Promise<void> {
  options.signal?.throwIfAborted();
  const source = await openFileSource(path);
  filling.closers.push(() => source.close());
  if (source.size > largestFileBytes) {
    throw new InputError({
      code: 'file-too-large',
      place: { file: path },
      message: 'the boot image is too large',
      found: `${source.size} bytes`,
      expected: largestFileInWords,
    });
  }
  const at = sdx6x.bootImage;
  const read = (): Promise<Uint8Array<ArrayBuffer>> => source.read(0, source.size);
  filling.nodes.set(at, { kind: 'file', content: { size: source.size, sha1: sha1Of(await read()) } });
  filling.readers.set(at, read);
}

const defaultFstab = [
  '/boot mtd boot',
  '/cache ubifs cache',
  '/data ubifs userdata',
  '/recovery mtd recovery',
  '/system ubifs system',
];

function addDefaults(path: string, images: RawImages, filling: Filling, needsUpdater: boolean): void {
  const { nodes, readers, findings } = filling;
  const add = (name: string, lines: readonly string[]): void => {
    const bytes = Uint8Array.from(Buffer.from(`${lines.join('\n')}\n`));
    const at = toBuildPath(name);
    nodes.set(at, { kind: 'file', content: { size: bytes.length, sha1: sha1Of(bytes) } });
    readers.set(at, () => Promise.resolve(bytes));
  };
  const made: string[] = [];
  if (nodes.get(sdx6x.miscInfo)?.kind !== 'file') {
    add(sdx6x.miscInfo, ['recovery_api_version=3', 'fstab_version=1', `blocksize=${filling.eraseBlock ?? 262_144}`]);
    made.push(sdx6x.miscInfo);
  }
  const tables = sdx6x.fstabs;
  if (tables.every((name) => nodes.get(toBuildPath(name))?.kind !== 'file')) {
    add(sdx6x.fstabs[0], defaultFstab);
    made.push(sdx6x.fstabs[0]);
  }
  if (made.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'raw-images-defaults',
      place: { file: path },
      message: `images alone do not say what the module is like: ${made.join(' and ')} are defaults of the UBI layout (Linux-Embedded, MTD)`,
      remedy: 'give a targetfiles.zip of the same module as companion, or put META and RECOVERY beside the images',
    });
  }
  if (needsUpdater && nodes.get(sdx6x.updater)?.kind !== 'file') {
    throw new InputError({
      code: 'no-updater',
      place: { file: path, entry: sdx6x.updater },
      message: 'the program that runs on the device is missing: no image holds it',
      expected: "a file OTA/bin/updater, which becomes the package's update-binary",
      remedy: 'give a targetfiles.zip of the same module as companion, or put OTA/bin/updater beside the images',
    });
  }
  if (![...nodes.keys()].some((name) => isBelowSystem(name))) {
    // Every module has these two; a build of a kernel alone says nothing else of the file system.
    for (const name of [sdx6x.system, sdx6x.modem]) nodes.set(toBuildPath(name), { kind: 'directory' });
  }
  const absent = (['system', 'modem', 'boot'] as const).filter((role) => images[role] === undefined);
  if (absent.length > 0) {
    findings.push({
      severity: 'information',
      code: 'raw-images-partial',
      place: { file: path },
      message: `there is no ${absent.join(' and no ')} image here: update only the parts that are`,
    });
  }
}
