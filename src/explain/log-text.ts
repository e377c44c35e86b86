/**
 * The lines of a log as the program wrote them: what the way to us added is taken off. Logs arrive through terminals, serial
 * captures, mail, forums and web pages, and each of these puts something in front of a line or changes its quotes.
 */

import { longestLogLineCharacters, mostLinePrefixes } from '../model/limits/explain.js';

/** A line, and where it stands in the file. Several may have one number, where a web page put them into one line. */
export interface LogLine {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** Splits a text, one unit a byte, into lines without what terminals, captures and web pages added. Never throws. */
export function logLines(text: string): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (const [index, whole] of text.split(/\r*\n|\r/).entries()) {
    if (isJson(whole)) {
      const parts = unescaped(whole.slice(0, longestLogLineCharacters)).split('\n');
      for (const part of parts) lines.push({ line: index + 1, text: withoutPrefix(withoutMarkup(part)) });
      continue;
    }
    const plain = withoutMarkup(whole.slice(0, longestLogLineCharacters));
    for (const part of plain.split('\n')) lines.push({ line: index + 1, text: withoutPrefix(part) });
  }
  return lines;
}

/** Whether a line is a document of JSON that holds several lines, as collectors of logs write them. */
function isJson(line: string): boolean {
  return /^\s*[{[]\s*["{[\]}]/.test(line) && line.includes('\\n');
}

/** What a text of JSON says: what stands around it stays. */
function unescaped(line: string): string {
  return line.replace(/\\(["\\/nrt])/g, (_, letter: string) =>
    letter === 'n' || letter === 'r' ? '\n' : letter === 't' ? '\t' : letter,
  );
}

/** Entities of HTML that a log may hold. */
const entities: Readonly<Record<string, string>> = {
  quot: '"',
  ldquo: '"',
  rdquo: '"',
  bdquo: '"',
  laquo: '"',
  raquo: '"',
  apos: "'",
  lsquo: "'",
  rsquo: "'",
  lt: '<',
  gt: '>',
  nbsp: ' ',
  amp: '&',
};

function entity(whole: string, name: string): string {
  const number = /^#(x?)([0-9a-f]{1,6})$/i.exec(name);
  if (number === null) return entities[name.toLowerCase()] ?? whole;
  const code = Number.parseInt(number[2] ?? '', number[1] === '' ? 10 : 16);
  if (code === 8220 || code === 8221 || code === 8222) return '"';
  if (code === 8216 || code === 8217) return "'";
  return code === 160 ? ' ' : code >= 32 && code < 127 ? String.fromCharCode(code) : whole;
}

/** Typographic quotes and blanks as UTF-8, as UTF-8 that was taken for Windows-1252, and as Windows-1252. */
const typography: readonly (readonly [pattern: RegExp, plain: string])[] = [
  [/\xc3\xa2\xe2\x82\xac(?:\xc5\x93|\xc2\x9d|\xc5\xbe)/g, '"'],
  [/\xe2\x80[\x9c-\x9f\xb3]|\xc2[\xab\xbb]|\xef\xbc\x82/g, '"'],
  [/\xe2\x80[\x98-\x9b\xb2]/g, "'"],
  [/\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]/g, ' '],
  [/\xef\xbb\xbf|\xe2\x80[\x8b-\x8f]/g, ''],
  [/\xef\xbc\x8c/g, ','],
  [/\xef\xbc\x9a/g, ':'],
  [/(?<![\x80-\xff])[\x84\x93\x94](?![\x80-\xff])/g, '"'],
  [/(?<![\x80-\xff])[\x91\x92](?![\x80-\xff])/g, "'"],
];

/** A text with the quotes that programs write in place of those of people and web pages. */
export function withPlainQuotes(text: string): string {
  let plain = text;
  if (/[\x80-\xff]/.test(plain)) for (const [pattern, mark] of typography) plain = plain.replace(pattern, mark);
  if (!plain.includes('&')) return plain;
  // Twice: a page that shows a page has &amp;quot;.
  const once = plain.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, entity);
  return once.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, entity);
}

function withoutMarkup(text: string): string {
  let plain = text;
  if (plain.includes('<')) {
    plain = plain
      .replace(/<br\s*\/?>/gi, '\n')
      .replace(
        /<\/?(?:p|div|span|pre|code|td|tr|table|tbody|li|ul|b|i|em|strong|font|html|body)(?:\s[^<>]{0,200})?>/gi,
        '',
      );
  }
  // Colours and cursor movements of terminals, then what else is no text.
  plain = plain.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '');
  return withPlainQuotes(plain);
}

/** What captures, daemons and kernels put in front of a line. */
const prefixes: readonly RegExp[] = [
  /^\s*<\d{1,3}>\s*/,
  /^\s*\[\s*\d{1,9}\.\d{1,9}\]\s?/,
  /^\s*[[(]?\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}[T_, ]?\s*(?=[[(]?\d{1,2}:)/,
  /^\s*\d{2}-\d{2} (?=\d{2}:\d{2}:)/,
  /^\s*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} (?=\d{1,2}:\d{2}:)/,
  /^\s*[[(]?\d{1,2}:\d{2}:\d{2}(?:[.:,]\d{1,9})?\s?(?:Z|[+-]\d{2}:?\d{2}|[AP]M)?[\])]?(?:\s+\d{4})?[\s:|>-]*/i,
  // logcat: "1234  1234 I recovery: ", "I/recovery( 123): "
  /^\s*\d{1,7} +\d{1,7} [VDIWEF] [\w./-]{1,40} *: /,
  /^[VDIWEF]\/[\w.-]{1,40} *\(\s*\d{1,7}\): /,
  // syslog: "host recovery[123]: "
  /^\s*[\w.-]{1,64} (?:recovery|updater|update_binary|update-binary|kernel)(?:\[\d{1,7}\])?: /,
  /^\s*(?:recovery|updater|update_binary|update-binary)(?:\[\d{1,7}\])?: /,
  /^\s*[[(]?(?:RX|TX|RECV|SEND|READ|WRITE|IN|OUT|UART\d?|COM\d{1,3}|tty\w{1,12}|stdout|stderr)[\])]?\s?(?:[:|>]|<-|->|<<|>>|\s(?=[+A]))\s*/i,
  /^\s*(?:<{2,4}|>{1,4}|<-{1,3}|-{1,3}>|<=|=>|\|)\s+/,
  // grep -n
  /^(?:[\w./-]{1,80}:)?\d{1,7}[:-]\s?(?=[A-Za-z"+(])/,
];

function withoutPrefix(text: string): string {
  let rest = text;
  for (let round = 0; round < mostLinePrefixes; round += 1) {
    const found = prefixes.map((prefix) => prefix.exec(rest)).find((match) => match !== null && match[0] !== '');
    if (found === undefined || found === null) break;
    rest = rest.slice(found[0].length);
  }
  return rest;
}
