/** What is in a volume of a flash image, as members that are compared like a container's. */

import { createHash } from 'node:crypto';
import { showMode } from '../../formats/container/mode.js';
import { FormatError } from '../../formats/format-error.js';
import type { UbiVolume } from '../../formats/ubi/image.js';
import { type EraseBlocks, fileBlocks, volumeBlocks } from '../../formats/ubifs/erase-blocks.js';
import { openUbifs, type Ubifs } from '../../formats/ubifs/file-system.js';
import { isUbifs } from '../../formats/ubifs/nodes.js';
import { parseSuperblock } from '../../formats/ubifs/superblock.js';
import { memorySource } from '../../model/byte-source.js';
import { sha1Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { readWhole } from '../../model/input-tree.js';
import { largestFlashContentBytes, mostFlashEntries, mostFlashNotes } from '../../model/limits/audit.js';
import { displayName } from '../../model/path.js';
import type { TreeEntry, TreeKind } from '../../model/tree-entry.js';
import type { StoredMember } from './member.js';

/** What a volume holds. */
export interface FlashContent {
  /** `undefined` when it cannot be read: then nothing is said to have come or gone. */
  readonly members: readonly StoredMember[] | undefined;
  readonly notes: readonly string[];
}

/** Bytes of content that may still be read of an image for telling files apart. */
export interface ReadBudget {
  left: number;
}

/** A whole image's budget. */
export function readBudget(): ReadBudget {
  return { left: largestFlashContentBytes };
}

/** What is wrong with an image, in its reader's words. Throws anything that is no fault of the image. */
export function faultOf(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  if (!(error instanceof InputError)) throw error;
  const [first] = error.faults;
  return first === undefined
    ? error.message
    : [first.message, first.found].filter((part) => part !== undefined).join(', ');
}

async function orNote(name: string, read: () => Promise<FlashContent>): Promise<FlashContent> {
  try {
    return await read();
  } catch (error) {
    return { members: undefined, notes: [`${name} cannot be looked into: ${faultOf(error)}`] };
  }
}

/** The files of a volume with an UBIFS, each below the volume's name; the content of any other volume as one member. */
export function readVolume(volume: UbiVolume, budget: ReadBudget): Promise<FlashContent> {
  const name = displayName(volume.name);
  return orNote(`volume ${name}`, async () => {
    const head = await volume.readBlock(0);
    if (head === undefined || !isUbifs(head)) return { members: [await rawMember(name, volume, budget)], notes: [] };
    return listFiles(`${name}/`, volumeBlocks(name, volume), budget);
  });
}

/** The files of a plain UBIFS image. */
export function readFileSystem(image: Uint8Array, budget: ReadBudget): Promise<FlashContent> {
  return orNote('the file system', () => {
    const { blockSize } = parseSuperblock('the image', image);
    return listFiles('', fileBlocks(memorySource('the image', image), blockSize), budget);
  });
}

async function rawMember(name: string, volume: UbiVolume, budget: ReadBudget): Promise<StoredMember> {
  const hash = createHash('sha1');
  let size = 0;
  for await (const block of volume.blocks()) {
    size += block.length;
    if (size > budget.left) throw new FormatError(`more than ${largestFlashContentBytes} bytes of content`);
    hash.update(block);
  }
  budget.left -= size;
  const content = (): AsyncIterable<Uint8Array> => volume.blocks();
  return {
    name,
    size,
    identity: hash.digest('hex'),
    attributes: '',
    read: () => asFormatError(() => readWhole({ content }, name)),
  };
}

async function listFiles(prefix: string, blocks: EraseBlocks, budget: ReadBudget): Promise<FlashContent> {
  const tree = await openUbifs(blocks);
  if (tree.entries.length > mostFlashEntries) throw new FormatError(`more than ${mostFlashEntries} entries`);
  const faults = tree.findings.filter(({ severity }) => severity !== 'information').map(({ message }) => message);
  const members: StoredMember[] = [];
  let bySize = 0;
  for (const entry of tree.entries) {
    const { path } = entry;
    let identity = '';
    if (entry.kind === 'file' && entry.size > budget.left) {
      bySize += 1;
      identity = `${entry.size} bytes`;
    } else if (entry.kind === 'file') {
      budget.left -= entry.size;
      identity = await digestOf(tree, entry, faults);
    }
    members.push({
      name: prefix + displayName(path),
      size: entry.size,
      identity,
      attributes: attributesOf(entry),
      read: () => asFormatError(() => readWhole(tree, path)),
    });
  }
  const notes = faults.slice(0, mostFlashNotes);
  if (faults.length > mostFlashNotes) notes.push(`${faults.length - mostFlashNotes} more faults of the file system`);
  if (bySize > 0)
    notes.push(
      `${bySize} files are compared by size alone: the image holds more than ${largestFlashContentBytes} bytes`,
    );
  return { members, notes };
}

async function digestOf(tree: Ubifs, { path }: TreeEntry, faults: string[]): Promise<string> {
  const hash = createHash('sha1');
  try {
    for await (const part of tree.content(path)) hash.update(part);
    return hash.digest('hex');
  } catch (error) {
    const fault = faultOf(error);
    faults.push(`${displayName(path)}: ${fault}`);
    return `unreadable: ${fault}`;
  }
}

async function asFormatError(read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await read();
  } catch (error) {
    throw new FormatError(faultOf(error));
  }
}

const typeBits: Readonly<Record<TreeKind, number>> = {
  file: 0o100000,
  link: 0o120000,
  directory: 0o040000,
  'character-device': 0o020000,
  'block-device': 0o060000,
  fifo: 0o010000,
  socket: 0o140000,
};

/** Mode, owner, device, extended attributes and a link's text, as tar's and cpio's members have them. */
function attributesOf(entry: TreeEntry): string {
  const parts = [showMode(typeBits[entry.kind] | (entry.mode ?? 0)), `${entry.uid ?? 0}:${entry.gid ?? 0}`];
  if (entry.device !== undefined) parts.push(`device ${entry.device.major}:${entry.device.minor}`);
  for (const [name, value] of entry.attributes) parts.push(`${displayName(name)}=${showValue(value)}`);
  if (entry.destination !== undefined) parts.push(`-> ${displayName(entry.destination)}`);
  return parts.join(' ');
}

/** Labels as text, small values (capabilities) in hex, others by their digest. */
function showValue(value: Uint8Array): string {
  const text = Buffer.from(value).toString('latin1').replace(/\0$/, '');
  if (/^[\x21-\x7e]{0,128}$/.test(text)) return text;
  return value.length <= 32 ? Buffer.from(value).toString('hex') : `SHA-1 ${sha1Of(value)}`;
}
