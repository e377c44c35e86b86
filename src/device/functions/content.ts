/** How the functions load files and partitions. */

import { isSha1, type Sha1, toSha1 } from '../../model/digest.js';
import { type Blob, sliceBlob, type Whole } from '../blob.js';
import type { Attributes } from '../file-system.js';
import { type Machine, partitionOf } from '../machine.js';
import { openFile } from '../posix.js';
import type { Profile } from '../profile.js';
import { isKnownAbsent, noteReach } from '../reach.js';
import { parseInteger, type Runtime } from '../runtime.js';

/** Where the updater saves a source that it is about to lose. */
export const savedFile = '/cache/saved.file';

/** What was loaded, with the attributes that a patched file takes over. */
export interface Loaded {
  readonly content: Whole;
  readonly attributes: Attributes;
}

/** A partition as a patch names it: `MTD:boot:1024:<sha1>:…`. */
interface PartitionAddress {
  readonly type: 'MTD' | 'EMMC';
  readonly name: string;
  /** Sizes in bytes with the SHA-1 of that long a beginning, as written. */
  readonly versions: readonly { readonly size: number; readonly sha1: string }[];
}

/** Whether a file name addresses a partition. */
export function isPartitionAddress(name: string): boolean {
  return name.startsWith('MTD:') || name.startsWith('EMMC:');
}

/** Reads a partition's address; `undefined` when the device cannot. The older ones take no notice of a size without a SHA-1. */
function parsePartitionAddress(text: string, { evenAddress }: Profile): PartitionAddress | undefined {
  const [type, name, ...rest] = text.split(':');
  if ((type !== 'MTD' && type !== 'EMMC') || name === undefined || name === '') return undefined;
  if (rest.length % 2 !== 0 && evenAddress) return undefined;
  const versions: { size: number; sha1: string }[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const size = parseInteger(rest[i] ?? '');
    if (size === undefined || size <= 0) return undefined;
    versions.push({ size, sha1: rest[i + 1] ?? '' });
  }
  return { type, name, versions };
}

/** A digest as the updater reads it: exactly 40 hex digits of either case. */
export function parseSha1(text: string): Sha1 | undefined {
  if (isSha1(text)) return text;
  return /^[0-9a-fA-F]{40}$/.test(text) ? toSha1(text.toLowerCase()) : undefined;
}

/** The name under which the flash holds an MTD partition, if the module has it: a path names none. */
export function mtdKey(machine: Machine, name: string): string | undefined {
  if (name.includes('/')) return undefined;
  return partitionOf(machine, name) !== undefined || machine.volumeDevices.has(name) ? name : undefined;
}

/** Notes a write to an MTD partition that neither a table nor an image of the build names: a module may have it. */
export function noteUnknownPartition(machine: Machine, name: string, content: Blob): void {
  const what = 'a partition that neither a table nor an image of the build names';
  noteReach(machine, 'partition', name, `writes ${content.size} bytes to ${name}, ${what}`);
}

/** Notes that the script asks for what a module may have and the simulated one does not know: what it does then is not known. */
export function noteUnknown(runtime: Runtime, what: string): void {
  runtime.unknowns.add(what);
  noteReach(runtime.machine, 'unknown', what, `asks for ${what}, which the simulated module does not know`);
}

/** What is at the address: an MTD partition by its name, anything else by its path, plain files too. */
function contentAt(runtime: Runtime, { type, name }: PartitionAddress): Blob | undefined {
  const { machine } = runtime;
  if (type === 'EMMC') {
    const file = openFile(machine, name);
    if (typeof file !== 'string') return file.content;
    if (!isKnownAbsent(machine, name)) noteUnknown(runtime, `the device ${name}`);
    return undefined;
  }
  const key = mtdKey(machine, name);
  if (key === undefined) noteUnknown(runtime, `the partition ${name}`);
  return key === undefined ? undefined : partitionOf(machine, key);
}

async function loadPartition(runtime: Runtime, text: string): Promise<Loaded | string> {
  const address = parsePartitionAddress(text, runtime.profile);
  if (address === undefined || address.versions.length === 0) return `bad partition name ${text}`;
  const content = contentAt(runtime, address);
  if (content === undefined) return `no partition ${address.name}`;
  for (const { size, sha1 } of [...address.versions].sort((a, b) => a.size - b.size)) {
    if (size > content.size) return `partition ${address.name} is shorter than ${size} bytes`;
    if (parseSha1(sha1) === undefined) return `no SHA-1: ${sha1}`;
    const start = await runtime.store.whole(sliceBlob(content, 0, size));
    if (start.sha1 === parseSha1(sha1)) return { content: start, attributes: { uid: 0, gid: 0, mode: 0o644 } };
  }
  return `contents of partition ${address.name} match none of ${address.versions.length} expected`;
}

/** A file that the recovery may have, and the simulated device cannot know. */
export function noteUnknownFile(runtime: Runtime, name: string): void {
  if (!isKnownAbsent(runtime.machine, name)) noteUnknown(runtime, `the file ${name}`);
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
