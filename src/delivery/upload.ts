/** The package goes to the module's storage, acknowledged and compared. */
import { answerTo, ask } from './ask.js';
import { type Limits, type Talk, tell } from './dialogue.js';
import { finalResult } from './reports.js';

/** What to upload. */
export interface Upload {
  readonly name: string;
  readonly size: number;
  readonly xor16: number;
}

/** Bytes that one acknowledgement stands for. */
const acknowledged = 1024;

/** Bytes between two lines that tell how far it is. */
const toldEvery = 64 * 1024;

/** Uploads; gives why it failed, or `undefined`. */
export function* upload(file: Upload, limits: Limits): Talk<string | undefined> {
  const removed = yield* ask(`AT+QFDEL="${file.name}"`, limits);
  if (removed.result === 'gone') return 'the port went away before the upload';
  const seconds = Math.max(5, Math.ceil(limits.ack / 1000));
  yield { kind: 'send', line: `AT+QFUPL="${file.name}",${file.size},${seconds},1` };
  const refused = yield* untilConnect(limits);
  if (refused !== undefined) return refused;
  for (let sent = 0; sent < file.size; ) {
    const to = Math.min(sent + acknowledged, file.size);
    yield { kind: 'data', from: sent, to };
    // The last piece has no acknowledgement of its own unless it is a whole one.
    if (to - sent === acknowledged) {
      const failed = yield* untilAcknowledged(limits, sent);
      if (failed !== undefined) return failed;
    }
    sent = to;
    if (sent % toldEvery === 0 || sent === file.size)
      yield* tell({ event: 'upload', doneBytes: sent, totalBytes: file.size });
  }
  return yield* compared(file, limits);
}

function* untilConnect(limits: Limits): Talk<string | undefined> {
  let end: number | undefined;
  for (let left = limits.answer; left > 0; ) {
    const heard = yield { kind: 'listen', milliseconds: left };
    end ??= heard.at + limits.answer;
    left = end - heard.at;
    if (heard.kind === 'gone') return 'the port went away before the upload';
    if (heard.kind === 'nothing') break;
    if (heard.kind !== 'line') continue;
    if (heard.text === 'CONNECT') return undefined;
    if (finalResult(heard.text) === 'error') return `the module does not take the file: ${heard.text}`;
  }
  return 'the module does not answer to AT+QFUPL';
}

function* untilAcknowledged(limits: Limits, sent: number): Talk<string | undefined> {
  let end: number | undefined;
  for (let left = limits.ack; left > 0; ) {
    const heard = yield { kind: 'listen', milliseconds: left, uploading: true };
    end ??= heard.at + limits.ack;
    left = end - heard.at;
    if (heard.kind === 'acks') return undefined;
    if (heard.kind === 'gone') return `the port went away after ${sent} bytes`;
    if (heard.kind === 'nothing') break;
    if (heard.kind === 'line' && finalResult(heard.text) === 'error') {
      return `the module stopped the upload after ${sent} bytes: ${heard.text}`;
    }
  }
  return `the module does not acknowledge what follows byte ${sent}`;
}

function* compared(file: Upload, limits: Limits): Talk<string | undefined> {
  let end: number | undefined;
  for (let left = limits.ack; left > 0; ) {
    const heard = yield { kind: 'listen', milliseconds: left, uploading: true };
    end ??= heard.at + limits.ack;
    left = end - heard.at;
    if (heard.kind === 'gone') return 'the port went away at the end of the upload';
    if (heard.kind === 'nothing') break;
    if (heard.kind !== 'line') continue;
    const [, size, sum = ''] = /^\+QFUPL:\s*(\d+),([0-9A-Fa-f]{1,4})$/.exec(heard.text) ?? [];
    if (size === undefined) {
      if (finalResult(heard.text) === 'error') return `the module did not keep the file: ${heard.text}`;
      continue;
    }
    if (Number(size) !== file.size || Number.parseInt(sum, 16) !== file.xor16) {
      return `what arrived differs: ${size} bytes with checksum ${sum}, sent were ${file.size} with ${file.xor16.toString(16)}`;
    }
    yield* answerTo('', limits.answer);
    return undefined;
  }
  return 'the module does not confirm the upload';
}
