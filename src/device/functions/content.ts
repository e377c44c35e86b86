/** How the functions load files and partitions. */

import { type Sha1, toSha1 } from '../../model/digest.js';
import { type Blob, sliceBlob, type Whole } from '../blob.js';
import type { Attributes } from '../file-system.js';
import { find, nodeAt } from '../machine.js';
import { mapGet } from '../persistent-map.js';
import { openFile } from '../posix.js';
import { isKnownAbsent } from '../reach.js';
import { parseInteger, type Runtime } from '../runtime.js';

/** Where the updater saves a source that it is about to lose. */
export const savedFile = '/cache/saved.file';

/** What was loaded, with the attributes that a patched file takes over. */
export interface Loaded {
  readonly content: Whole;
  readonly attributes: Attributes;
}

/** A partition as a patch names it: `MTD:boot:1024:<sha1>:…`. */
export interface PartitionAddress {
  readonly type: 'MTD' | 'EMMC';
  readonly name: string;
  /** Sizes in bytes with the SHA-1 of that long a beginning, as written. */
  readonly versions: readonly { readonly size: number; readonly sha1: string }[];
}

/** Whether a file name addresses a partition. */
export function isPartitionAddress(name: string): boolean {
  return name.startsWith('MTD:') || name.startsWith('EMMC:');
}

/** Reads a partition's address; `undefined` when the device cannot. */
export function parsePartitionAddress(text: string): PartitionAddress | undefined {
  const [type, name, ...rest] = text.split(':');
  if ((type !== 'MTD' && type !== 'EMMC') || name === undefined || name === '' || rest.length % 2 !== 0)
    return undefined;
  const versions: { size: number; sha1: string }[] = [];
  for (let i = 0; i < rest.length; i += 2) {
    const size = parseInteger(rest[i] ?? '');
    if (size === undefined || size <= 0) return undefined;
    versions.push({ size, sha1: rest[i + 1] ?? '' });
  }
  return { type, name, versions };
}

/** A digest as the updater reads it: exactly 40 hex digits of either case. */
export function parseSha1(text: string): Sha1 | undefined {
  return /^[0-9a-fA-F]{40}$/.test(text) ? toSha1(text.toLowerCase()) : undefined;
}

/** The key under which the flash holds the addressed partition, if the module has it. */
export function partitionKey(runtime: Runtime, type: 'MTD' | 'EMMC', name: string): string | undefined {
  const { machine } = runtime;
  if (type === 'MTD')
    return !name.includes('/') &&
      (mapGet(machine.flash.partitions, name) !== undefined || machine.volumeDevices.has(name))
      ? name
      : undefined;
  const ref = find(machine, name);
  if (typeof ref === 'string') return undefined;
  const inode = nodeAt(machine, ref);
  return inode.kind === 'device' ? inode.partition : undefined;
}

async function loadPartition(runtime: Runtime, text: string): Promise<Loaded | string> {
  const address = parsePartitionAddress(text);
  if (address === undefined || address.versions.length === 0) return `bad partition name ${text}`;
  const key = partitionKey(runtime, address.type, address.name);
  const content: Blob | undefined = key === undefined ? undefined : mapGet(runtime.machine.flash.partitions, key);
  if (content === undefined) return `no partition ${address.name}`;
  for (const { size, sha1 } of [...address.versions].sort((a, b) => a.size - b.size)) {
    if (size > content.size) return `partition ${address.name} is shorter than ${size} bytes`;
    const start = await runtime.store.whole(sliceBlob(content, 0, size));
    if (start.sha1 === parseSha1(sha1)) return { content: start, attributes: { uid: 0, gid: 0, mode: 0o644 } };
  }
  return `contents of partition ${address.name} match none of ${address.versions.length} expected`;
}

/** A file that the recovery may have, and the simulated device cannot know. */
export function noteUnknownFile(runtime: Runtime, name: string): void {
  if (!isKnownAbsent(runtime.machine, name)) runtime.unknowns.add(`the file ${name}`);
}

/** Loads a file or a partition; the text says why it cannot be loaded. */
export async function load(runtime: Runtime, name: string): Promise<Loaded | string> {
  if (isPartitionAddress(name)) return loadPartition(runtime, name);
  const file = openFile(runtime.machine, name);
  if (typeof file === 'string') {
    noteUnknownFile(runtime, name);
    return `failed to open ${name}: ${file}`;
  }
  return { content: await runtime.store.whole(file.content), attributes: file };
}

/** Which of the digests, as written, is the content's; -1 for none. */
export function matching(content: Whole, hashes: readonly string[]): number {
  return hashes.findIndex((text) => parseSha1(text) === content.sha1);
}
