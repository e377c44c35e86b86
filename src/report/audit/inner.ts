/** The inside of a file as lines of text. */
import type { Inner, InnerFact } from '../../model/inner.js';
import { showNumber } from './words.js';

/** How much of each file is shown. */
export interface InnerLimits {
  readonly lines: number;
}

function showFact({ label, before, after, grade, about }: InnerFact): string {
  const change =
    before === undefined
      ? `${after ?? ''} (new)`
      : after === undefined
        ? `${before} (gone)`
        : before === after
          ? before
          : `${before} → ${after}`;
  const mark = grade === 'regression' ? ' [REGRESSION]' : grade === 'improvement' ? ' [better]' : '';
  return `${label}: ${change}${mark}${about === undefined ? '' : ` (${about})`}`;
}

/** Lines without indentation, at most as many as asked for and one that tells of the rest. */
export function innerLines(inner: Inner, limits: InnerLimits): readonly string[] {
  const lines: string[] = [inner.summary, ...(inner.facts ?? []).map((fact) => `  ${showFact(fact)}`)];
  for (const { label, added, removed, omitted, kept } of inner.sets ?? []) {
    lines.push(`  ${label}: ${kept} kept`);
    for (const name of added) lines.push(`    + ${name}`);
    for (const name of removed) lines.push(`    - ${name}`);
    if (omitted > 0) lines.push(`    and ${omitted} more`);
  }
  for (const { label, before, after } of inner.sizes ?? []) {
    const show = (size: number | undefined): string => (size === undefined ? 'absent' : showNumber(size));
    lines.push(`  ${label}: ${show(before)} → ${show(after)} bytes`);
  }
  for (const { sign, text } of inner.diff ?? []) lines.push(sign === 'gap' ? `  … ${text}` : `  ${sign}${text}`);
  for (const { name, status, before, after, detail, inner: deeper } of inner.members ?? []) {
    const size =
      before === undefined || after === undefined
        ? `${showNumber(after ?? before ?? 0)} bytes`
        : `${showNumber(before)} → ${showNumber(after)} bytes`;
    lines.push(`  ${status} ${name}: ${size}${detail === undefined ? '' : `, ${detail}`}`);
    if (deeper !== undefined) for (const line of innerLines(deeper, limits)) lines.push(`    ${line}`);
  }
  if (inner.membersOmitted !== undefined) lines.push(`  and ${inner.membersOmitted} more members`);
  for (const note of inner.notes ?? []) lines.push(`  note: ${note}`);
  if (lines.length <= limits.lines) return lines;
  return [...lines.slice(0, limits.lines), `  … ${lines.length - limits.lines} more lines`];
}
