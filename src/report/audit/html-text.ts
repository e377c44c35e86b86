/** Pieces of HTML as text. What comes from outside is always escaped here. */

/** Text in which HTML sees nothing. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A heading of a column, and whether numbers stand in it, or words that are not to be broken within. */
export interface Column {
  readonly text: string;
  readonly number?: boolean | undefined;
  readonly words?: boolean | undefined;
}

/** Columns that a phone is wide enough for. */
const fewColumns = 4;

/**
 * A table; nothing where it has no rows. One of many columns is marked `wide`, so that a narrow screen can show each row as lines: its numbers
 * say there what they are.
 */
export function tableHtml(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const mark = (index: number): string => {
    const { number, words } = columns[index] ?? {};
    return number === true ? ' class="number"' : words === true ? ' class="words"' : '';
  };
  const wide = columns.length > fewColumns;
  const label = (index: number, cell: string): string => {
    const { number, text = '' } = columns[index] ?? {};
    return wide && number === true && cell !== '' ? ` data-label="${escapeText(text)}"` : '';
  };
  const head = columns.map(({ text }, index) => `<th scope="col"${mark(index)}>${escapeText(text)}</th>`).join('');
  const body = rows.map(
    (cells) =>
      `<tr>${cells.map((cell, index) => `<td${mark(index)}${label(index, cell)}>${escapeText(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table class="plain${wide ? ' wide' : ''}"><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** A list of lines; nothing where there are none. */
export function listHtml(lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<ul class="notices">\n${lines.map((line) => `<li>${escapeText(line)}</li>`).join('\n')}\n</ul>`;
}

/** A section with its heading; nothing where it has no content. The id is what a script finds it by. */
export function sectionHtml(id: string, title: string, ...content: readonly string[]): string {
  const kept = content.filter((part) => part !== '');
  return kept.length === 0
    ? ''
    : `<section class="card" id="${id}"><h2>${escapeText(title)}</h2>\n${kept.join('\n')}\n</section>`;
}

/** A paragraph. */
export function paragraphHtml(text: string): string {
  return `<p>${escapeText(text)}</p>`;
}
