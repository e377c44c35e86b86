/** Makes a LittleFS image of a folder: `dfota littlefs make`. */
import { createHash } from 'node:crypto';
import { writeOutput } from '../../files/output.js';
import { type LittlefsNode, makeLittlefs, unfitPath } from '../../images/littlefs/make.js';
import { readFolder } from '../../input/folder-tree.js';
import { type Fault, InputError, UsageError } from '../../model/errors.js';
import {
  largestLittlefsBlockBytes,
  largestLittlefsImageBytes,
  mostLittlefsEntries,
  smallestLittlefsBlockBytes,
} from '../../model/limits/littlefs.js';
import type { LittlefsMade } from '../../model/littlefs.js';
import { displayName } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import type { Tree } from '../../model/tree.js';
import { holdApart } from '../hold-apart.js';
import { proveLittlefs } from './prove.js';

/** Which folder, and how large the partition is. Bytes. */
export interface LittlefsMakeRequest {
  readonly folder: string;
  readonly output: string;
  /** Of the partition. A preset knows it. */
  readonly size?: number | undefined;
  /** 4096 unless said otherwise. */
  readonly block?: number | undefined;
  readonly preset?: LittlefsPreset | undefined;
}

/** A partition of QuecPython. */
export type LittlefsPreset = 'customer_fs' | 'customer_backup_fs';

const presetBytes: Readonly<Record<LittlefsPreset, number>> = {
  customer_fs: 5 * 2 ** 20,
  customer_backup_fs: 200 * 2 ** 10,
};

/** mklfs hands the number of blocks on as the allocator's window, which must be a multiple of this. */
const windowBlocks = 32;

/**
 * Writes an image that QuecPython mounts: the same folder, the same bytes, whatever the system, the order of its folders and the time. The
 * image is read by a reader of its own and compared with the folder before it gets its name. Throws UsageError, InputError, ProofError.
 */
export async function littlefsMake(request: LittlefsMakeRequest, ports: Ports = {}): Promise<LittlefsMade> {
  const { folder, output } = request;
  const geometry = geometryOf(request);
  await holdApart([{ role: 'the folder', path: folder }], [{ role: 'the output', path: output, kind: 'file' }]);
  const tree = await readFolder(folder, {
    stage: 'read-source',
    onProgress: ports.onProgress ?? silent,
    signal: ports.signal,
  });
  const nodes = await nodesOf(tree, geometry.blockSize);
  ports.signal?.throwIfAborted();
  const image = makeLittlefs(nodes, geometry);
  if (image.kind === 'too-small') throw tooSmall(folder, geometry.size, image.needed);
  proveLittlefs(output, image.bytes, nodes);
  await writeOutput(output, (sink) => sink.write(image.bytes), { signal: ports.signal });
  const files = nodes.flatMap((node) => (node.kind === 'file' ? [node.bytes.length] : []));
  const freeBlocks = geometry.size / geometry.blockSize - image.usedBlocks;
  return {
    output,
    size: image.bytes.length,
    blockSize: geometry.blockSize,
    files: files.length,
    directories: nodes.length - files.length,
    bytes: files.reduce((sum, size) => sum + size, 0),
    usedBlocks: image.usedBlocks,
    freeBlocks,
    sha256: createHash('sha256').update(image.bytes).digest('hex'),
    notes: [
      ...notesOf(request, geometry, freeBlocks),
      ...tree.findings.map(({ message, place }) =>
        place?.entry === undefined ? message : `${place.entry}: ${message}`,
      ),
    ],
  };
}

function geometryOf({ size, block, preset }: LittlefsMakeRequest): {
  readonly size: number;
  readonly blockSize: number;
} {
  const blockSize = block ?? 4096;
  const bytes = size ?? (preset === undefined ? undefined : presetBytes[preset]);
  if (bytes === undefined) {
    throw new UsageError({
      code: 'usage',
      message: 'the size of the partition is missing',
      remedy: 'give --size with the bytes of the partition, or --preset customer_fs or customer_backup_fs',
    });
  }
  const isPower = Number.isInteger(Math.log2(blockSize));
  if (!isPower || blockSize < smallestLittlefsBlockBytes || blockSize > largestLittlefsBlockBytes) {
    const expected = `a power of two from ${smallestLittlefsBlockBytes} to ${largestLittlefsBlockBytes}`;
    throw unfitSize('the size of a block is not possible', `${blockSize} bytes`, expected);
  }
  if (bytes % blockSize !== 0 || bytes < 4 * blockSize || bytes > largestLittlefsImageBytes) {
    const expected = `a multiple of the block of ${blockSize} bytes, from ${4 * blockSize} to ${largestLittlefsImageBytes}`;
    throw unfitSize('the size of the partition is not possible', `${bytes} bytes`, expected);
  }
  return { size: bytes, blockSize };
}

function unfitSize(message: string, found: string, expected: string): UsageError {
  return new UsageError({
    code: 'littlefs-size',
    message,
    found,
    expected,
    remedy: 'give the sizes of the partition as the module has them, such as --size 5M --block 4096',
  });
}

async function nodesOf(tree: Tree, blockSize: number): Promise<readonly LittlefsNode[]> {
  const faults: Fault[] = [];
  const nodes: LittlefsNode[] = [];
  let bytes = 0;
  for (const [path, node] of tree.nodes) {
    const place = { file: tree.origin, entry: displayName(path) };
    const unfit = unfitPath(path, blockSize);
    if (node.kind === 'link') {
      const remedy = 'put a copy of the file in place of the link';
      faults.push({ code: 'littlefs-link', place, message: 'LittleFS has no links', remedy });
    } else if (unfit !== undefined) {
      const remedy = 'give it a shorter name, or take larger blocks';
      faults.push({ code: 'littlefs-name', place, message: unfit, remedy });
    } else if (node.kind === 'directory') nodes.push({ kind: 'directory', path });
    else {
      bytes += node.content.size;
      if (bytes <= largestLittlefsImageBytes) nodes.push({ kind: 'file', path, bytes: await tree.read(path) });
    }
    if (faults.length >= 20) break;
  }
  if (bytes > largestLittlefsImageBytes || tree.nodes.size > mostLittlefsEntries) {
    const message = 'the folder holds more than any partition does';
    const found = bytes > largestLittlefsImageBytes ? `${bytes} bytes` : `${tree.nodes.size} files and folders`;
    const expected = `at most ${largestLittlefsImageBytes} bytes in ${mostLittlefsEntries} files and folders`;
    faults.push({ code: 'littlefs-too-small', place: { file: tree.origin }, message, found, expected });
  }
  if (faults.length > 0) throw new InputError(faults);
  return nodes;
}

function tooSmall(folder: string, size: number, needed: number): InputError {
  return new InputError({
    code: 'littlefs-too-small',
    place: { file: folder },
    message: 'the folder does not fit the partition',
    found: `${needed} bytes with directories and whole blocks`,
    expected: `at most ${size} bytes: ${needed - size} more are needed`,
    remedy: `make the partition ${needed} bytes (0x${needed.toString(16)}) or larger, or take files out of the folder`,
  });
}

function notesOf(
  { preset, size }: LittlefsMakeRequest,
  geometry: { readonly size: number; readonly blockSize: number },
  freeBlocks: number,
): readonly string[] {
  const notes: string[] = [];
  const blocks = geometry.size / geometry.blockSize;
  if (preset === 'customer_backup_fs' && size === undefined) {
    notes.push(
      'the document of QuecPython gives customer_backup_fs two sizes, 200 KB and 20480 bytes; this image has 200 KB (204800 bytes), --size takes another',
    );
  }
  if (blocks % windowBlocks !== 0) {
    const multiple = windowBlocks * geometry.blockSize;
    notes.push(
      `the original mklfs refuses ${geometry.size} bytes where its asserts are on: it wants a multiple of ${windowBlocks} blocks (${multiple} bytes); the device mounts the image`,
    );
  }
  if (freeBlocks < 2) {
    notes.push('the image is full: the device can read it, and cannot write to it');
  }
  return notes;
}
