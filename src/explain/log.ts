/**
 * Reads the log of a recovery and says what stopped the update.
 *
 * 1. Each line is held against what recoveries and update-binaries write. 2. The message that ended the update is taken whole: the text
 * of a failed assertion goes over several lines. 3. The reason is the last line before it that says why. 4. The statement is looked
 * up in the package's script, where that is given.
 */
import type { Explanation, LogEvent, LogEventKind, LogReading } from '../model/explanation.js';
import { fotaCode, statusWords } from './codes.js';
import { explain, updaterStatus } from './explain.js';
import { linePatterns } from './log-lines.js';
import { findStatement } from './script-place.js';

const longestMessage = 400;
const longestLine = 8192;
const mostEvents = 2000;

/** Kinds of events that say why, most telling first when several are near. */
const reasons: ReadonlySet<LogEventKind> = new Set([
  'no-space',
  'content-mismatch',
  'patch-failed',
  'mount-failed',
  'write-failed',
  'partition-failed',
  'permission-failed',
  'link-failed',
  'entry-missing',
  'io-error',
  'parse-error',
  'package-unreadable',
  'signature',
  'program-failed',
]);

/** Which code the module reports for a reason. */
const codeOf: Readonly<Partial<Record<LogEventKind, string>>> = {
  'content-mismatch': '510',
  'no-space': '511',
  'package-unreadable': '501',
  'program-failed': '502',
};

/** Reads a log (and the updater-script of the package, if it is at hand). Never throws; understands what it can. */
export function explainLog(text: string, script?: string): LogReading {
  const lines = text.split(/\r?\n/).map((line) => line.slice(0, longestLine));
  const events: LogEvent[] = [];
  for (let index = 0; index < lines.length && events.length < mostEvents; index += 1) {
    const line = lines[index] ?? '';
    const ended = readAbort(lines, index);
    if (ended !== undefined) {
      events.push(ended.event);
      index = ended.last;
      continue;
    }
    const event = readLine(line, index + 1);
    if (event !== undefined) events.push(event);
  }
  const failure = failureOf(events, script);
  const outcome = outcomeOf(events, failure !== undefined);
  const base = { outcome, events };
  return failure === undefined
    ? { ...base, explanation: plainExplanation(outcome) }
    : { ...base, failure, explanation: explainFailure(failure) };
}

/** `script aborted: …`, its text to the end of the expression. */
function readAbort(
  lines: readonly string[],
  index: number,
): { readonly event: LogEvent; readonly last: number } | undefined {
  const start = /script aborted(?: \(no error message\))?:?\s?(.*)$/i.exec(lines[index] ?? '');
  if (start === null) return undefined;
  let message = start[1] ?? '';
  let last = index;
  while (isOpen(message) && last + 1 < lines.length && last - index < longestMessage) {
    const next = lines[last + 1] ?? '';
    if (/^(?:I:|E:|W:|Installation aborted|script result|\(Status)/.test(next)) break;
    last += 1;
    message += `\n${next}`;
  }
  const about = filesIn(message)[0];
  const event: LogEvent = {
    line: index + 1,
    text: message === '' ? (lines[index] ?? '') : message,
    kind: 'aborted',
    says: 'the script stopped itself',
    about,
  };
  return { event, last };
}

/** Whether parentheses or a literal are still open. */
function isOpen(text: string): boolean {
  let depth = 0;
  let inLiteral = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (inLiteral && unit === '\\') at += 1;
    else if (unit === '"') inLiteral = !inLiteral;
    else if (!inLiteral && unit === '(') depth += 1;
    else if (!inLiteral && unit === ')') depth -= 1;
  }
  return text.startsWith('assert failed:') && (depth > 0 || inLiteral);
}

function readLine(text: string, line: number): LogEvent | undefined {
  const status = /\(Status (\d+)\)|update.?binary (?:exited|returned)(?: with)?(?: status)? (\d+)/i.exec(text);
  if (status !== null) {
    const number = status[1] ?? status[2] ?? '';
    const says = updaterStatus(number)?.meaning ?? `the update-binary ended with ${number}`;
    return { line, text, kind: 'status', says, about: number };
  }
  const reported = /\+QIND:?\s*"?FOTA"?\s*,\s*"?END"?\s*,\s*"?(\d+)/i.exec(text);
  if (reported !== null) {
    const number = reported[1] ?? '';
    return {
      line,
      text,
      kind: 'result',
      says: fotaCode(number)?.meaning ?? `the module reports ${number}`,
      about: number,
    };
  }
  const result =
    /script (?:result was|succeeded)|Install from sdcard complete|Installation (?:aborted|complete)|update (?:succeeded|complete)/i.exec(
      text,
    );
  if (result !== null) {
    const failed = /aborted/i.test(result[0]);
    return {
      line,
      text,
      kind: 'result',
      says: failed ? 'the installation was given up' : 'the installation ended well',
      about: failed ? 'aborted' : '0',
    };
  }
  const word = Object.keys(statusWords).find((known) => known.startsWith('IP_') && text.includes(known));
  if (word !== undefined) return { line, text, kind: 'word', says: statusWords[word]?.meaning ?? '', about: word };
  // Recoveries write lines of less than a kilobyte; a bound keeps the patterns quick on anything else.
  const short = text.slice(0, 1024);
  for (const { pattern, kind, says } of linePatterns) {
    const found = pattern.exec(short);
    if (found === null) continue;
    const about = found.slice(1).find((group) => group !== undefined && group !== '') ?? filesIn(text)[0];
    return { line, text, kind, says, about };
  }
  return undefined;
}

/** Device paths, partitions and quoted names of a text, in their order. */
function filesIn(text: string): readonly string[] {
  const found: string[] = [];
  const quoted = /"((?:[^"\\]|\\.)*)"/g;
  for (const [, literal = ''] of text.matchAll(quoted)) {
    const partition = /^((?:MTD|EMMC):[^:]+):/.exec(literal)?.[1];
    if (partition !== undefined) found.push(partition);
    else if (literal.startsWith('/')) found.push(literal);
  }
  if (found.length === 0) {
    const bare = /(?:^|[\s"'(])(\/[\w./+@-]+)/.exec(text)?.[1];
    if (bare !== undefined) found.push(bare);
  }
  return [...new Set(found)];
}

function outcomeOf(events: readonly LogEvent[], failed: boolean): LogReading['outcome'] {
  if (failed) return 'failed';
  if (events.length === 0) return 'no-update';
  const ended = events.findLast(({ kind }) => kind === 'result' || kind === 'status' || kind === 'word');
  if (ended?.about === '0' || ended?.about === 'IP_PREVIOUS_UPDATE_SUCCESSFUL') return 'succeeded';
  return 'unfinished';
}

type Failure = NonNullable<LogReading['failure']>;

function failureOf(events: readonly LogEvent[], script: string | undefined): Failure | undefined {
  const isEnd = ({ kind, about }: LogEvent): boolean =>
    kind === 'aborted' ||
    ((kind === 'status' || kind === 'result') && about !== '0') ||
    (kind === 'word' && about === 'IP_PREVIOUS_UPDATE_CHECK_FILE_FAILED');
  const succeededAt = events.findLastIndex(
    ({ kind, about }) => (kind === 'result' || kind === 'status') && about === '0',
  );
  const late = events.slice(succeededAt + 1);
  const fatal: ReadonlySet<LogEventKind> = new Set([
    'parse-error',
    'package-unreadable',
    'signature',
    'program-failed',
  ]);
  const event =
    late.findLast(({ kind }) => kind === 'aborted') ?? late.find(({ kind }) => fatal.has(kind)) ?? late.findLast(isEnd);
  if (event === undefined) return undefined;
  const before = late.filter(({ line, kind }) => line <= event.line && reasons.has(kind));
  const near = before.findLast(
    ({ about }) => about !== undefined && event.about !== undefined && about === event.about,
  );
  const space = before.findLast(({ kind, line }) => kind === 'no-space' && event.line - line < 20);
  const reason = space ?? near ?? before.at(-1) ?? asReason(event);
  const message = event.kind === 'aborted' ? event.text : undefined;
  const assertion = /^assert failed:\s*([\s\S]*)$/.exec(message ?? '')?.[1];
  const files = [...new Set([...filesIn(message ?? ''), ...(reason.about === undefined ? [] : [reason.about])])];
  const cited =
    script === undefined
      ? undefined
      : findStatement(script, { assertion, message: assertion === undefined ? message : undefined, file: files[0] });
  const reported = late.findLast(
    ({ kind, about, text }) => kind === 'result' && about !== 'aborted' && /QIND/i.test(text),
  )?.about;
  const code = reported ?? codeOf[reason.kind];
  return {
    event,
    reason,
    files,
    statement: message === undefined ? undefined : (assertion ?? message),
    script: cited,
    code,
  };
}

/** What the ending message says of itself, when no line before it says why. */
function asReason(event: LogEvent): LogEvent {
  const { text } = event;
  if (/apply_patch_check|unexpected contents|sha1_check/.test(text) && !/(?<!_)apply_patch\(/.test(text)) {
    return {
      ...event,
      kind: 'content-mismatch',
      says: 'a check of a file or partition failed: it is neither what the package starts from nor what it makes',
    };
  }
  if (/apply_patch_space|space/i.test(text))
    return { ...event, kind: 'no-space', says: 'there is not enough free space' };
  if (/apply_patch|patch/i.test(text)) return { ...event, kind: 'patch-failed', says: 'a patch does not apply' };
  if (/mount/i.test(text)) return { ...event, kind: 'mount-failed', says: 'a file system cannot be mounted' };
  if (/write_raw_image|partition/i.test(text))
    return { ...event, kind: 'partition-failed', says: 'a partition cannot be written' };
  if (/symlink/i.test(text)) return { ...event, kind: 'link-failed', says: 'a link cannot be made' };
  if (/set_(?:perm|metadata)/i.test(text))
    return { ...event, kind: 'permission-failed', says: 'owner or mode of a file cannot be set' };
  if (/extract/i.test(text)) return { ...event, kind: 'write-failed', says: 'a file cannot be written' };
  return event;
}

const advice: Readonly<Partial<Record<LogEventKind, Pick<Explanation, 'causes' | 'look'>>>> = {
  'patch-failed': {
    causes: [
      'the file was damaged between the check and the patch',
      'the patch in the package is damaged',
      'there was not enough memory or space',
    ],
    look: [
      'unzip -tq update.zip',
      'dfota verify update.zip --source v1.zip --target v2.zip',
      'df /system and free on the module',
    ],
  },
  'mount-failed': {
    causes: [
      'the partition table of the source’s recovery.fstab is not the one of the module',
      'the system partition is damaged',
    ],
    look: [
      'RECOVERY/recovery.fstab of the source against /etc/recovery.fstab in the recovery',
      'dmesg for ubi and ubifs errors',
    ],
  },
  'write-failed': {
    causes: [
      'the file system is full or read-only',
      'a directory on the way does not exist, or a file stands where a directory must be',
    ],
    look: ['df /system on the module', 'the path on the module: ls -ld of it and of the directories above'],
  },
  'partition-failed': {
    causes: ['the partition does not exist under this name', 'the image is larger than the partition', 'bad blocks'],
    look: [
      'cat /proc/mtd on the module',
      'quectel_multifota_filelist.txt for the names of the partitions',
      'dmesg for nand and mtd errors',
    ],
  },
  'permission-failed': {
    causes: [
      'the file is not there: a patch or an extraction before it failed without being noticed',
      'the update-binary does not know set_metadata',
    ],
    look: ['the lines of the log before this one', 'dfota generate --permissions set_perm'],
  },
  'link-failed': {
    causes: ['a directory stands where the link must be'],
    look: [
      'ls -ld of the path on the module',
      'a package of dfota removes such directories first: make it again with dfota',
    ],
  },
  'entry-missing': {
    causes: ['the package was changed after it was made'],
    look: ['dfota inspect update.zip', 'make the package again'],
  },
  'io-error': {
    causes: ['the flash is worn or its file system damaged', 'the file system is mounted read-only'],
    look: ['dmesg for nand, ubi and ubifs errors', 'flash the module completely'],
  },
  signature: {
    causes: ['this recovery wants signed packages, and the package is not signed or by another key'],
    look: ['whether the recovery was built to verify signatures'],
  },
};

function explainFailure(failure: Failure): Explanation {
  const { reason, code } = failure;
  const known = advice[reason.kind];
  const ofCode = code === undefined ? undefined : fotaCode(code);
  const ofStatus =
    reason.kind === 'parse-error'
      ? updaterStatus('6')
      : reason.kind === 'status'
        ? updaterStatus(reason.about ?? '')
        : undefined;
  const ofWord = reason.kind === 'word' ? explain(reason.about ?? '') : undefined;
  const about = reason.about === undefined || reason.kind === 'status' ? '' : ` (${reason.about})`;
  const source = known ??
    ofStatus ??
    ofWord ??
    ofCode ?? { causes: [], look: ['the lines of the log before the last one'] };
  return {
    subject: code ?? reason.kind,
    meaning: `${reason.says}${about}`,
    causes: source.causes,
    look: source.look,
  };
}

function plainExplanation(outcome: LogReading['outcome']): Explanation {
  switch (outcome) {
    case 'succeeded':
      return { subject: 'log', meaning: 'the update succeeded', causes: [], look: [] };
    case 'no-update':
      return {
        subject: 'log',
        meaning: 'nothing in this text is of an update',
        causes: ['it is another log, or one of a recovery that writes other words'],
        look: [
          '/cache/recovery/last_log or /tmp/recovery.log of the recovery; on the module /usrdata/cache/recovery/last_log',
        ],
      };
    default:
      return {
        subject: 'log',
        meaning: 'the log ends without a result: the update was cut off, or the log was',
        causes: [
          'power cut or restart during the update: the package starts again by itself',
          'the log was copied too early',
        ],
        look: ['whether the module starts the update again', 'a newer last_log'],
      };
  }
}
