/** `last_install`: what the recovery notes of the last installation. A path, 0 or 1, then lines of `name: value`. */

import type { LogEvent } from '../model/explanation.js';
import { mostInstallLines } from '../model/limits/explain.js';
import { causeCode, errorCode } from './error-codes.js';
import type { LogLine } from './log-text.js';

/** Events that one or more lines make, and the index of the last of these lines. */
export interface Found {
  readonly events: readonly LogEvent[];
  readonly last: number;
}

const names =
  /^(time_total|retry|error|cause|source_build|target_build|uncrypt_(?:time|error)|bytes_\w+|temperature_\w+|non_ab|ota_\w+|\w*_time):\s*(.*)$/;

/** Reads the notes that begin with this line; `undefined` where none do. */
export function readLastInstall(lines: readonly LogLine[], index: number): Found | undefined {
  const path = lines[index]?.text.trim() ?? '';
  if (!/^@?\/\S/.test(path)) return undefined;
  const result = lines[index + 1];
  const word = result?.text.trim();
  if (result === undefined || (word !== '0' && word !== '1')) return undefined;
  const events: LogEvent[] = [];
  let cause: LogEvent | undefined;
  let last = index + 1;
  let notes = 0;
  for (; last + 1 < lines.length && last - index < mostInstallLines; last += 1) {
    const { line, text } = lines[last + 1] ?? { line: 0, text: '' };
    const note = names.exec(text.trim());
    if (note === null) break;
    notes += 1;
    const [, name = '', value = ''] = note;
    const number = value.trim();
    const code = name === 'error' ? errorCode(number) : name === 'cause' ? causeCode(number) : undefined;
    if (name === 'error' && /^\d+$/.test(number) && number !== '0') {
      const { kind, says } = code ?? { kind: 'status', says: `the recovery notes error ${number}` };
      events.push({ line, text, kind, says, about: kind === 'status' ? number : path });
    }
    if (name === 'cause' && code !== undefined) cause = { line, text, kind: code.kind, says: code.says, about: path };
    if (name === 'retry' && /^[1-9]\d*$/.test(number)) {
      events.push({ line, text, kind: 'progress', says: `the installation was tried again ${number} times` });
    }
  }
  // Two lines alone may be anything; as the whole text they are what older recoveries write.
  const rest = lines.slice(last + 1, last + 4).every(({ text }) => text.trim() === '');
  if (notes === 0 && !(index === 0 && rest)) return undefined;
  const done = word === '1';
  if (!done && cause !== undefined && cause.kind !== 'aborted') events.push(cause);
  events.push({
    line: result.line,
    text: result.text,
    kind: 'result',
    says: done ? 'last_install: the installation ended well' : 'last_install: the installation failed',
    about: done ? '0' : 'aborted',
  });
  return { events, last };
}
