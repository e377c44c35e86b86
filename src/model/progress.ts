/** What a run is doing, in order. */
export type Stage =
  | 'read-source'
  | 'read-target'
  | 'plan'
  | 'encode'
  | 'compare'
  | 'write'
  | 'verify'
  | 'inspect'
  | 'audit'
  | 'prepare'
  | 'extract'
  | 'archive-add'
  | 'archive-verify'
  | 'cache-verify'
  | 'fleet-plan'
  | 'fleet-run'
  | 'apply'
  | 'nvs-mass'
  | 'upload'
  | 'download'
  | 'update';

/** Told often; whoever shows it decides how often. Totals may grow while a stage goes on. */
export interface Progress {
  readonly stage: Stage;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly doneItems: number;
  readonly totalItems: number;
  /** What is being worked on, for people. */
  readonly item?: string | undefined;
}

/** Receives progress. */
export type OnProgress = (progress: Progress) => void;

/** For callers who do not care. */
export const silent: OnProgress = () => {};
