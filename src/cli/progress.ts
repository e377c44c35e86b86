/** How a run is shown: a bar on a terminal, a line per finished stage elsewhere, nothing when quiet. */
import type { OnProgress, Progress, Stage } from '../model/progress.js';
import { showCount, showDuration, showSize } from './quantities.js';
import type { Style } from './style.js';

const names: Readonly<Record<Stage, string>> = {
  'read-source': 'reading source',
  'read-target': 'reading target',
  plan: 'planning',
  encode: 'making patches',
  compare: 'comparing encoders',
  write: 'writing package',
  verify: 'proving package',
  inspect: 'inspecting',
  audit: 'auditing',
  prepare: 'preparing',
  extract: 'extracting',
  'archive-add': 'adding to the archive',
  'archive-verify': 'checking the archive',
  'cache-verify': 'checking the cache',
  'fleet-plan': 'planning the fleet',
  'fleet-run': 'making the fleet',
  apply: 'applying the patch',
  'nvs-mass': 'making partitions',
  upload: 'uploading',
  download: 'downloading to the module',
  update: 'updating the module',
};

/** Where progress is drawn. */
export interface ProgressScreen {
  readonly write: (text: string) => void;
  /** Columns of a terminal, asked anew for each drawing; `undefined` where it is not a terminal. */
  readonly columns: () => number | undefined;
  readonly style: Style;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** A line for each item as well, when it is begun. */
  readonly items?: boolean | undefined;
}

/** Progress as shown to people; `close` ends the stage under way and clears the bar. */
export interface ProgressView {
  readonly onProgress: OnProgress;
  /** Takes the bar away so that other lines can be written; the next progress draws it again. */
  readonly clear: () => void;
  /** `finished` says whether the stage under way came to its end. */
  readonly close: (finished: boolean) => void;
}

/** Shows nothing. */
export const noProgress: ProgressView = { onProgress: () => {}, clear: () => {}, close: () => {} };

const control = /[\x00-\x1f\x7f-\x9f]/g;

/** Redrawn at most this often: a terminal over a slow line must not hold up the work. */
const redrawEvery = 100;

/** A bar on a terminal, else one line when a stage has ended. */
export function showProgress(screen: ProgressScreen): ProgressView {
  let latest: Progress | undefined;
  let began = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;

  const clear = (): void => {
    if (drawn) screen.write('\r\u001b[K');
    drawn = false;
  };
  const finish = (): void => {
    if (latest === undefined) return;
    clear();
    screen.write(`${stageLine(latest, screen.now() - began, screen.style)}\n`);
    latest = undefined;
  };
  return {
    onProgress: (progress) => {
      const now = screen.now();
      if (latest?.stage !== progress.stage) {
        finish();
        began = now;
        drawnAt = Number.NEGATIVE_INFINITY;
      }
      if (screen.items === true && progress.item !== undefined && progress.item !== latest?.item) {
        clear();
        screen.write(`  ${screen.style('dim', progress.item.replace(control, '?'))}\n`);
      }
      latest = progress;
      const columns = screen.columns();
      if (columns === undefined || now - drawnAt < redrawEvery) return;
      drawnAt = now;
      drawn = true;
      screen.write(`\r${barLine(progress, now - began, columns, screen.style)}\u001b[K`);
    },
    clear,
    close: (finished) => {
      if (finished) finish();
      clear();
      latest = undefined;
    },
  };
}

/** What a finished stage leaves behind: `reading source: 2,041 files, 101.2 MB in 3.1 s`. */
export function stageLine(progress: Progress, elapsed: number, style: Style): string {
  const facts: string[] = [];
  if (progress.doneItems > 0)
    facts.push(inPercent(progress) ? `${progress.doneItems} %` : showCount(progress.doneItems, 'item'));
  if (progress.doneBytes > 0) facts.push(showSize(progress.doneBytes));
  const what = facts.length === 0 ? '' : `${facts.join(', ')} `;
  return `${style('bold', names[progress.stage])}: ${what}in ${showDuration(elapsed)}`;
}

const barWidth = 20;

/** One line, at most `columns - 1` wide: what is done, how far, bytes and items done of how many, time left, the current item. */
export function barLine(progress: Progress, elapsed: number, columns: number, style: Style): string {
  const done = share(progress);
  const filled = Math.round(done * barWidth);
  const facts = [`${String(Math.floor(done * 100)).padStart(3)}%`];
  if (progress.totalBytes > 0) facts.push(`${showSize(progress.doneBytes)} of ${showSize(progress.totalBytes)}`);
  if (progress.totalItems > 0 && !inPercent(progress))
    facts.push(`${progress.doneItems} of ${showCount(progress.totalItems, 'item')}`);
  // Before a second or a hundredth of the work an estimate would only jump about.
  if (done >= 0.01 && done < 1 && elapsed >= 1000) facts.push(`${showDuration((elapsed * (1 - done)) / done)} left`);
  const pieces: [text: string, paint: (text: string) => string][] = [
    [names[progress.stage], (text) => style('bold', text)],
    [` ${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}`, (text) => style('cyan', text)],
    [` ${facts.join('  ')}`, (text) => text],
    [progress.item === undefined ? '' : `  ${progress.item}`, (text) => style('dim', text)],
  ];
  let left = Math.max(columns - 1, 0);
  let line = '';
  for (const [text, paint] of pieces) {
    const fitting = truncate(text, left);
    if (fitting === '') break;
    left -= widthOf(fitting);
    line += paint(fitting);
  }
  return line;
}

/** What a module tells of an update is its percentage. */
function inPercent({ stage }: Progress): boolean {
  return stage === 'update';
}

function share(progress: Progress): number {
  const [done, total] =
    progress.totalBytes > 0 ? [progress.doneBytes, progress.totalBytes] : [progress.doneItems, progress.totalItems];
  return total > 0 ? Math.min(Math.max(done / total, 0), 1) : 0;
}

/** Columns that the text takes at most: anything beyond ASCII counts two, which is never too few. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character > '\u007e' ? 2 : 1;
  return width;
}

/** The text, or its beginning and `…` where it is wider than `width` columns. Control characters become `?`. */
export function truncate(text: string, width: number): string {
  const clean = text.replace(control, '?');
  if (widthOf(clean) <= width) return clean;
  let kept = '';
  let used = 2; // the ellipsis
  for (const character of clean) {
    used += widthOf(character);
    if (used > width) break;
    kept += character;
  }
  return kept === '' ? '' : `${kept}…`;
}
