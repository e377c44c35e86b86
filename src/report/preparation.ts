/** What was or would be prepared, for people and for machines. */
import type { ProjectVersion } from '../model/build.js';
import { displayName } from '../model/path.js';
import type { OwnerSource, Preparation, PreparedChange, PreparedFrom, PreparedPath } from '../model/preparation.js';
import { findingsText } from './findings.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';
import { tableLines } from './table.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const preparationJsonVersion = 1;

const changesShown = 40;

const marks: Readonly<Record<PreparedChange, string>> = { added: '+', replaced: '~', removed: '-' };

const ownerNames: Readonly<Record<OwnerSource, string>> = {
  'owners-table': 'the owners table',
  image: 'the images',
  source: "the source's filesystem_config.txt",
  default: 'nobody (0:0 and the mode that they came with)',
};

function nameOf(version: ProjectVersion | undefined): string {
  return version === undefined ? 'none' : displayName(version.revision ?? version.project ?? 'without a revision');
}

function tally(changes: readonly PreparedPath[]): readonly string[] {
  const sources = [...new Set(changes.map(({ from }) => from))];
  const count = (from: PreparedFrom, change: PreparedChange): string =>
    String(changes.filter((one) => one.from === from && one.change === change).length);
  const rows = sources.map((from) => [from, count(from, 'replaced'), count(from, 'added'), count(from, 'removed')]);
  return tableLines(
    [
      { heading: 'by' },
      { heading: 'replaced', align: 'right' },
      { heading: 'added', align: 'right' },
      { heading: 'removed', align: 'right' },
    ],
    rows,
  );
}

/** What replaces what, the counts, the first changes, where the owners come from; then the findings. */
export function preparationText(preparation: Preparation): Report {
  const {
    source,
    output,
    inputs,
    changes,
    entries,
    unchanged,
    versionBefore,
    versionAfter,
    owners,
    findings,
    allowed,
    written,
  } = preparation;
  const lines = [
    written === undefined
      ? `${output} would be made from ${source}`
      : `${output}: ${showSize(written.size)}, made from ${source}`,
    ...inputs.map(({ from, input }) => `  ${from}: ${input}`),
    `  version: ${nameOf(versionBefore)} -> ${nameOf(versionAfter)}`,
    `  ${showCount(entries, 'entry', 'entries')}, ${unchanged} of them as in the source`,
    ...tally(changes).map((line) => `  ${line}`),
  ];
  for (const [from, number] of owners ?? []) lines.push(`  owners of ${number} from ${ownerNames[from]}`);
  if (allowed.length > 0) lines.push(`  allowed although wrong: ${allowed.join(', ')}`);
  for (const { path, kind, change } of changes.slice(0, changesShown)) {
    lines.push(`  ${marks[change]} ${displayName(path)}${kind === 'directory' ? '/' : ''}`);
  }
  const more = changes.length - changesShown;
  if (more > 0) lines.push(`  … and ${showCount(more, 'more change', 'more changes')}: --json has all`);
  return { text: `${lines.join('\n')}\n${findingsText(findings)}`, exitCode: codeOf(preparation) };
}

/** The preparation as plain data, with every change. */
export function preparationJson(preparation: Preparation): Report {
  const { changes, owners, versionBefore, versionAfter, written, ...rest } = preparation;
  const document = {
    format: 'dfota-preparation',
    version: preparationJsonVersion,
    ...rest,
    versionBefore: versionBefore === undefined ? null : nameOf(versionBefore),
    versionAfter: versionAfter === undefined ? null : nameOf(versionAfter),
    owners: owners === undefined ? null : Object.fromEntries(owners),
    changes: changes.map((change) => ({ ...change, path: displayName(change.path) })),
    written: written ?? null,
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: codeOf(preparation) };
}

function codeOf({ findings }: Preparation): 0 | 1 {
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
