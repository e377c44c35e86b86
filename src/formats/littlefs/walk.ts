/** Walks over the directories of an image. Every block is looked at once: a loop ends where it meets itself. */

import { longestLittlefsPathBytes, mostLittlefsEntries } from '../../model/limits/littlefs.js';
import { unsafeName } from '../../model/path.js';
import { entriesOf, isNoPair, type MetadataBlock, type PairAt, type RawEntry, readPair } from './pair.js';
import type { Problems } from './problems.js';
import type { Blocks } from './skip-list.js';

/** A file or a directory, as its directory names it. */
export interface FoundEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Of a file: its last block and its bytes. */
  readonly head: number;
  readonly size: number;
}

/** What the walk has seen. */
export interface Walked {
  readonly entries: readonly FoundEntry[];
  /** The pairs of all directories. */
  readonly pairs: readonly PairAt[];
}

const moving = 0x80;
const kinds: ReadonlyMap<number, 'file' | 'directory'> = new Map([
  [0x11, 'file'],
  [0x22, 'directory'],
]);

interface Waiting {
  readonly path: string;
  readonly pair: PairAt;
}

/** All entries below the root, in the order of the image. */
export function walk(blocks: Blocks, root: PairAt, problems: Problems): Walked {
  const entries: FoundEntry[] = [];
  const pairs: PairAt[] = [];
  /** What entries point to that are in their place: an entry that is being moved is gone when its content is among them. */
  const settled = new Set<string>();
  const moved: { readonly path: string; readonly raw: RawEntry }[] = [];
  const waiting: Waiting[] = [{ path: '', pair: root }];

  let full = false;
  const accept = (path: string, { type, data }: RawEntry): void => {
    const kind = kinds.get(type & ~moving);
    if (kind === undefined || full) return;
    if (entries.length >= mostLittlefsEntries) {
      full = true;
      waiting.length = 0;
      const message = `it has more than ${mostLittlefsEntries} files and directories: the others are left out`;
      problems.add({ severity: 'error', code: 'littlefs-entry', path, message });
      return;
    }
    settled.add(data.join());
    const [head, size] = data;
    entries.push(kind === 'file' ? { path, kind, head, size } : { path, kind, head: 0, size: 0 });
    if (kind === 'directory') waiting.push({ path, pair: data });
  };

  const enterAll = (): void => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const names = new Set<string>();
      for (const block of chain(blocks, next, pairs, problems)) readEntries(next.path, block, names);
    }
  };
  const settleMoves = (): void => {
    for (const { path, raw } of moved.splice(0)) {
      const gone = settled.has(raw.data.join());
      problems.add({
        severity: 'warning',
        code: 'littlefs-interrupted',
        path,
        message: gone
          ? 'it was being moved when the power went away, and is in its new place: the device drops this entry'
          : 'it was being moved when the power went away, and is still here',
      });
      if (!gone) accept(path, raw);
    }
  };

  const readEntries = (path: string, block: MetadataBlock, names: Set<string>): void => {
    for (const raw of entriesOf(blocks.image, block)) {
      if (typeof raw === 'string') {
        problems.add({ severity: 'error', code: 'littlefs-entry', path, block: block.block, message: raw });
        continue;
      }
      const at = path === '' ? raw.name : `${path}/${raw.name}`;
      const fault = entryFault(raw, at, names);
      if (fault !== undefined) {
        problems.add({ severity: 'error', code: 'littlefs-entry', path: at, block: block.block, message: fault });
        continue;
      }
      names.add(raw.name);
      if ((raw.type & moving) !== 0) moved.push({ path: at, raw });
      else accept(at, raw);
    }
  };

  while (waiting.length > 0) {
    enterAll();
    settleMoves();
  }
  return { entries, pairs };
}

function entryFault({ type, name }: RawEntry, path: string, names: ReadonlySet<string>): string | undefined {
  if (!kinds.has(type & ~moving)) return `an entry of type 0x${type.toString(16)} is not known`;
  if (name.includes('/') || unsafeName(name) !== undefined) return 'its name cannot be a name';
  if (path.length > longestLittlefsPathBytes) return `its path has more than ${longestLittlefsPathBytes} bytes`;
  if (names.has(name)) return 'its name is there twice; the device takes the first one';
  return undefined;
}

/** The pairs of one directory, one after the other, as far as they can be read. */
function* chain(blocks: Blocks, { path, pair }: Waiting, pairs: PairAt[], problems: Problems) {
  for (let at = pair; ; ) {
    const fault = takePair(blocks, at);
    if (fault !== undefined) {
      problems.add({ severity: 'error', code: 'littlefs-directory', path, block: at[0], message: fault });
      return;
    }
    pairs.push(at);
    const block = readPair(blocks.image, at, blocks.blockSize);
    if (block === undefined) {
      const message = `neither block ${at[0]} nor block ${at[1]} has a right check sum: what the directory has there is lost`;
      problems.add({ severity: 'error', code: 'littlefs-directory', path, block: at[0], message });
      return;
    }
    yield block;
    if (!block.goesOn) return;
    at = block.tail;
  }
}

function takePair(blocks: Blocks, pair: PairAt): string | undefined {
  const [first, second] = pair;
  if (isNoPair(pair)) return 'a directory is said to be nowhere';
  const away = pair.find((block) => block >= blocks.readable);
  if (away !== undefined) return `a directory is said to be in block ${away}, which is not there`;
  if (first === second) return `both blocks of a directory are said to be block ${first}`;
  const [one, other] = [blocks.take(first), blocks.take(second)];
  if (one && other) return undefined;
  return `a directory is in block ${one ? second : first}, which something else has too`;
}
