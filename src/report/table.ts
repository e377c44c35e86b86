/** A column of a table: its heading, and whether its cells stand at the right, as numbers do. */
export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right' | undefined;
}

function widthOf(text: string): number {
  return [...text].length;
}

/**
 * Lines of a table, two spaces between the columns, no blanks at the ends. Without rows there are no lines. The last
 * column is never padded, so that one long path does not push the others about.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const all = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, at) => all.reduce((width, row) => Math.max(width, widthOf(row[at] ?? '')), 0));
  return all.map((row) =>
    columns
      .map(({ align }, at) => {
        const cell = row[at] ?? '';
        const room = ' '.repeat((widths[at] ?? 0) - widthOf(cell));
        return align === 'right' ? room + cell : cell + room;
      })
      .join('  ')
      .trimEnd(),
  );
}
