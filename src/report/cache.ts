/** Patch caches, for people and for machines. */
import type { CacheCheck, CacheListing, CachePruning } from '../model/cache.js';
import { mostCacheEntriesShown } from '../model/limits/cache.js';
import { countFindings, findingsText } from './findings.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';
import { tableLines } from './table.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const cacheJsonVersion = 1;

function json(format: string, document: object, exitCode: 0 | 1): Report {
  return { text: `${JSON.stringify({ format, version: cacheJsonVersion, ...document }, null, 2)}\n`, exitCode };
}

const entriesOf = (count: number): string => showCount(count, 'entry', 'entries');

/** The entries that were used last, and what all of them take. */
export function cacheListingText({ cache, bytes, entries }: CacheListing): Report {
  const shown = entries.slice(0, mostCacheEntriesShown);
  const lines = tableLines(
    [{ heading: 'last used' }, { heading: 'size', align: 'right' }, { heading: 'key' }],
    shown.map((entry) => [entry.used.slice(0, 19).replace('T', ' '), showSize(entry.bytes), entry.key]),
  );
  const more = entries.length - shown.length;
  return {
    text: `${[
      ...lines,
      ...(more > 0 ? [`and ${entriesOf(more)} used before; --json has all`] : []),
      `${cache}: ${entriesOf(entries.length)}, ${showSize(bytes)}`,
    ].join('\n')}\n`,
    exitCode: 0,
  };
}

/** The listing as plain data. */
export function cacheListingJson(listing: CacheListing): Report {
  return json('dfota-cache-listing', listing, 0);
}

/** What was taken out, and what stays. */
export function cachePruningText(pruning: CachePruning): Report {
  const { cache, removedEntries, removedBytes, keptEntries, keptBytes } = pruning;
  const removed = `${entriesOf(removedEntries)} removed, ${showSize(removedBytes)}`;
  return { text: `${cache}: ${removed}; ${entriesOf(keptEntries)} left, ${showSize(keptBytes)}\n`, exitCode: 0 };
}

/** The same as plain data. */
export function cachePruningJson(pruning: CachePruning): Report {
  return json('dfota-cache-pruning', pruning, 0);
}

function codeOf({ findings }: CacheCheck): 0 | 1 {
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** What was hashed, and what is wrong. */
export function cacheCheckText(check: CacheCheck): Report {
  const { cache, entries, bytes, findings } = check;
  const sum = `${cache}: ${entriesOf(entries)}, ${showSize(bytes)}: ${countFindings(findings)}`;
  return { text: `${findingsText(findings)}${sum}\n`, exitCode: codeOf(check) };
}

/** The same as plain data. */
export function cacheCheckJson(check: CacheCheck): Report {
  return json('dfota-cache-check', check, codeOf(check));
}
