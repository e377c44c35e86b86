/** Takes secrets out of text before it is shown: a report is passed around, and a build's keys must not be in it. */

import { longestLineMaskedCharacters } from '../../../model/limits/audit.js';

const masked = '[masked]';

const secretWord =
  '(?:passw(?:or)?d|passphrase|passwd|secret|token|api[_-]?key|auth[_-]?key|private[_-]?key|psk|pre_shared_key|credential|pwd)';
// a name is tried from its first character only, or a long run of letters would take quadratic time
const secretName = `(?<![\\w.-])[\\w.-]*?${secretWord}[\\w.-]*`;
const assignment = `(${secretName}["']?\\s*(?:=>?|:)\\s*)`;
const assigned = new RegExp(`${assignment}("[^"]*"|'[^']*'|[^\\s;,"']+)`, 'gi');
const quoted = new RegExp(`${assignment}("[^"]*"|'[^']*')`, 'gi');
const wholeName = new RegExp(`^[\\w.-]*?${secretWord}[\\w.-]*$`, 'i');
/** crypt(3): `$6$salt$hash` and its relatives. */
const crypt = /\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|md5)\$[./A-Za-z0-9$=,-]{8,}/g;
const inAddress = /(:\/\/[^\s/:@]{1,200}:)[^\s/@]{1,200}@/g;
const beginKey = /-----BEGIN [A-Z0-9 ]{0,60}PRIVATE KEY( BLOCK)?-----/;
const endKey = /-----END [A-Z0-9 ]{0,60}PRIVATE KEY( BLOCK)?-----/;

/** Program text names variables like `token = next()`; there only literals are secrets. */
const programText = /\.(py|pl|pm|js|mjs|c|h|lua|rb|go|ts)$/i;

/** Whether a key of a key=value file names a secret. */
export function isSecretName(name: string): boolean {
  return name.length > 200 || wholeName.test(name);
}

/** A secret value for people: whether there is one, not which. */
export function maskValue(value: string): string {
  return value === '' ? '' : masked;
}

/** One line without the secrets that it names itself; cut at 1,000 characters. `name` tells program text from settings. */
export function maskLine(line: string, name: string): string {
  const pattern = programText.test(name) ? quoted : assigned;
  return line
    .slice(0, longestLineMaskedCharacters)
    .replace(crypt, masked)
    .replace(inAddress, `$1${masked}@`)
    .replace(/(PRIVATE KEY(?: BLOCK)?-----)[^-]+/, `$1${masked}`)
    .replace(pattern, `$1${masked}`);
}

/** Shows lines by index with secrets masked, private key blocks included. Lines are masked when asked for. */
export function masking(lines: readonly string[], name: string): (index: number) => string {
  const secret = keyLines(lines);
  return (index) => (secret.has(index) ? masked : maskLine(lines[index] ?? '', name));
}

function keyLines(lines: readonly string[]): ReadonlySet<number> {
  const secret = new Set<number>();
  let inKey = false;
  lines.forEach((line, i) => {
    const marks = line.includes('PRIVATE KEY');
    if (inKey && marks && endKey.test(line)) inKey = false;
    else if (inKey) secret.add(i);
    else if (marks && beginKey.test(line)) inKey = !endKey.test(line);
  });
  return secret;
}
