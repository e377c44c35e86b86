/** NVS partitions, for people and for machines. */
import type { NvsDiff, NvsDump, NvsItem, NvsMade, NvsMass } from '../model/nvs.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';
import { tableLines } from './table.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const nvsJsonVersion = 1;

const lettersShown = 64;
const problemsShown = 50;

function json(format: string, content: object, exitCode: Report['exitCode'] = 0): Report {
  return { text: `${JSON.stringify({ format, version: nvsJsonVersion, ...content }, undefined, 2)}\n`, exitCode };
}

/** The partition that was made, as JSON. */
export function nvsMadeJson({ version, ...made }: NvsMade): Report {
  return json('dfota-nvs-made', { nvsVersion: version, ...made });
}

/** The partition that was made. */
export function nvsMadeText(made: NvsMade): Report {
  const { output, size, version, namespaces, items, usedPages, sha256 } = made;
  const lines = [
    `${output}: ${showSize(size)} (0x${size.toString(16)}), NVS version ${version}${made.encrypted ? ', encrypted' : ''}`,
    `  ${showCount(items, 'value')} in ${showCount(namespaces, 'namespace')}, ${showCount(usedPages, 'page')} in use`,
    ...(made.newKeys === undefined ? [] : [`  new keys in ${made.newKeys}: keep them secret, and keep them`]),
    `  SHA-256 ${sha256}`,
    '  proved: read back, it has every value of the table and no other',
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

/** The batch that was made, as JSON. */
export function nvsMassJson({ version, ...mass }: NvsMass): Report {
  return json('dfota-nvs-mass', { nvsVersion: version, ...mass });
}

/** The batch that was made. */
export function nvsMassText(mass: NvsMass): Report {
  const { output, manifest, size, version, encrypted, devices, kept, made, replaced, sha256 } = mass;
  const lines = [
    `${output}: ${showCount(devices, 'device')}, partitions of ${showSize(size)} (0x${size.toString(16)}), NVS version ${version}${encrypted ? ', encrypted' : ''}`,
    `  ${made} made, ${kept} kept as they were, ${replaced} made again; each was read back and has every value of its row`,
    `  ${manifest}: SHA-256 ${sha256}`,
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

/** A value in one line, without what a terminal would act on. */
function shown({ type, value, size }: NvsItem): string {
  const text = type === 'string' ? JSON.stringify(value) : `${value}`;
  const safe = text.replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
  return safe.length > lettersShown ? `${safe.slice(0, lettersShown)}… (${size} bytes)` : safe;
}

/** A name, without what a terminal would act on. */
function plainName(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}

function exitOf({ problems }: NvsDump): Report['exitCode'] {
  return problems.length > 0 ? 1 : 0;
}

/** All that is in a partition, as JSON. */
export function nvsDumpJson(dump: NvsDump): Report {
  return json('dfota-nvs-dump', dump, exitOf(dump));
}

/** All that is in a partition, and what is wrong with it. */
export function nvsDumpText(dump: NvsDump): Report {
  const { file, size, items, gone, pages, problems, moreProblems } = dump;
  const columns = [{ heading: 'key' }, { heading: 'type' }, { heading: 'value' }];
  const rows = (of: readonly NvsItem[]) =>
    of.map((item) => [`${plainName(item.namespace)}.${plainName(item.key)}`, item.type, shown(item)]);
  const used = pages.filter(({ state }) => state !== 'empty');
  const lines = [
    `${file}: ${showSize(size)}, ${showCount(pages.length, 'page')}, ${used.length} of them in use; ${showCount(items.length, 'value')} in ${showCount(dump.namespaces.length, 'namespace')}`,
    ...tableLines(columns, rows(items)).map((line) => `  ${line}`),
  ];
  if (gone.length > 0) {
    lines.push('no longer valid, but still in the flash:');
    const old = gone.map((item, at) => [...(rows([item])[0] ?? []).slice(0, 2), gone[at]?.why ?? '', shown(item)]);
    const heads = [{ heading: 'key' }, { heading: 'type' }, { heading: 'why' }, { heading: 'value' }];
    lines.push(...tableLines(heads, old).map((line) => `  ${line}`));
  }
  const right = { align: 'right' } as const;
  lines.push(
    ...tableLines(
      [
        { heading: 'page', ...right },
        { heading: 'state' },
        { heading: 'sequence', ...right },
        { heading: 'version', ...right },
        { heading: 'written', ...right },
        { heading: 'erased', ...right },
        { heading: 'free', ...right },
      ],
      used.map((page) => [
        `${page.index}`,
        page.state,
        `${page.sequence ?? '-'}`,
        `${page.version ?? '-'}`,
        `${page.written}`,
        `${page.erased}`,
        `${page.free}`,
      ]),
    ).map((line) => `  ${line}`),
  );
  const count = problems.length + moreProblems;
  lines.push(count === 0 ? 'no problem found' : `${showCount(count, 'problem')}:`);
  for (const { code, page, entry, message } of problems.slice(0, problemsShown))
    lines.push(`  page ${page}${entry === undefined ? '' : `, entry ${entry}`}: ${plainName(message)} [${code}]`);
  if (count > problemsShown) lines.push(`  … and ${count - Math.min(problemsShown, problems.length)} more`);
  return { text: `${lines.join('\n')}\n`, exitCode: exitOf(dump) };
}

function diffExit({ problems }: NvsDiff): Report['exitCode'] {
  return problems.some(({ count }) => count > 0) ? 1 : 0;
}

/** How two partitions differ, as JSON. */
export function nvsDiffJson(diff: NvsDiff): Report {
  return json('dfota-nvs-diff', diff, diffExit(diff));
}

/** How two partitions differ: a line for each key. */
export function nvsDiffText(diff: NvsDiff): Report {
  const { added, removed, changed, same, problems } = diff;
  const line = (sign: string, item: NvsItem, value: string): string =>
    `${sign} ${plainName(item.namespace)}.${plainName(item.key)} ${value}`;
  const typed = (item: NvsItem): string => `${item.type} ${shown(item)}`;
  const lines = [
    ...removed.map((item) => line('-', item, typed(item))),
    ...added.map((item) => line('+', item, typed(item))),
    ...changed.map(({ before, after }) => line('~', after, `${typed(before)} -> ${typed(after)}`)),
    `${removed.length} removed, ${added.length} added, ${changed.length} changed, ${same} as before`,
    ...problems
      .filter(({ count }) => count > 0)
      .map(({ file, count }) => `${file} has ${showCount(count, 'problem')}: dfota nvs dump shows them`),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: diffExit(diff) };
}
