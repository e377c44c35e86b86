/** Which event ended an attempt, and which tells why. */
import type { LogEvent, LogEventKind } from '../model/explanation.js';
import { errorCode } from './error-codes.js';
import type { ReadEvent } from './log-events.js';
import { linePatterns } from './log-lines.js';

/** Kinds of events that say why. */
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
  'download-failed',
  'command-refused',
  'wrong-build',
]);

/** Kinds that end an attempt by themselves. */
export const endsAlone: ReadonlySet<LogEventKind> = new Set([
  'parse-error',
  'package-unreadable',
  'signature',
  'program-failed',
  'download-failed',
  'command-refused',
  'wrong-build',
]);

/** Whether an event says that the attempt has failed. */
export function isFailure({ kind, about }: LogEvent): boolean {
  return (
    kind === 'aborted' ||
    kind === 'download-failed' ||
    kind === 'command-refused' ||
    ((kind === 'status' || kind === 'result') && about !== '0') ||
    (kind === 'word' && about === 'IP_PREVIOUS_UPDATE_CHECK_FILE_FAILED')
  );
}

/** Whether an event says that the attempt has succeeded. */
export function isSuccess({ kind, about }: LogEvent): boolean {
  return (
    ((kind === 'status' || kind === 'result') && about === '0') ||
    (kind === 'word' && about === 'IP_PREVIOUS_UPDATE_SUCCESSFUL')
  );
}

/** Output of several programs may be a few lines out of order. */
const outOfOrder = 10;

/** What ended an attempt, and why: the first end counts, since what follows is its aftermath. `undefined` where nothing failed. */
export function causeOf(
  attempt: readonly ReadEvent[],
): { readonly event: LogEvent; readonly reason: LogEvent } | undefined {
  const events = attempt.map(({ event }) => event);
  const common = new Set(attempt.filter((read) => read.common).map(({ event }) => event));
  const firstEnd = events.find(isFailure);
  const firstFatal = events.find((event) => endsAlone.has(event.kind) && !common.has(event));
  const limit = (firstEnd?.line ?? Number.POSITIVE_INFINITY) + outOfOrder;
  const ends = events.filter((event) => isFailure(event) && event.line <= limit);
  const event =
    ends.find(({ kind }) => kind === 'aborted') ??
    (firstFatal !== undefined && firstFatal.line <= limit ? firstFatal : undefined) ??
    events.find(({ kind, line }) => endsAlone.has(kind) && line <= limit) ??
    ends.at(-1);
  if (event === undefined) return undefined;
  const own = asReason(event);
  if (own?.kind === 'wrong-build') return { event, reason: own };
  const before = events.filter(({ line, kind }) => line <= event.line && reasons.has(kind));
  const after = events.filter(({ line, kind }) => line > event.line && line <= limit && reasons.has(kind));
  const certain = before.filter((found) => !common.has(found));
  const reason =
    before.findLast(({ kind, line }) => kind === 'no-space' && event.line - line < 20) ??
    before.findLast(({ about }) => about !== undefined && about === event.about) ??
    certain.at(-1) ??
    own ??
    before.at(-1) ??
    after[0] ??
    ends.find(({ kind, about }) => kind === 'status' && about !== '7') ??
    event;
  return { event, reason: named(reason, events) };
}

/** The event itself where it names what it is about; else one of its kind that does and stands beside it. */
function named(reason: LogEvent, events: readonly LogEvent[]): LogEvent {
  if (reason.about !== undefined || !reasons.has(reason.kind)) return reason;
  const beside = ({ kind, line, about }: LogEvent): boolean =>
    kind === reason.kind && about !== undefined && Math.abs(line - reason.line) <= 3;
  return events.find(beside) ?? reason;
}

/** What the ending message says of itself, when no line before it says why. */
function asReason(event: LogEvent): LogEvent | undefined {
  const { text } = event;
  if (event.kind !== 'aborted') return undefined;
  const wrongBuild = wrongBuildOf(text);
  if (wrongBuild !== undefined) return { ...event, kind: 'wrong-build', says: wrongBuild };
  const code = /^E(\d{4}): /.exec(text)?.[1];
  const known = code === undefined ? undefined : errorCode(code);
  if (known !== undefined) return { ...event, kind: known.kind, says: known.says };
  if (/apply_patch_check|unexpected contents|sha1_check/.test(text) && !/(?<!_)apply_patch\(/.test(text)) {
    return {
      ...event,
      kind: 'content-mismatch',
      says: /^(?:MTD|EMMC):/.test(event.about ?? '')
        ? 'a partition has none of the expected contents'
        : 'a check of a file or partition failed: it is neither what the package starts from nor what it makes',
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
  return undefined;
}

/** What an abort says of build or device, with its error code or without; a test of a property is one of these too. */
function wrongBuildOf(text: string): string | undefined {
  const code = /^E(3\d{3}): /.exec(text)?.[1];
  const known = code === undefined ? undefined : errorCode(code);
  if (known?.kind === 'wrong-build') return known.says;
  for (const { pattern, kind, says } of linePatterns) if (kind === 'wrong-build' && pattern.test(text)) return says;
  if (/^assert failed:/.test(text) && /getprop\(/.test(text) && !/apply_patch|sha1_check/.test(text)) {
    return 'a property of the device is not what the package expects: it is for another device or build';
  }
  return undefined;
}
