import type { Code } from '../../model/codes.js';
import { InputError } from '../../model/errors.js';
import type { Finding, Severity } from '../../model/finding.js';
import type { InputTree } from '../../model/input-tree.js';
import { largestUbifsFileBytes } from '../../model/limits/formats.js';
import { displayName } from '../../model/path.js';
import type { TreeEntry } from '../../model/tree-entry.js';
import { type Catalogue, emptyCatalogue } from './catalogue.js';
import { unpackData } from './decompress.js';
import { cached, type EraseBlocks, unreadable } from './erase-blocks.js';
import { describeFault, readNode, walkIndex } from './index-walk.js';
import { replayJournal, rescueNodes } from './journal.js';
import { dataBlock, type NodeAt, parseData } from './nodes.js';
import { parseSuperblock, readMaster, type Superblock } from './superblock.js';
import { listTree, rootInode } from './tree-walk.js';

/** A read-only UBIFS. */
export interface Ubifs extends Omit<InputTree, 'close'> {
  readonly superblock: Superblock;
  /** How the tree was found: by the index and the journal, or by picking up every node because the index is damaged. */
  readonly method: 'index' | 'rescue';
}

/**
 * Opens a file system in logical erase blocks.
 *
 * The index is walked and the journal played over it, as a mount does, so that an image taken from a module that was not
 * unmounted reads right. When master node, index or log are damaged, all nodes of the main area are played instead and an
 * error finding says so. Content is read and unpacked only when asked for.
 * Throws InputError when there is no superblock or nothing at all to read.
 */
export async function openUbifs(raw: EraseBlocks): Promise<Ubifs> {
  const blocks = cached(raw);
  const superblock = parseSuperblock(raw.name, await blocks.read(0));
  if (superblock.blockSize !== raw.blockSize) {
    unreadable(
      raw.name,
      'ubifs-block-size',
      'the file system was made for other erase blocks than it lies in',
      `superblock says ${superblock.blockSize} bytes, the image has ${raw.blockSize}`,
    );
  }
  const findings: Finding[] = [];
  const note = (severity: Severity, code: Code, message: string): void => {
    findings.push({ severity, code, place: { file: raw.name }, message });
  };
  const { catalogue, method } = await readCatalogue(blocks, superblock, note);
  if (superblock.authenticated) {
    note('information', 'ubifs-authenticated', 'the file system is authenticated; its signature was not checked');
  }
  if (catalogue.misplaced.length > 0 && !superblock.encrypted) {
    note('warning', 'ubifs-name-hash', `${catalogue.misplaced.length} names do not have the hash of their key`);
  }
  const { entries, problems } = listTree(catalogue);
  for (const problem of problems) note('error', 'ubifs-tree', problem);
  const encrypted = entries.filter((entry) => entry.encrypted).length;
  if (superblock.encrypted || encrypted > 0) {
    note(
      'error',
      'ubifs-encrypted',
      `${encrypted} of ${entries.length} entries are encrypted: their names are shown as stored, their content cannot be read`,
    );
  }
  const top = catalogue.inodes.get(rootInode);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return {
    origin: raw.name,
    description: `UBIFS, ${superblock.blockCount} blocks of ${superblock.blockSize} bytes`,
    superblock,
    method,
    root: top && { mode: top.mode & 0o7777, uid: top.uid, gid: top.gid },
    entries,
    findings,
    content: (path) => {
      const entry = byPath.get(path);
      if (entry?.kind !== 'file') throw new RangeError(`no file ${displayName(path)} in ${raw.name}`);
      return readContent(blocks, entry, catalogue.content.get(entry.fileId ?? 0)?.places ?? new Map());
    },
  };
}

async function readCatalogue(
  blocks: EraseBlocks,
  superblock: Superblock,
  note: (severity: Severity, code: Code, message: string) => void,
): Promise<{ readonly catalogue: Catalogue; readonly method: 'index' | 'rescue' }> {
  const nameHash = superblock.doubleHash ? undefined : superblock.nameHash;
  const { master, copies } = await readMaster(blocks);
  let broken = master === undefined ? 'neither master node can be read' : undefined;
  if (master !== undefined) {
    if (copies === 1) note('warning', 'ubifs-master', 'one of the two master nodes cannot be read: the other is used');
    const catalogue = emptyCatalogue(nameHash);
    const walk = await walkIndex(blocks, superblock, master.root, catalogue);
    broken = walk.broken && `the index is damaged at ${walk.broken}`;
    if (broken === undefined) {
      const replay = await replayJournal(blocks, superblock, master, catalogue);
      if (replay.broken === undefined) {
        for (const lost of walk.lostLeaves) note('error', 'ubifs-node', `a node of the index cannot be read: ${lost}`);
        for (const text of replay.notes) note('warning', 'ubifs-journal', text);
        if (master.dirty) {
          note(
            'information',
            'ubifs-not-unmounted',
            `the file system was not unmounted: ${replay.nodes} nodes of its journal were taken in`,
          );
        }
        return { catalogue, method: 'index' };
      }
      broken = replay.broken;
    }
  }
  const catalogue = emptyCatalogue(nameHash);
  const nodes = await rescueNodes(blocks, superblock, catalogue);
  note(
    'error',
    'ubifs-rescued',
    `${broken ?? 'the index is damaged'}; the tree was put together from ${nodes} nodes that are left, so files may be missing and deleted ones may be back`,
  );
  return { catalogue, method: 'rescue' };
}

const chunkBlocks = 32;

async function* readContent(
  blocks: EraseBlocks,
  entry: TreeEntry,
  content: ReadonlyMap<number, NodeAt>,
): AsyncGenerator<Uint8Array> {
  const fail = (code: Code, message: string, found?: string): never => {
    throw new InputError({
      code,
      place: { file: blocks.name, entry: displayName(entry.path) },
      message,
      found,
    });
  };
  if (entry.encrypted) fail('ubifs-encrypted', 'the file is encrypted and cannot be read without its key');
  if (entry.size > largestUbifsFileBytes)
    fail('ubifs-file-size', 'the file is said to be larger than any firmware', `${entry.size} bytes`);
  const count = Math.ceil(entry.size / dataBlock);
  for (let start = 0; start < count; start += chunkBlocks) {
    const begin = start * dataBlock;
    const chunk = new Uint8Array(Math.min(entry.size - begin, chunkBlocks * dataBlock));
    for (let block = start; block < Math.min(count, start + chunkBlocks); block += 1) {
      const at = content.get(block);
      // No node: a hole, which reads as zeros.
      if (at === undefined) continue;
      const node = await readNode(blocks, at);
      if (typeof node === 'string')
        return fail('ubifs-data', 'a part of the content cannot be read', describeFault(at, node));
      const data = node.type === 'data' ? parseData(node) : undefined;
      if (data === undefined || data.key.inum !== entry.fileId || data.key.value !== block) {
        return fail(
          'ubifs-data',
          'a part of the content is not where the index says',
          `block ${at.lnum}, byte ${at.offset}`,
        );
      }
      const bytes = unpackData(data.compression, data.stored, data.size);
      if ('fault' in bytes)
        return fail('ubifs-compression', `the content ${bytes.fault}`, `at byte ${block * dataBlock}`);
      const offset = block * dataBlock - begin;
      chunk.set(bytes.subarray(0, chunk.length - offset), offset);
    }
    yield chunk;
  }
}
