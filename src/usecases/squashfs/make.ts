/** Makes a squashfs of a folder: `dfota squashfs make`. */
import { createHash } from 'node:crypto';
import { writeOutput } from '../../files/output.js';
import { makeSquashfs, type SquashfsNode } from '../../images/squashfs/make.js';
import { makeUbi } from '../../images/ubi/make.js';
import { readFolder } from '../../input/folder-tree.js';
import { InputError, UsageError } from '../../model/errors.js';
import {
  largestSquashfsBlockBytes,
  largestSquashfsMadeBytes,
  smallestSquashfsBlockBytes,
} from '../../model/limits/squashfs.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import type { SquashfsMade } from '../../model/squashfs.js';
import type { Tree } from '../../model/tree.js';
import { holdApart } from '../hold-apart.js';
import { proveSquashfs } from './prove.js';
import { zlibStream } from './zlib-stream.js';

/** Which folder, and what of it is made. Bytes. */
export interface SquashfsMakeRequest {
  readonly folder: string;
  readonly output: string;
  /** Of a block of data; 131072 unless said otherwise. */
  readonly block?: number | undefined;
  /** What everything is dated to, ISO 8601 in UTC; 1970 without it. */
  readonly date?: string | undefined;
  /** Lays the squashfs into an UBI image. */
  readonly ubi?: UbiVolumeRequest | undefined;
}

/** An UBI image with one volume. */
export interface UbiVolumeRequest {
  readonly volume: string;
  readonly eraseBlock: number;
  readonly page: number;
}

/**
 * Writes an image whose bytes depend on names, contents, links and the owner's right to execute, and on nothing else: all of it is root's,
 * files have the mode 644 or 755, directories 755, everything has one date. It is read back and compared with the folder before it gets
 * its name. Throws UsageError, InputError, ProofError.
 */
export async function squashfsMake(request: SquashfsMakeRequest, ports: Ports = {}): Promise<SquashfsMade> {
  const { folder, output, block = 131_072, ubi } = request;
  requireBlock(block);
  if (ubi !== undefined) requireFlash(ubi);
  await holdApart([{ role: 'the folder', path: folder }], [{ role: 'the output', path: output, kind: 'file' }]);
  const tree = await readFolder(folder, {
    stage: 'read-source',
    onProgress: ports.onProgress ?? silent,
    signal: ports.signal,
  });
  const nodes = await nodesOf(tree);
  ports.signal?.throwIfAborted();
  const date = request.date === undefined ? 0 : Math.floor(Date.parse(request.date) / 1000);
  const squashfs = makeSquashfs(nodes, { blockSize: block, date: Math.min(date, 0xffffffff), pack: zlibStream });
  const sequence = createHash('sha256').update(squashfs).digest().readUInt32BE();
  const image = ubi === undefined ? squashfs : makeUbi(squashfs, { ...ubi, sequence });
  await proveSquashfs(output, image, ubi?.volume, nodes);
  await writeOutput(output, (sink) => sink.write(image), { signal: ports.signal });
  const count = (kind: SquashfsNode['kind']): number => nodes.filter((node) => node.kind === kind).length;
  return {
    output,
    size: image.length,
    squashfsSize: squashfs.length,
    files: count('file'),
    directories: count('directory'),
    links: count('link'),
    bytes: nodes.reduce((sum, node) => sum + (node.kind === 'file' ? node.bytes.length : 0), 0),
    volume: ubi?.volume,
    sha256: createHash('sha256').update(image).digest('hex'),
    notes: tree.findings.map(({ message, place }) =>
      place?.entry === undefined ? message : `${place.entry}: ${message}`,
    ),
  };
}

async function nodesOf(tree: Tree): Promise<readonly SquashfsNode[]> {
  let bytes = 0;
  for (const node of tree.nodes.values()) bytes += node.kind === 'file' ? node.content.size : 0;
  if (bytes > largestSquashfsMadeBytes) {
    throw new InputError({
      code: 'squashfs-too-large',
      place: { file: tree.origin },
      message: 'the folder holds more than an image of production data can',
      found: `${bytes} bytes`,
      expected: `at most ${largestSquashfsMadeBytes} bytes`,
      remedy: 'make a larger image with mksquashfs',
    });
  }
  const nodes: SquashfsNode[] = [];
  for (const [path, node] of tree.nodes) {
    if (node.kind === 'link') nodes.push({ kind: 'link', path, destination: node.destination });
    else if (node.kind === 'directory') nodes.push({ kind: 'directory', path, mode: 0o755 });
    else {
      const mode = ((node.own?.mode ?? 0) & 0o100) === 0 ? 0o644 : 0o755;
      nodes.push({ kind: 'file', path, mode, bytes: await tree.read(path) });
    }
  }
  return nodes;
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

function requireBlock(block: number): void {
  if (isPowerOfTwo(block) && block >= smallestSquashfsBlockBytes && block <= largestSquashfsBlockBytes) return;
  throw new UsageError({
    code: 'size',
    message: 'the value of --block is not valid',
    found: `${block} bytes`,
    expected: `a power of two from ${smallestSquashfsBlockBytes} to ${largestSquashfsBlockBytes}, such as 128K`,
  });
}

function requireFlash({ volume, eraseBlock, page }: UbiVolumeRequest): void {
  if (!isPowerOfTwo(page) || page < 512 || 4 * page > eraseBlock || eraseBlock % page !== 0) {
    throw new UsageError({
      code: 'size',
      message: 'the value of --page is not valid',
      found: `${page} bytes`,
      expected: `a power of two from 512 to ${eraseBlock / 4}, such as 4096`,
    });
  }
  if (/^[\x21-\x7e]{1,127}$/.test(volume)) return;
  throw new UsageError({
    code: 'usage',
    message: 'the value of --volume is not valid',
    found: JSON.stringify(volume),
    expected: 'a name of 1 to 127 letters, such as data',
  });
}
