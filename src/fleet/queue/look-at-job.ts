/** What has become of a job of the queue. */

/** What the queue keeps of a job. */
interface Kept {
  readonly returnvalue: unknown;
  readonly failedReason?: string | undefined;
  getState(): Promise<string>;
}

/** A job's state, and what it left where it has ended. */
export interface JobLook {
  readonly state: string;
  readonly result: unknown;
  readonly failedReason: string;
}

/** Undefined where the queue has no such job. A job may end between two questions, so what it left is read after its state. */
export async function lookAtJob(read: () => Promise<Kept | undefined>): Promise<JobLook | undefined> {
  const before = await read();
  if (before === undefined) return undefined;
  const state = await before.getState();
  const kept = state === 'completed' || state === 'failed' ? await read() : before;
  return kept && { state, result: kept.returnvalue, failedReason: kept.failedReason ?? '' };
}
