/** What a terminal shows, as a picture: text with ANSI colours becomes SVG. The same text makes the same bytes. */

/** How a character is shown. */
interface Look {
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly faint: boolean;
}

interface Cell {
  readonly char: string;
  readonly look: Look;
}

const plain: Look = { colour: undefined, bold: false, faint: false };

/** The sixteen colours, dark enough or light enough to be read on the background. */
const colours = [
  ...['#7d8590', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#76e3ea', '#c9d1d9'],
  ...['#8b949e', '#ffa198', '#aff5b4', '#f2cc60', '#a5d6ff', '#e2c5ff', '#b3f0f5', '#ffffff'],
];
const [background, foreground, bar] = ['#0d1117', '#e6edf3', '#30363d'];
const [cellWidth, lineHeight, fontSize, edge, head] = [8.43, 20, 14, 16, 36];

function lookAfter(look: Look, codes: string): Look {
  let now = look;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) now = plain;
    else if (code === 1) now = { ...now, bold: true };
    else if (code === 2) now = { ...now, faint: true };
    else if (code === 22) now = { ...now, bold: false, faint: false };
    else if (code === 39) now = { ...now, colour: undefined };
    else if (code >= 30 && code <= 37) now = { ...now, colour: code - 30 };
    else if (code >= 90 && code <= 97) now = { ...now, colour: code - 82 };
  }
  return now;
}

/** The lines that stand there in the end, broken at the width; CR goes back, and `ESC[K` clears what follows. */
export function screenOf(text: string, columns: number): readonly (readonly Cell[])[] {
  const lines: Cell[][] = [[]];
  let look = plain;
  let at = 0;
  const step = /\x1b\[([\d;]*)([A-Za-z])|\r|\n|[^\x00-\x1f]/gu;
  for (const [whole, codes = '', letter] of text.matchAll(step)) {
    const line = lines.at(-1) ?? [];
    if (letter === 'm') look = lookAfter(look, codes);
    else if (letter === 'K') line.length = Math.min(line.length, at);
    else if (whole === '\r') at = 0;
    else if (whole === '\n' || letter !== undefined) {
      if (letter !== undefined) continue;
      lines.push([]);
      at = 0;
    } else {
      if (at === columns) {
        lines.push([]);
        at = 0;
      }
      (lines.at(-1) ?? line)[at] = { char: whole, look };
      at += 1;
    }
  }
  while (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Cells of one look, side by side. */
function runsOf(line: readonly Cell[]): readonly { readonly text: string; readonly look: Look }[] {
  const runs: { text: string; look: Look }[] = [];
  for (const { char, look } of line) {
    const last = runs.at(-1);
    const same = last !== undefined && JSON.stringify(last.look) === JSON.stringify(look);
    if (same) last.text += char;
    else runs.push({ text: char, look });
  }
  return runs;
}

function styleOf({ colour, bold, faint }: Look): string {
  const fill = colour === undefined ? '' : ` fill="${colours[colour] ?? foreground}"`;
  return `${fill}${bold ? ' font-weight="bold"' : ''}${faint ? ' fill-opacity="0.65"' : ''}`;
}

/** A picture of a terminal of that width that shows the text. `title` says what is seen, also to who cannot see it. */
export function terminalSvg(text: string, title: string, columns = 110): string {
  const lines = screenOf(text, columns);
  const width = Math.ceil(columns * cellWidth + 2 * edge);
  const height = head + lines.length * lineHeight + edge;
  const font = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
  const rows = lines.flatMap((line, index) => {
    const y = head + index * lineHeight + fontSize;
    let at = 0;
    return runsOf(line).flatMap(({ text: part, look }) => {
      const start = at;
      at += [...part].length;
      // Several blanks become one where a picture is shown, so what they part stands in texts of its own.
      return [...part.matchAll(/\S+(?: \S+)*/gu)].map(({ 0: words, index }) => {
        const x = (edge + (start + [...part.slice(0, index)].length) * cellWidth).toFixed(2);
        // The width is given, so that columns stand whatever font there is.
        const wide = ` textLength="${([...words].length * cellWidth).toFixed(2)}" lengthAdjust="spacingAndGlyphs"`;
        return `<text x="${x}" y="${y}"${wide}${styleOf(look)}>${escaped(words)}</text>`;
      });
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}" stroke="${bar}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, i) => `<circle cx="${20 + i * 18}" cy="18" r="5.5" fill="${fill}"/>`,
    ),
    `<g font-family="${escaped(font)}" font-size="${fontSize}" fill="${foreground}" style="white-space:pre">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
