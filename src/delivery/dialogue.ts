/**
 * What is said to a module and what follows from its answers: events in, commands out. Nothing here knows a transport, a clock or a
 * file, so that every order of events can be tried. A dialogue is a generator: it gives a command and is given what came of it.
 */
import type { Report } from './reports.js';

/** What the driver is to do next; it goes on with what came of it. */
export type Command =
  /** Opens the port, over ADB that one of the module's own; answered with `opened` or `gone`. */
  | { readonly kind: 'open'; readonly device?: string | undefined }
  | { readonly kind: 'close' }
  /** Sends a command line. */
  | { readonly kind: 'send'; readonly line: string }
  /** Sends bytes of the package. */
  | { readonly kind: 'data'; readonly from: number; readonly to: number }
  /** Waits for the next thing that happens, at most so long; answered with any event. */
  | { readonly kind: 'listen'; readonly milliseconds: number; readonly uploading?: boolean | undefined }
  | { readonly kind: 'sleep'; readonly milliseconds: number }
  /** Runs a line in the module's shell; answered with `ran`, `gone`, or `nothing` when it takes too long. */
  | { readonly kind: 'run'; readonly line: string; readonly milliseconds: number }
  /** Writes the package to that path on the module; answered with `done`, `failed` or `gone`. The time is for one piece. */
  | { readonly kind: 'push'; readonly path: string; readonly milliseconds: number }
  /** Tells how far it is. */
  | { readonly kind: 'tell'; readonly event: DeliveryEvent }
  /** Writes into the journal how far it is, before anything else is done. */
  | { readonly kind: 'note'; readonly phase: Phase };

/** What came of a command, and when: milliseconds that never go back. */
export type Happened = { readonly at: number } & (
  | { readonly kind: 'done' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'line'; readonly text: string; readonly reports: readonly Report[] }
  | { readonly kind: 'acks'; readonly count: number }
  | { readonly kind: 'ran'; readonly status: number; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string }
  /** The module fetches the package from here, and has come so far. */
  | { readonly kind: 'fetched'; readonly bytes: number }
  | { readonly kind: 'nothing' }
);

/** How far a delivery is. */
export type Phase = 'started' | 'uploaded' | 'triggered' | 'ended';

/** What is told on the way. */
export type DeliveryEvent =
  | { readonly event: 'module'; readonly version: string; readonly product: string | undefined }
  | { readonly event: 'upload'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly event: 'download'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly event: 'command'; readonly line: string }
  | { readonly event: 'report'; readonly word: string; readonly number?: number | undefined }
  | { readonly event: 'port'; readonly state: 'gone' | 'back' }
  | { readonly event: 'note'; readonly message: string };

/** How a delivery ended. */
export type EndKind = 'delivered' | 'refused' | 'transfer-failed' | 'module-failed' | 'unknown';

/** The end of a delivery, with why. */
export interface End {
  readonly end: EndKind;
  readonly message: string;
  /** What the module reported behind END, HTTPEND or FTPEND. */
  readonly code?: number | undefined;
  readonly codeWord?: 'END' | 'HTTPEND' | 'FTPEND' | undefined;
  readonly versionBefore?: string | undefined;
  readonly versionAfter?: string | undefined;
}

/** A part of a dialogue. */
export type Talk<T> = Generator<Command, T, Happened>;

/** How long is waited for what; milliseconds. */
export interface Limits {
  /** For the answer to a command. */
  readonly answer: number;
  /** For one acknowledgement. */
  readonly ack: number;
  /** For the module to read some files and compute their digests. */
  readonly digests: number;
  /** For the port to open. */
  readonly open: number;
  /** For the first report of a download. */
  readonly downloadStart: number;
  /** For a download after it has begun, or after the last sign of it. */
  readonly download: number;
  /** For the module to leave the bus, or to refuse the package. */
  readonly leave: number;
  /** For the port to come back. */
  readonly back: number;
  /** For START after it is back. */
  readonly start: number;
  /** For the next report of an update. */
  readonly report: number;
  /** For everything after the trigger. */
  readonly whole: number;
  /** Between two tries to read the version. */
  readonly retry: number;
}

/** Limits as they were observed to suffice, so many times shorter. */
export function limitsFor(speed: number): Limits {
  const seconds = (value: number, least = 0.5): number => Math.max(least * 1000, (value * 1000) / speed);
  return {
    answer: seconds(5),
    ack: seconds(15, 1),
    digests: seconds(120, 10),
    open: seconds(30, 1),
    downloadStart: seconds(60),
    download: seconds(1800, 2),
    leave: seconds(120, 1),
    back: seconds(180, 2),
    start: seconds(300, 1),
    report: seconds(300, 2),
    whole: seconds(3600, 30),
    retry: seconds(6, 0.05),
  };
}

/** For a port that is not there while the module is in its recovery: all of that is waited for as one absence. */
export function withoutRecovery(limits: Limits): Limits {
  return { ...limits, back: limits.back + limits.start + limits.report + limits.back };
}

/** Tells an event. */
export function* tell(event: DeliveryEvent): Talk<void> {
  yield { kind: 'tell', event };
}
