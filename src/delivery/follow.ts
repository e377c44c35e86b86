/** After the trigger: through both disconnects to the version that runs then, which alone decides. */
import { longestPortPauseMilliseconds } from '../model/limits/module.js';
import { greet, readVersion } from './ask.js';
import { type End, type Limits, type Talk, tell } from './dialogue.js';
import type { Report } from './reports.js';

/** What is known when the update is triggered. */
export interface Awaited {
  readonly limits: Limits;
  /** Which of the module's own ports is listened to, over ADB. */
  readonly device?: string | undefined;
  readonly versionBefore: string | undefined;
  /** What the package says it leads to. */
  readonly versionWanted: string | undefined;
  /** The module fetches the package itself. */
  readonly downloads: boolean;
  /** What was reported with the answer to the trigger. */
  readonly reports?: readonly Report[] | undefined;
}

/** What was heard so far. */
interface Heard {
  /** What END said last. */
  end: number | undefined;
  /** The download has ended well, or there is none. */
  downloaded: boolean;
  started: boolean;
}

/** Times that the version is asked for at most, once the module is back. */
const versionTries = 10;

/** Follows an update that was triggered, up to its end or to a limit. The port is open. */
export function* follow(awaited: Awaited): Talk<End> {
  const { limits } = awaited;
  const heard: Heard = { end: undefined, downloaded: !awaited.downloads, started: false };
  let open = true;
  let now = (yield { kind: 'sleep', milliseconds: 0 }).at;
  const whole = now + limits.whole;
  // Until then the module may still be there with the old version, and nothing is wrong.
  let patience = now + (awaited.downloads ? limits.downloadStart : limits.leave);
  let wait = now + limits.back;
  let openedAt = now;
  let isBack = true;
  let lastSign = now;
  const early = yield* takeReports(awaited.reports ?? [], heard, awaited);
  if (early !== undefined) return early;
  while (now < whole) {
    if (!open) {
      const opened = yield { kind: 'open', device: awaited.device };
      now = opened.at;
      open = opened.kind === 'opened';
      if (open) {
        openedAt = now;
        lastSign = now;
        isBack = false;
        patience = Math.max(patience, now + limits.start);
      } else if (now >= wait) {
        return unknown(awaited, heard, 'the port did not come back');
      } else now = (yield { kind: 'sleep', milliseconds: limits.retry }).at;
      continue;
    }
    const happened = yield { kind: 'listen', milliseconds: Math.min(limits.retry * 4, limits.report) };
    now = happened.at;
    if (happened.kind === 'gone') {
      open = false;
      // A port that opens and goes away at once, again and again, is not back.
      if (isBack) {
        wait = now + limits.back;
        yield* tell({ event: 'port', state: 'gone' });
      } else if (now >= wait) return unknown(awaited, heard, 'the port did not come back');
      now = (yield { kind: 'sleep', milliseconds: Math.min(limits.retry, longestPortPauseMilliseconds) }).at;
      continue;
    }
    if (!isBack && (happened.kind === 'line' || now - openedAt >= limits.retry)) {
      isBack = true;
      yield* tell({ event: 'port', state: 'back' });
    }
    if (happened.kind === 'fetched') patience = Math.max(patience, now + limits.download);
    if (happened.kind === 'line') {
      const failed = yield* takeReports(happened.reports, heard, awaited);
      if (failed !== undefined) return failed;
      const next = heard.downloaded ? limits.report : limits.download;
      if (happened.reports.length > 0) {
        patience = Math.max(patience, now + next);
        lastSign = now;
      }
    }
    // A module in its recovery answers nothing; one that answers runs a firmware. Talk of other things does not keep it from being asked.
    const quiet = happened.kind === 'nothing' || now - lastSign >= limits.retry * 4;
    const asks = quiet || (happened.kind === 'line' && /^(?:RDY|PB DONE)$/.test(happened.text));
    if (!asks || !heard.downloaded) {
      if (now >= patience && !heard.downloaded)
        return {
          end: 'transfer-failed',
          message: 'the download did not begin or did not end',
          versionBefore: awaited.versionBefore,
        };
      continue;
    }
    const reports: Report[] = [];
    const version = yield* versionNow(limits, reports);
    const failed = yield* takeReports(reports, heard, awaited);
    if (failed !== undefined) return failed;
    if (version === 'gone') {
      open = false;
      now = (yield { kind: 'sleep', milliseconds: Math.min(limits.retry, longestPortPauseMilliseconds) }).at;
      wait = now + limits.back;
      yield* tell({ event: 'port', state: 'gone' });
      continue;
    }
    lastSign = now;
    if (version !== undefined) {
      const ended = judge(version, heard, awaited, now >= patience);
      if (ended !== undefined) return ended;
    } else if (now >= patience) {
      const why = 'the module does not say which version runs';
      if (heard.end === undefined || heard.end === 0) return unknown(awaited, heard, why);
      const message = `${why}, and it reported END ${heard.end}`;
      return { end: 'module-failed', message, ...ended(heard), versionBefore: awaited.versionBefore };
    }
  }
  return unknown(awaited, heard, 'the time for the whole update is over');
}

function* takeReports(reports: readonly Report[], heard: Heard, awaited: Awaited): Talk<End | undefined> {
  for (const { word, number } of reports) {
    yield* tell({ event: 'report', word, number });
    if (word === 'HTTPEND' || word === 'FTPEND') {
      if (number === undefined) continue;
      if (number !== 0) {
        const message = `the module could not download the package: ${word} ${number}`;
        return { end: 'transfer-failed', message, code: number, codeWord: word, versionBefore: awaited.versionBefore };
      }
      heard.downloaded = true;
    }
    if (word === 'START' || word === 'UPDATING') {
      heard.started = true;
      heard.downloaded = true;
    }
    if (word === 'END' && number !== undefined) {
      heard.end = number;
      heard.downloaded = true;
    }
  }
  return undefined;
}

/** The version, once the module answers; `gone` when the port went away. */
function* versionNow(limits: Limits, reports: Report[]): Talk<string | 'gone' | undefined> {
  const greeted = yield* greet(limits, 1, reports);
  if (greeted !== 'ok') return greeted === 'gone' ? 'gone' : undefined;
  for (let attempt = 0; attempt < versionTries; attempt += 1) {
    const version = yield* readVersion(limits, reports);
    if (version !== undefined) return version;
    yield { kind: 'sleep', milliseconds: limits.retry };
  }
  return undefined;
}

/** What a version that was read says; `undefined` while the update may still come. */
export function judge(version: string, heard: Pick<Heard, 'end'>, awaited: Awaited, late: boolean): End | undefined {
  const { versionBefore, versionWanted } = awaited;
  const versions = { versionBefore, versionAfter: version };
  const tells = versionWanted !== undefined && versionWanted !== versionBefore;
  if (tells && version === versionWanted) {
    return { end: 'delivered', message: `the module runs ${version}`, ...versions };
  }
  if (version !== versionBefore && versionBefore !== undefined) {
    if (versionWanted === undefined) {
      const message = `the module runs ${version}, no longer ${versionBefore}; the package does not say where it leads to`;
      return { end: 'delivered', message, ...versions };
    }
    return {
      end: 'module-failed',
      message: `the module runs ${version}, not ${versionWanted}`,
      ...ended(heard),
      ...versions,
    };
  }
  if (heard.end !== undefined && heard.end !== 0) {
    const message = `the update failed with ${heard.end}, and the module runs ${version} as before`;
    return { end: 'module-failed', message, ...ended(heard), ...versions };
  }
  if (heard.end === 0) {
    if (!tells) {
      const message = `END 0 was reported; whether it is true cannot be seen: the module says ${version} before and after`;
      return { end: 'unknown', message, ...ended(heard), ...versions };
    }
    const message = `END 0 was reported, but the module runs ${version} as before`;
    return { end: 'module-failed', message, ...ended(heard), ...versions };
  }
  if (!late) return undefined;
  return {
    end: 'module-failed',
    message: `nothing more was heard of the update, and the module runs ${version}`,
    ...versions,
  };
}

function ended({ end }: Pick<Heard, 'end'>): Pick<End, 'code' | 'codeWord'> {
  return end === undefined ? {} : { code: end, codeWord: 'END' };
}

function unknown(awaited: Awaited, heard: Heard, why: string): End {
  const said = heard.end === undefined ? '' : `; it reported END ${heard.end}`;
  const { versionBefore } = awaited;
  return {
    end: 'unknown',
    message: `${why}: nobody knows what the module runs${said}`,
    ...ended(heard),
    versionBefore,
  };
}
