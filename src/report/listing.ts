/** What is in an input, and what was extracted of it, for people and for machines. */
import type { Finding } from '../model/finding.js';
import type { Extraction, Listing } from '../model/listing.js';
import { displayName } from '../model/path.js';
import type { TreeEntry, TreeKind } from '../model/tree-entry.js';
import { findingsText } from './findings.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';
import { tableLines } from './table.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const listingJsonVersion = 1;

const letters: Readonly<Record<TreeKind, string>> = {
  file: '-',
  link: 'l',
  directory: 'd',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
  socket: 's',
};

/** `-rwsr-xr-x`, or `-?????????` where the input keeps no modes. */
export function showMode(kind: TreeKind, mode: number | undefined): string {
  if (mode === undefined) return `${letters[kind]}?????????`;
  const three = (bits: number, special: boolean, letter: string): string => {
    const execute = (bits & 1) !== 0;
    const last = special ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
    return `${(bits & 4) === 0 ? '-' : 'r'}${(bits & 2) === 0 ? '-' : 'w'}${last}`;
  };
  return [
    letters[kind],
    three(mode >> 6, (mode & 0o4000) !== 0, 's'),
    three(mode >> 3, (mode & 0o2000) !== 0, 's'),
    three(mode, (mode & 0o1000) !== 0, 't'),
  ].join('');
}

function nameOf(entry: TreeEntry): string {
  const name = displayName(entry.path);
  if (entry.kind === 'directory') return `${name}/`;
  if (entry.destination !== undefined) return `${name} -> ${displayName(entry.destination)}`;
  return entry.encrypted ? `${name} (encrypted)` : name;
}

function sizeOf({ kind, size, device }: TreeEntry): string {
  if (device !== undefined) return `${device.major}, ${device.minor}`;
  return kind === 'file' ? String(size) : '';
}

/** A line for each entry with mode, owner, size and name; the sums; then the findings. */
export function listingText({ description, entries, total, findings }: Listing): Report {
  const rows = entries.map((entry) => [
    showMode(entry.kind, entry.mode),
    entry.uid === undefined ? '' : `${entry.uid}:${entry.gid ?? 0}`,
    sizeOf(entry),
    nameOf(entry),
  ]);
  const columns = [
    { heading: 'mode' },
    { heading: 'owner' },
    { heading: 'size', align: 'right' },
    { heading: 'name' },
  ] as const;
  const bytes = entries.reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0);
  const count =
    entries.length === total
      ? showCount(total, 'entry', 'entries')
      : `${entries.length} of ${showCount(total, 'entry', 'entries')}`;
  const lines = [...tableLines(columns, rows), `${description}: ${count}, ${showSize(bytes)}`];
  return { text: `${lines.join('\n')}\n${findingsText(findings)}`, exitCode: codeOf(findings) };
}

/** The listing as plain data. Names that are not UTF-8 have their odd bytes as `\xHH`; attributes are hexadecimal. */
export function listingJson({ origin, description, entries, total, findings }: Listing): Report {
  const document = {
    format: 'dfota-listing',
    version: listingJsonVersion,
    origin,
    description,
    total,
    entries: entries.map(entryJson),
    findings,
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: codeOf(findings) };
}

/** 1 when something could not be read. */
function codeOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function entryJson(entry: TreeEntry): object {
  const { path, kind, size, mode, uid, gid, mtime, destination, device, links, attributes, encrypted } = entry;
  return {
    path: displayName(path),
    kind,
    size,
    mode: mode === undefined ? undefined : mode.toString(8).padStart(4, '0'),
    uid,
    gid: uid === undefined ? undefined : gid,
    mtime,
    destination: destination === undefined ? undefined : displayName(destination),
    device,
    links: links > 1 ? links : undefined,
    attributes:
      attributes.size > 0
        ? Object.fromEntries([...attributes].map(([name, value]) => [displayName(name), hex(value)]))
        : undefined,
    encrypted: encrypted ? true : undefined,
  };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What was written, what was left out and why; then the findings. */
export function extractionText(extraction: Extraction): Report {
  const { description, output, files, directories, links, bytes, special, unreadable, findings } = extraction;
  const made = [showCount(files, 'file'), showCount(directories, 'folder'), showCount(links, 'link')].join(', ');
  const lines = [`${output}: ${made}, ${showSize(bytes)} out of ${description}`];
  for (const entry of special) {
    lines.push(`not made: ${showMode(entry.kind, entry.mode)} ${sizeOf(entry)} ${nameOf(entry)}`);
  }
  const faults = unreadable.map((fault) => ({ ...fault, severity: 'error' }) as const);
  return {
    text: `${lines.join('\n')}\n${findingsText([...faults, ...findings])}`,
    exitCode: extractionCode(extraction),
  };
}

/** The extraction as plain data. */
export function extractionJson(extraction: Extraction): Report {
  const { special, ...rest } = extraction;
  const document = {
    format: 'dfota-extraction',
    version: listingJsonVersion,
    ...rest,
    special: special.map(entryJson),
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: extractionCode(extraction) };
}

function extractionCode({ unreadable, findings }: Extraction): 0 | 1 {
  return unreadable.length > 0 ? 1 : codeOf(findings);
}
