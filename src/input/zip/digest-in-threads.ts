import type { Sha1 } from '../../model/digest.js';
import { largestDigestedBytes } from '../../model/limits/input.js';
import type { PackedRecord } from '../../model/packed-place.js';
import { inThreads, type ThreadsOptions } from '../in-threads.js';
import type { ZipRecord } from './directory.js';
import { batchesOf, packedRecord } from './packed.js';

/** What a thread is asked: entries that lie close together, and those of them whose text is wanted, by their place. */
export interface DigestJob {
  readonly fd: number;
  readonly records: readonly PackedRecord[];
  readonly texts: readonly number[];
  /** Those of which something is made beside the digest. */
  readonly besides: readonly number[];
}

/** The digest of a file, or the text of a link. */
export type EntryRead = { readonly sha1: Sha1; readonly made: unknown } | { readonly text: string };

/** For each entry what was read; nothing where it is not what the zip claims. */
export type DigestAnswer = readonly (EntryRead | undefined)[];

/**
 * Whether a thread may read the entry, of at most `largest` bytes in and out; others are for the main thread, which reads them as streams
 * beside it.
 */
export function isForThreads({ size, compressedSize }: ZipRecord, largest: number = largestDigestedBytes): boolean {
  return Math.max(size, compressedSize) <= largest;
}

/** Less than this is read sooner than threads start. */
const worthThreads = 16 * 2 ** 20;

const plainThread = new URL('./digest-thread.js', import.meta.url);

/** An entry that a thread may read. */
interface Readable {
  readonly record: ZipRecord;
  readonly kind: 'file' | 'link';
}

/**
 * Reads entries of an open zip that are for threads, in the order of the file, when there is enough to read; tells of each that was as the zip
 * claims. Those that nobody is told of are left to the caller.
 */
export async function digestInThreads<Item extends Readable>(
  fd: number,
  short: readonly Item[],
  { threads, signal }: Pick<ThreadsOptions<unknown>, 'threads' | 'signal'>,
  take: (item: Item, read: EntryRead) => void,
  beside?: { readonly entry: URL; readonly wants: (item: Item) => boolean } | undefined,
): Promise<void> {
  if (short.reduce((sum, { record }) => sum + record.size, 0) < worthThreads) return;
  const batches = batchesOf(short, ({ record }) => record);
  const jobs = batches.map((batch) => ({
    items: batch,
    fd,
    records: batch.map(({ record }) => packedRecord(record)),
    texts: batch.flatMap(({ kind }, index) => (kind === 'link' ? [index] : [])),
    besides: batch.flatMap((item, index) => (item.kind === 'file' && beside?.wants(item) ? [index] : [])),
  }));
  await inThreads<(typeof jobs)[number], DigestAnswer>(
    jobs,
    { entry: beside?.entry ?? plainThread, threads, signal, messageOf: ({ items: _, ...job }) => job },
    (job, answer) => {
      for (const [index, item] of job.items.entries()) {
        const read = answer[index];
        if (read !== undefined) take(item, read);
      }
    },
  );
}
