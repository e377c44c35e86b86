import type { ComparedPatch, EngineComparison, EngineFigures } from '../model/engine-comparison.js';
import { mostComparedPatchesShown } from '../model/limits/explain.js';
import { showCount } from './quantities.js';
import { tableLines } from './table.js';

const right = 'right' as const;

function cells({ size, processorSeconds, wallSeconds }: EngineFigures): readonly string[] {
  return [String(size), processorSeconds.toFixed(2), wallSeconds.toFixed(2)];
}

/** The most bytes that either makes of a file. */
function cost({ ours, other }: ComparedPatch): number {
  return Math.max(ours.size, other?.size ?? 0);
}

/** Both encoders side by side, the costliest files first, with the totals of all at the end. Sizes in bytes, times in seconds. */
export function engineComparisonText({ engine, patches, totals }: EngineComparison): string {
  const row = (path: string, format: string, ours: EngineFigures, other: EngineFigures | null): readonly string[] => [
    path,
    format,
    ...cells(ours),
    ...(other === null ? ['no patch', '', ''] : cells(other)),
    other === null || other.size === 0 ? '' : `${((100 * ours.size) / other.size).toFixed(1)} %`,
  ];
  const columns = [
    { heading: 'file' },
    { heading: 'our format' },
    { heading: 'our bytes', align: right },
    { heading: 'CPU s', align: right },
    { heading: 'wall s', align: right },
    { heading: `${engine} bytes`, align: right },
    { heading: 'CPU s', align: right },
    { heading: 'wall s', align: right },
    { heading: 'ours of it', align: right },
  ];
  const sorted = patches.toSorted((a, b) => cost(b) - cost(a));
  const rows = sorted
    .slice(0, mostComparedPatchesShown)
    .map(({ path, format, ours, other }) => row(path, format, ours, other));
  const left = patches.length - rows.length;
  if (left > 0)
    rows.push([`… and ${showCount(left, 'smaller one')}; --json tells all`, '', '', '', '', '', '', '', '']);
  const sum = row(`all ${showCount(totals.patches, 'patch', 'patches')}`, '', totals.ours, totals.other);
  return `${tableLines(columns, [...rows, sum]).join('\n')}\n`;
}
