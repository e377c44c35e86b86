/**
 * The longest quoted literal, in bytes: older updaters collect it in a buffer of 1,024 bytes that nobody guards.
 * We count it as written, escapes included, so that it holds whichever way a parser counts.
 */
export const longestLiteral = 1023;

/** One unit of a literal as written. edify knows no other escapes, and takes bytes from 0x80 as they are. */
function written(unit: string): string {
  const code = unit.charCodeAt(0);
  if (code > 0xff) throw new RangeError('a script holds bytes, not text: use fromText()');
  if (code === 0) throw new RangeError('a script cannot hold a NUL byte: the device would end the string there');
  if (unit === '\n') return '\\n';
  if (unit === '\t') return '\\t';
  if (unit === '"') return '\\"';
  if (unit === '\\') return '\\\\';
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return unit;
}

/** A byte-string as quoted literals, each short enough for the device; more than one must be joined with `+`. */
export function quote(bytes: string): readonly string[] {
  const literals: string[] = [];
  let piece = '';
  for (const unit of bytes.split('')) {
    const next = written(unit);
    if (piece.length + next.length > longestLiteral) {
      literals.push(`"${piece}"`);
      piece = '';
    }
    piece += next;
  }
  literals.push(`"${piece}"`);
  return literals;
}
