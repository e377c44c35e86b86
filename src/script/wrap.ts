/** The width that lines aim at, before the indent is taken off (once more than one would think: see below). */
const lineWidth = 80;

/**
 * Breaks a call into lines as the ancestor does, byte for byte. `pieces` is the call's text, parted where a line may
 * break, each piece with its comma; the first begins with `name(`, the last ends the call. `indent` is the column
 * after the `(`: continuation lines start there. No line that can be helped is longer than `lineWidth - indent`,
 * the first one and the indented ones alike, and since only a break point ends a line, the last piece always
 * has a line of its own.
 */
export function wrap(pieces: readonly string[], indent: number): readonly string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const [index, piece] of pieces.entries()) {
    const last = index === pieces.length - 1;
    if (line !== undefined && !last && line.length + 1 + piece.length <= lineWidth - indent) {
      line = `${line} ${piece}`;
    } else {
      if (line !== undefined) lines.push(line);
      line = piece;
    }
  }
  if (line !== undefined) lines.push(line);
  return lines.map((text, index) => (index === 0 ? text : ' '.repeat(indent) + text));
}
