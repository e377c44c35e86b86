/** What is in a package, for people and for machines. */
import type { InspectedTarget, Inspection } from '../model/inspection.js';
import { packageKeys } from '../model/layout.js';
import type { Part } from '../model/parts.js';
import { displayName } from '../model/path.js';
import { showCount, showSize } from './quantities.js';
import { type Column, tableLines } from './table.js';

/** A finished report. */
export interface Report {
  readonly text: string;
  readonly exitCode: 0 | 1;
}

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const inspectionJsonVersion = 1;

/** Calls that only move the screen: a phase is told by the others. */
const messages: ReadonlySet<string> = new Set(['ui_print', 'show_progress', 'set_progress']);

const contributorsShown = 15;
const digitsShown = 12;

const partNames: readonly (readonly [Part | undefined, string])[] = [
  ['l', 'root file system (l)'],
  ['m', 'modem (m)'],
  ['o', 'kernel (o)'],
  ['minor', 'minor partitions'],
  [undefined, 'elsewhere'],
];

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function left(...headings: readonly string[]): readonly Column[] {
  return headings.map((heading) => ({ heading }));
}

function right(...headings: readonly string[]): readonly Column[] {
  return headings.map((heading) => ({ heading, align: 'right' }));
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;
}

function fields(rows: readonly (readonly [string, string | undefined])[]): readonly string[] {
  const known = rows.filter(([, value]) => value !== undefined);
  return tableLines(
    left('', ''),
    known.map(([name, value]) => [name, displayName(value ?? '')]),
  ).slice(1);
}

function listsOf(digest: string | undefined): string | undefined {
  return digest === undefined ? undefined : `SHA-256 ${digest}`;
}

function versionLines({ appliesTo, metadata, madeBy }: Inspection): readonly string[] {
  const value = (key: string) => metadata.find((one) => one.key === key)?.value;
  return fields([
    [
      'applies to',
      appliesTo === undefined ? 'any version: the package holds no quectel-project-version' : appliesTo.revision,
    ],
    ['project', appliesTo?.project],
    ['branch', appliesTo?.branch],
    ['custom', appliesTo?.custom],
    ['built', appliesTo?.packageTime],
    ['makes', value('post-build')],
    ['lists', listsOf(value(packageKeys.lists))],
    ['allowed', value(packageKeys.allowed)],
    ...madeBy.map((line, index): readonly [string, string] => [index === 0 ? 'made by' : '', line]),
  ]);
}

/** Bytes of the entries behind these targets, each entry once. */
function packedOf(targets: readonly InspectedTarget[]): number {
  const sizes = new Map(targets.map(({ entry, packedSize }) => [entry, packedSize]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function partLines({ targets }: Inspection): readonly string[] {
  const rows = partNames.flatMap(([part, name]) => {
    const its = targets.filter((target) => target.part === part);
    if (its.length === 0) return [];
    const whole = its.filter(({ method }) => method === 'whole').length;
    const makes = its.reduce((sum, { targetSize }) => sum + targetSize, 0);
    return [[name, grouped(its.length - whole), grouped(whole), showSize(packedOf(its)), showSize(makes)]];
  });
  return tableLines([...left('part'), ...right('patched', 'whole', 'in package', 'makes')], rows);
}

function digits(sha1: string | undefined): string {
  return (sha1 ?? '').slice(0, digitsShown);
}

function targetLines({ targets }: Inspection): readonly string[] {
  const columns = [
    ...left('method'),
    ...right('in package', 'expanded', 'makes'),
    ...left('source', 'target', 'file or partition'),
  ];
  const rows = targets.map((target) => {
    const from = target.from === undefined ? '' : ` (from ${displayName(target.from)})`;
    const missing = target.entry === undefined ? ' (its entry is missing)' : '';
    return [
      target.method,
      grouped(target.packedSize),
      grouped(target.entrySize),
      grouped(target.targetSize),
      digits(target.sourceSha1),
      digits(target.targetSha1),
      `${displayName(target.name)}${from}${missing}`,
    ];
  });
  return tableLines(columns, rows);
}

function contributorLines({ entries, size }: Inspection): readonly string[] {
  const largest = entries.toSorted((a, b) => b.packedSize - a.packedSize).slice(0, contributorsShown);
  const rows = largest.map(({ name, role, packedSize, size: expanded }) => [
    showSize(packedSize),
    percent(packedSize, size),
    showSize(expanded),
    role,
    displayName(name),
  ]);
  return tableLines([...right('in package', 'share', 'expanded'), ...left('for', 'entry')], rows);
}

function phaseLines({ script }: Inspection): readonly string[] {
  const rows = script.phases.map(({ title, line, statements, calls }) => [
    grouped(line),
    grouped(statements),
    title === '' ? '(before the first message)' : displayName(title),
    calls
      .filter(({ name }) => !messages.has(name))
      .map(({ name, count }) => (count === 1 ? name : `${name} ×${grouped(count)}`))
      .join(', '),
  ]);
  return tableLines([...right('line', 'statements'), ...left('phase', 'calls')], rows);
}

function scriptLines({ script }: Inspection): readonly string[] {
  const lines = script.text.replace(/\n$/, '').split('\n');
  const width = String(lines.length).length;
  return lines.map((line, index) => `${String(index + 1).padStart(width)}  ${displayName(line)}`.trimEnd());
}

/** The package for people. Sizes are decimal; digests are shortened, the JSON form has them whole. */
export function inspectionText(inspection: Inspection): Report {
  const { file, size, sha256, md5, entries, removed, links, directories, script } = inspection;
  const expanded = entries.reduce((sum, entry) => sum + entry.size, 0);
  const packed = entries.reduce((sum, entry) => sum + entry.packedSize, 0);
  const unused = entries.filter(({ role }) => role === 'unused').map(({ name }) => displayName(name));
  const lines = [
    `${file}: ${showSize(size)}, ${showCount(entries.length, 'entry', 'entries')}`,
    ...fields([
      ['bytes', grouped(size)],
      ['SHA-256', sha256],
      ['MD5', md5],
      ['expanded', `${showSize(expanded)} in entries that take ${showSize(packed)}`],
    ]).map((line) => `  ${line}`),
    ...section('Versions', versionLines(inspection)),
    ...section('Parts', partLines(inspection)),
    ...section(`Largest contributors`, contributorLines(inspection)),
    ...section('Files and partitions, in the order of the script', targetLines(inspection)),
    ...section(`Removed (${grouped(removed.length)})`, removed.map(displayName)),
    ...section(
      `Links (${grouped(links.length)})`,
      links.map(({ path, destination }) => `${displayName(path)} -> ${displayName(destination)}`),
    ),
    ...section(`New empty directories (${grouped(directories.length)})`, directories.map(displayName)),
    ...section(`Entries that the script does not use (${grouped(unused.length)})`, unused),
    ...section(`Phases of the script (${showCount(script.statements, 'statement')})`, phaseLines(inspection)),
    ...section('Script', scriptLines(inspection)),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

/**
 * The package for machines: see docs/formats/update-zip.md, "dfota inspect --json". Names are text: UTF-8 where they are,
 * odd bytes as `\xHH`.
 */
export function inspectionJson(inspection: Inspection): Report {
  const { file, size, sha256, md5, appliesTo, script } = inspection;
  const document = {
    format: 'dfota-inspection',
    version: inspectionJsonVersion,
    file,
    size,
    sha256,
    md5,
    madeBy: inspection.madeBy.map(displayName),
    appliesTo:
      appliesTo === undefined
        ? null
        : {
            project: shown(appliesTo.project),
            revision: shown(appliesTo.revision),
            branch: shown(appliesTo.branch),
            custom: shown(appliesTo.custom),
            packageTime: shown(appliesTo.packageTime),
          },
    metadata: Object.fromEntries(
      inspection.metadata.map(({ key, value }) => [displayName(key), displayName(value)] as const),
    ),
    entries: inspection.entries.map((entry) => ({ ...entry, name: displayName(entry.name) })),
    targets: inspection.targets.map((target) => ({
      ...target,
      name: displayName(target.name),
      part: target.part ?? null,
      from: shown(target.from),
      entry: shown(target.entry),
      sourceSha1: target.sourceSha1 ?? null,
    })),
    removed: inspection.removed.map(displayName),
    links: inspection.links.map(({ path, destination }) => ({
      path: displayName(path),
      destination: displayName(destination),
    })),
    directories: inspection.directories.map(displayName),
    script: {
      statements: script.statements,
      phases: script.phases.map((phase) => ({ ...phase, title: displayName(phase.title) })),
      text: script.text.split('\n').map(displayName).join('\n'),
    },
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: 0 };
}

function shown(name: string | undefined): string | null {
  return name === undefined ? null : displayName(name);
}
