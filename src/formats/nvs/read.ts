/** Reads an NVS partition: what the device would read of it, what is left of old values, and what is wrong. */

import { largestNvsImageBytes, mostNvsProblemsShown } from '../../model/limits/nvs.js';
import type { NvsDump, NvsGoneItem, NvsProblem, NvsType } from '../../model/nvs.js';
import { FormatError } from '../format-error.js';
import { type RawEntry, readPage } from './page.js';
import { itemOf } from './value.js';

/** A value as its bytes. */
export interface NvsValue {
  readonly namespace: string;
  readonly key: string;
  readonly type: NvsType;
  readonly bytes: Uint8Array;
}

/** A partition, read: for people, and its values as bytes. */
export interface NvsPartition {
  readonly dump: Omit<NvsDump, 'file'>;
  readonly values: readonly NvsValue[];
}

const pageBytes = 4096;
const [chunkType, indexType] = [0x42, 0x48];
const types = new Map<number, NvsType>([
  [0x01, 'u8'],
  [0x11, 'i8'],
  [0x02, 'u16'],
  [0x12, 'i16'],
  [0x04, 'u32'],
  [0x14, 'i32'],
  [0x08, 'u64'],
  [0x18, 'i64'],
  [0x21, 'string'],
  [0x41, 'blob'],
  [indexType, 'blob'],
]);
const sizes: Readonly<Partial<Record<NvsType, number>>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
};

/** Reads all that can be read. Throws FormatError for what is no NVS partition at all, or larger than any. */
export function readNvs(bytes: Uint8Array): NvsPartition {
  if (bytes.length > largestNvsImageBytes)
    throw new FormatError(`${bytes.length} bytes are more than any NVS partition has (${largestNvsImageBytes})`);
  const count = Math.floor(bytes.length / pageBytes);
  if (count === 0) throw new FormatError(`${bytes.length} bytes are less than a page of ${pageBytes}`);
  const pages = Array.from({ length: count }, (_, at) =>
    readPage(bytes.subarray(at * pageBytes, (at + 1) * pageBytes), at),
  );
  if (pages.every(({ info }) => info.state === 'damaged'))
    throw new FormatError('no page has the header of an NVS page');
  const problems: NvsProblem[] = pages.flatMap((page) => page.problems);
  if (bytes.length % pageBytes !== 0) {
    const rest = bytes.length % pageBytes;
    problems.push({ code: 'nvs-image-cut', page: count, message: `the file ends ${rest} bytes into the page` });
  }
  // The device takes pages in the order in which they were begun.
  const ordered = pages
    .filter(({ info }) => info.sequence !== undefined)
    .sort((a, b) => (a.info.sequence ?? 0) - (b.info.sequence ?? 0) || a.info.index - b.info.index);
  for (const [at, { info }] of ordered.entries()) {
    const before = ordered[at - 1];
    if (before !== undefined && before.info.sequence === info.sequence)
      problems.push({
        code: 'nvs-sequence',
        page: info.index,
        message: `the page has the sequence number of page ${before.info.index}`,
      });
  }
  const entries = ordered.flatMap((page) => page.entries);
  const names = namespacesOf(entries, problems);
  const values = valuesOf(entries, names, problems);
  const gone = goneOf(entries, names, values);
  return {
    dump: {
      size: bytes.length,
      namespaces: [...names.live.values()],
      items: [...values.values()].map(itemOf),
      gone,
      pages: pages.map(({ info }) => info),
      problems: problems.slice(0, mostNvsProblemsShown),
      moreProblems: Math.max(0, problems.length - mostNvsProblemsShown),
    },
    values: [...values.values()],
  };
}

interface Names {
  readonly live: ReadonlyMap<number, string>;
  /** Names of namespaces that are erased, for what is left of their values. */
  readonly all: ReadonlyMap<number, string>;
}

function namespacesOf(entries: readonly RawEntry[], problems: NvsProblem[]): Names {
  const live = new Map<number, string>();
  const all = new Map<number, string>();
  const known = new Set<string>();
  for (const { namespace, type, field, key, live: isLive, page, slot } of entries) {
    if (namespace !== 0) continue;
    const number = field[0] ?? 0;
    if (!isLive) {
      if (!all.has(number)) all.set(number, key);
      continue;
    }
    if (type !== 0x01 || number === 0 || number === 255) {
      problems.push({
        code: 'nvs-entry',
        page,
        entry: slot,
        message: 'the entry names a namespace and has no number for it',
      });
      continue;
    }
    if (live.has(number) || known.has(key))
      problems.push({
        code: 'nvs-duplicate',
        page,
        entry: slot,
        message: `the namespace ${key} or its number ${number} is given twice`,
      });
    known.add(key);
    if (!live.has(number)) live.set(number, key);
    all.set(number, key);
  }
  return { live, all };
}

function nameOf(names: ReadonlyMap<number, string>, number: number): string {
  return names.get(number) ?? `#${number}`;
}

function placed({ page, slot }: RawEntry) {
  return { page, entry: slot };
}

/** The values that are valid, by namespace and key. Each chunk is used by one value at most, so that work grows with the image. */
function valuesOf(entries: readonly RawEntry[], names: Names, problems: NvsProblem[]): ReadonlyMap<string, NvsValue> {
  const chunks = new Map<string, RawEntry>();
  const last = new Map<string, RawEntry>();
  for (const entry of entries) {
    if (!entry.live || entry.namespace === 0) continue;
    const namespace = nameOf(names.live, entry.namespace);
    const isChunk = entry.type === chunkType;
    if (!names.live.has(entry.namespace))
      problems.push({
        code: 'nvs-no-namespace',
        ...placed(entry),
        message: `the key ${entry.key} belongs to namespace ${entry.namespace}, which has no name`,
      });
    if (!entry.dataIsWhole)
      problems.push({
        code: 'nvs-data',
        ...placed(entry),
        message: `the bytes of ${namespace}.${entry.key} are damaged: their check sum differs`,
      });
    const into = isChunk ? chunks : last;
    const id = isChunk ? chunkId(entry, entry.chunk) : idOf(entry);
    if (into.has(id)) {
      const what = isChunk ? `chunk ${entry.chunk} of ${namespace}.${entry.key}` : `the key ${namespace}.${entry.key}`;
      problems.push({ code: 'nvs-duplicate', ...placed(entry), message: `${what} is valid twice` });
    }
    into.set(id, entry);
  }
  const values = new Map<string, NvsValue>();
  for (const [id, entry] of last) {
    const type = types.get(entry.type);
    if (type === undefined) continue;
    const bytes = entry.type === indexType ? joined(entry, chunks, problems) : bytesOf(entry, type);
    if (bytes === undefined || !entry.dataIsWhole) continue;
    values.set(id, { namespace: nameOf(names.live, entry.namespace), key: entry.key, type, bytes });
  }
  for (const left of chunks.values())
    problems.push({
      code: 'nvs-chunks',
      ...placed(left),
      message: `chunk ${left.chunk} of the blob ${left.key} belongs to no index`,
    });
  return values;
}

function idOf({ namespace, key }: RawEntry): string {
  return `${namespace}\0${key}`;
}

function chunkId(entry: RawEntry, chunk: number): string {
  return `${idOf(entry)}\0${chunk}`;
}

function bytesOf(entry: RawEntry, type: NvsType): Uint8Array {
  const size = sizes[type];
  return size === undefined ? entry.data : entry.field.subarray(0, size);
}

/** The bytes of a blob; takes its chunks out of those that are left. `undefined` when it is not whole. */
function joined(index: RawEntry, chunks: Map<string, RawEntry>, problems: NvsProblem[]): Uint8Array | undefined {
  const [size, count, start] = [
    new DataView(index.field.buffer, index.field.byteOffset, 4).getUint32(0, true),
    index.field[4] ?? 0,
    index.field[5] ?? 0,
  ];
  const parts: Uint8Array[] = [];
  let missing = 0;
  for (let at = 0; at < count; at++) {
    const id = chunkId(index, (start + at) & 0xff);
    const chunk = chunks.get(id);
    if (chunk?.dataIsWhole === true) parts.push(chunk.data);
    else missing += 1;
    chunks.delete(id);
  }
  const sum = parts.reduce((bytes, part) => bytes + part.length, 0);
  if (missing === 0 && sum === size) return parts.length === 1 ? parts[0] : joinParts(parts, sum);
  const what =
    missing > 0
      ? `${missing} of ${count} chunks are missing or damaged`
      : `the chunks have ${sum} bytes, the index says ${size}`;
  problems.push({ code: 'nvs-chunks', ...placed(index), message: `the blob ${index.key} is not complete: ${what}` });
  return undefined;
}

function joinParts(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What is left of erased values; of a blob in chunks each chunk on its own is of no use and is not told. */
function goneOf(
  entries: readonly RawEntry[],
  names: Names,
  values: ReadonlyMap<string, NvsValue>,
): readonly NvsGoneItem[] {
  return entries.flatMap((entry) => {
    const type = types.get(entry.type);
    if (entry.live || entry.namespace === 0 || type === undefined || !entry.dataIsWhole) return [];
    const bytes = entry.type === indexType ? new Uint8Array() : bytesOf(entry, type);
    const item = itemOf({ namespace: nameOf(names.all, entry.namespace), key: entry.key, type, bytes });
    return [{ ...item, why: values.has(idOf(entry)) ? 'overwritten' : 'deleted', ...placed(entry) } as const];
  });
}
