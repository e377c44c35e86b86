/** What a code, a status word or a line of a recovery log means. Plain data for reports. */
export interface Explanation {
  /** As a person would look it up: `510`, `END 510`, `status 7`. */
  readonly subject: string;
  /** One sentence. */
  readonly meaning: string;
  /** Most likely first. */
  readonly causes: readonly string[];
  /** What to look at or do, in this order. */
  readonly look: readonly string[];
}

/** Something that a recovery log tells. */
export interface LogEvent {
  /** 1-based. */
  readonly line: number;
  /** The line as it is, or several where a message goes over more than one. */
  readonly text: string;
  readonly kind: LogEventKind;
  /** What it says, as a sentence. */
  readonly says: string;
  /** The file, partition or entry that it is about: `/system/bin/app`, `MTD:boot`. */
  readonly about?: string | undefined;
}

/** Kinds of events, for machines. The first group ends an update, the second says why, the third is worth knowing. */
export type LogEventKind =
  | 'aborted'
  | 'parse-error'
  | 'package-unreadable'
  | 'signature'
  | 'program-failed'
  | 'download-failed'
  | 'command-refused'
  | 'wrong-build'
  | 'content-mismatch'
  | 'patch-failed'
  | 'no-space'
  | 'mount-failed'
  | 'write-failed'
  | 'partition-failed'
  | 'permission-failed'
  | 'link-failed'
  | 'entry-missing'
  | 'io-error'
  | 'cache-used'
  | 'no-copy'
  | 'progress'
  | 'already-done'
  | 'status'
  | 'result'
  | 'word';

/** A statement of the updater-script. */
export interface CitedStatement {
  /** 1-based; of its first line. */
  readonly line: number;
  readonly text: string;
}

/** How an update went, as far as a log tells; `no-update`: nothing in the text is of an update. */
export type LogOutcome = 'succeeded' | 'failed' | 'unfinished' | 'no-update';

/** One attempt of several in a log. */
export interface LogAttempt {
  /** 1-based; where it begins. */
  readonly line: number;
  readonly outcome: LogOutcome;
}

/** What a recovery log says about how an update went: the last attempt that has a result, where there are several. */
export interface LogReading {
  readonly outcome: LogOutcome;
  /** In the order of the log; more than one where an update was started again. */
  readonly attempts: readonly LogAttempt[];
  /** Which of the attempts this reading is about, counted from 0. */
  readonly attempt: number;
  /** All that was understood, in the order of the log. */
  readonly events: readonly LogEvent[];
  /** What stopped the update, and the event that tells why it did; the same where only one of them is there. */
  readonly failure?:
    | {
        readonly event: LogEvent;
        readonly reason: LogEvent;
        /** The statement as the log has it. */
        readonly statement?: string | undefined;
        /** Files, partitions and entries that it names, the failed one first. */
        readonly files: readonly string[];
        /** The statement in the package's script, where that was given and has it. */
        readonly script?: CitedStatement | undefined;
        /** The code that the module reports for this. */
        readonly code?: string | undefined;
      }
    | undefined;
  readonly explanation: Explanation;
}
