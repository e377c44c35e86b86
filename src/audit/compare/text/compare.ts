import type { Inner, InnerFact } from '../../../model/inner.js';
import { largestTextBytes } from '../../../model/limits/audit.js';
import { compareTable } from './compare-table.js';
import { compareSettings } from './key-value.js';
import { linesOf } from './lines.js';
import { masking } from './mask.js';
import { tableFormat } from './tables.js';
import { unifiedDiff } from './unified.js';

/**
 * Compares two texts; one side may be missing. Tables (passwd, fstab …) are compared by row and column, settings by key,
 * the rest by line. Secrets never get into the result.
 */
export function compareText(name: string, before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  const summary = summaryOf(name, after ?? before ?? new Uint8Array());
  const old = linesOf(before ?? new Uint8Array());
  const now = linesOf(after ?? new Uint8Array());
  if (old === undefined || now === undefined) {
    return { kind: 'text', summary, notes: [`too long to compare: texts up to ${largestTextBytes} bytes are`] };
  }
  const oneSided = before === undefined || after === undefined;
  const table = tableFormat(name);
  if (table !== undefined) {
    const facts = compareTable(old, now, table);
    if (facts !== undefined && facts.length > 0) return { kind: 'text', summary, facts };
  }
  if (!oneSided && table === undefined) {
    const settings = compareSettings(old, now, name);
    if (settings !== undefined) {
      const notes = settings.omitted === 0 ? [] : [`${settings.omitted} more settings differ`];
      return { kind: 'text', summary, facts: settings.facts, notes };
    }
  }
  const mask = (lines: readonly string[]): ((index: number) => string) =>
    table?.secret === undefined ? masking(lines, name) : (index) => maskColumn(lines[index] ?? '', table.secret ?? 1);
  const diff = unifiedDiff(old, now, { before: mask(old), after: mask(now) });
  return { kind: 'text', summary, facts: lineFacts(before, after), diff: diff.lines, notes: diff.notes };
}

/** A table whose keys repeat is shown as lines; its secret column must not be. */
function maskColumn(line: string, column: number): string {
  return line
    .split(':')
    .map((value, i) => (i === column && value.length > 2 ? '[masked]' : value))
    .join(':');
}

const kinds: readonly (readonly [RegExp, string])[] = [
  [/\.(service|socket|timer|mount|target|path|slice|automount|swap)$/, 'systemd unit'],
  [/(^|\/)etc\/(init\.d|rc[S0-6]?\.d|rc\.local|rcS)(\/|$)/, 'init script'],
  [/\.rules$/, 'udev rules'],
  [/(^|\/)(crontab|cron\.[a-z]+\/|crontabs\/|cron\.d\/)/, 'cron table'],
  [/(^|\/)inetd\.conf$/, 'inetd services'],
  [/(^|\/)(build|default|local)\.prop$/, 'properties'],
];

function summaryOf(name: string, bytes: Uint8Array): string {
  const table = tableFormat(name);
  if (table !== undefined) return `text, ${table.title}`;
  const kind = kinds.find(([pattern]) => pattern.test(name));
  if (kind !== undefined) return `text, ${kind[1]}`;
  return bytes[0] === 0x23 && bytes[1] === 0x21 ? 'text, script' : 'text';
}

/** Line ends are not visible in a diff, yet break scripts on the device. */
function lineFacts(before: Uint8Array | undefined, after: Uint8Array | undefined): readonly InnerFact[] {
  if (before === undefined || after === undefined) return [];
  const ends = (bytes: Uint8Array): string => (bytes.includes(0x0d) ? 'with carriage returns' : 'plain');
  const last = (bytes: Uint8Array): string => (bytes.length > 0 && bytes.at(-1) !== 0x0a ? 'not ended' : 'ended');
  const facts: InnerFact[] = [];
  if (ends(before) !== ends(after)) facts.push({ label: 'line ends', before: ends(before), after: ends(after) });
  if (last(before) !== last(after)) facts.push({ label: 'last line', before: last(before), after: last(after) });
  return facts;
}
