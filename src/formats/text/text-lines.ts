/** A line of a text, without its end, numbered from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** The lines of a byte-string. Ends are LF or CRLF; a UTF-8 byte order mark at the start is left out. */
export function linesOf(text: string): readonly Line[] {
  const body = text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;
  const lines = body.split('\n').map((line, index) => ({
    number: index + 1,
    text: line.endsWith('\r') ? line.slice(0, -1) : line,
  }));
  return lines.at(-1)?.text === '' ? lines.slice(0, -1) : lines;
}

function isBlank(unit: string): boolean {
  return unit === ' ' || unit === '\t' || unit === '\r';
}

/**
 * The text without blanks, tabs and carriage returns at its ends, and how many units stood before it. Unlike
 * String.trim it leaves the byte 0xA0 alone, which ends many a letter in UTF-8.
 */
export function trimBlanks(text: string): { readonly text: string; readonly indent: number } {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charAt(start))) start++;
  while (end > start && isBlank(text.charAt(end - 1))) end--;
  return { text: text.slice(start, end), indent: start };
}
