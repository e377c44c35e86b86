import { openFileSource } from '../../files/file-source.js';
import { isLittlefs, littlefsHeadBytes, secondBlocks } from '../../formats/littlefs/superblock.js';
import { openSquashfs } from '../../formats/squashfs/file-system.js';
import { readUbi, type UbiImage, type UbiVolume } from '../../formats/ubi/image.js';
import { volumeSource } from '../../formats/ubi/volume-source.js';
import { fileBlocks, volumeBlocks } from '../../formats/ubifs/erase-blocks.js';
import { openUbifs } from '../../formats/ubifs/file-system.js';
import { nodeMagic, parseNode } from '../../formats/ubifs/nodes.js';
import { parseSuperblock } from '../../formats/ubifs/superblock.js';
import type { ByteSource } from '../../model/byte-source.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { InputTree } from '../../model/input-tree.js';
import { displayName } from '../../model/path.js';
import { bareEntry, type TreeEntry } from '../../model/tree-entry.js';
import { openLittlefsTree } from './littlefs-tree.js';

/** What a file's first bytes say that it is. */
export type ImageKind =
  | 'ubi'
  | 'ubifs'
  | 'squashfs'
  | 'littlefs'
  | 'ext4'
  | 'sparse'
  | 'zip'
  | 'boot'
  | 'erased'
  | 'unknown';

/** Recognises an image by its first bytes (2 KiB are enough). */
export function recogniseImage(head: Uint8Array): ImageKind {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const word = head.length >= 4 ? view.getUint32(0) : 0;
  if (word === 0x55424923) return 'ubi';
  if (head.length >= 4 && view.getUint32(0, true) === nodeMagic) return 'ubifs';
  if (word === 0x68737173 || word === 0x73717368) return 'squashfs';
  if (isLittlefs(head)) return 'littlefs';
  if (word === 0x3aff26ed) return 'sparse';
  if (word === 0x504b0304 || word === 0x504b0506) return 'zip';
  if (word === 0x414e4452) return 'boot';
  if (head.length >= 1082 && view.getUint16(1080, true) === 0xef53) return 'ext4';
  if (head.length > 0 && head.every((byte) => byte === 0xff)) return 'erased';
  return 'unknown';
}

/** The first bytes of a file, as {@link recogniseImage} wants them. Throws InputError when it cannot be read. */
export async function recogniseFile(path: string): Promise<ImageKind> {
  const source = await openFileSource(path);
  try {
    return await recogniseSource(source);
  } finally {
    await source.close();
  }
}

/** The same of what is open already. A LittleFS whose first superblock is lost is recognised by the second one. */
async function recogniseSource(source: ByteSource): Promise<ImageKind> {
  const kind = recogniseImage(await source.read(0, 2048));
  if (kind !== 'unknown' && kind !== 'erased') return kind;
  for (const block of secondBlocks()) if (isLittlefs(await source.read(block, littlefsHeadBytes))) return 'littlefs';
  return kind;
}

/** Which volume of an UBI image is meant; by default the one whose file system is the system's or the modem's. */
export interface ImageOptions {
  readonly volume?: string | undefined;
}

/**
 * Opens an UBI, UBIFS, squashfs or LittleFS image as a tree. Of an UBI image one volume is taken: the one asked for, else `rootfs`,
 * `system`, `modem` or `firmware`, else the only one with a file system. A volume asked for that holds none comes as one file, `<name>.img`.
 * Throws InputError when it is neither kind of image or when the volume is not plain.
 */
export async function openImageTree(path: string, options: ImageOptions = {}): Promise<InputTree> {
  const source = await openFileSource(path);
  try {
    const kind = await recogniseSource(source);
    if (kind === 'littlefs') {
      await source.close();
      return await openLittlefsTree(path);
    }
    if (kind === 'ubifs') return await openPlain(source);
    if (kind === 'squashfs') return { ...(await openSquashfs(source)), origin: path, close: () => source.close() };
    if (kind === 'ubi' || kind === 'erased' || kind === 'unknown') return await openVolume(source, options);
    throw new InputError({
      code: 'image-kind',
      place: { file: path },
      message: 'this kind of image cannot be read',
      found: kind,
      expected: 'an UBI image (UBI#), an UBIFS, a squashfs or a LittleFS image',
    });
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openPlain(source: ByteSource): Promise<InputTree> {
  const head = await source.read(0, 4096);
  const superblock = parseSuperblock(source.name, typeof parseNode(head, 0, 0) === 'string' ? undefined : head);
  const tree = await openUbifs(fileBlocks(source, superblock.blockSize));
  const whole = superblock.blockCount * superblock.blockSize;
  const findings = source.size < whole ? [...tree.findings, cutShort(source, whole)] : tree.findings;
  return { ...tree, origin: source.name, findings, close: () => source.close() };
}

function cutShort(source: ByteSource, whole: number): Finding {
  return {
    severity: 'warning',
    code: 'ubifs-cut-short',
    place: { file: source.name },
    message: 'the image is shorter than its file system: what is missing reads as erased flash',
    found: `${source.size} bytes`,
    expected: `${whole} bytes`,
    remedy: 'copy the image again',
  };
}

const preferred = ['rootfs', 'system', 'modem', 'firmware'];

async function openVolume(source: ByteSource, options: ImageOptions): Promise<InputTree> {
  const image = await readUbi(source);
  const kinds = new Map<UbiVolume, ImageKind>();
  for (const volume of image.volumes) {
    const head = await volume.readBlock(0);
    kinds.set(volume, head === undefined ? 'erased' : recogniseImage(head.subarray(0, 2048)));
  }
  const volume = chooseVolume(source, image, kinds, options.volume);
  const name = displayName(volume.name);
  const findings = [...image.findings];
  const others = image.volumes.filter((other) => other !== volume).map((other) => displayName(other.name));
  if (others.length > 0 && options.volume === undefined) {
    findings.push({
      severity: 'information',
      code: 'ubi-other-volumes',
      place: { file: source.name },
      message: `volume ${name} is read; the image also holds ${others.join(', ')}`,
      remedy: 'choose another with --volume',
    });
  }
  if (kinds.get(volume) === 'squashfs') {
    const squashfs = await openSquashfs(volumeSource(`${source.name}:${name}`, volume));
    return {
      ...squashfs,
      origin: source.name,
      description: `UBI image, volume ${name}, ${squashfs.description}`,
      eraseBlock: image.geometry.eraseBlock,
      findings: [...findings, ...squashfs.findings],
      close: () => source.close(),
    };
  }
  if (kinds.get(volume) !== 'ubifs') return rawVolume(source, volume, findings);
  const tree = await openUbifs(volumeBlocks(`${source.name}:${name}`, volume));
  return {
    ...tree,
    origin: source.name,
    description: `UBI image, volume ${name}, ${tree.description}`,
    eraseBlock: image.geometry.eraseBlock,
    findings: [...findings, ...tree.findings],
    close: () => source.close(),
  };
}

function chooseVolume(
  source: ByteSource,
  image: UbiImage,
  kinds: ReadonlyMap<UbiVolume, ImageKind>,
  wanted: string | undefined,
): UbiVolume {
  const list = image.volumes
    .map((volume) => `${displayName(volume.name)} (${kinds.get(volume) ?? 'unknown'})`)
    .join(', ');
  const fail = (message: string, remedy?: string): never => {
    throw new InputError({
      code: 'ubi-volume',
      place: { file: source.name },
      message,
      found: `volumes ${list}`,
      remedy,
    });
  };
  if (wanted !== undefined) {
    return image.volumes.find(({ name }) => displayName(name) === wanted) ?? fail(`the image has no volume ${wanted}`);
  }
  const isReadable = (volume: UbiVolume): boolean => ['ubifs', 'squashfs'].includes(kinds.get(volume) ?? '');
  const readable = image.volumes.filter(isReadable);
  const named = preferred.flatMap((name) => readable.filter((volume) => volume.name === name));
  const [only, second] = readable;
  if (only === undefined) return fail('no volume of the image holds an UBIFS or a squashfs');
  return (
    named[0] ?? (second === undefined ? only : fail('several volumes hold a file system', 'choose one with --volume'))
  );
}

function rawVolume(source: ByteSource, volume: UbiVolume, findings: readonly Finding[]): InputTree {
  const path = `${volume.name.replaceAll(/[/\0]/g, '_')}.img`;
  const entry: TreeEntry = {
    ...bareEntry,
    path,
    kind: 'file',
    size: volume.size,
  };
  return {
    origin: source.name,
    description: `UBI image, ${volume.kind} volume ${displayName(volume.name)}, ${volume.size} bytes`,
    entries: [entry],
    findings,
    content: (wanted) => {
      if (wanted !== path) throw new RangeError(`no file ${displayName(wanted)}`);
      return volume.blocks();
    },
    close: () => source.close(),
  };
}
