/** As much of a worker thread as a question to it needs. */
interface Thread<Said> {
  on(event: 'message', listener: (said: Said) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  off(event: 'message', listener: (said: Said) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'exit', listener: (code: number) => void): unknown;
}

/** A question to a thread that answers one at a time. */
export interface ThreadQuestion<Said, Answer> {
  /** Posts it. */
  readonly ask: () => void;
  /** Takes what the thread says: `undefined` where that is not the answer yet. What it throws is the outcome. */
  readonly take: (said: Said) => { readonly answer: Answer } | undefined;
  /** For people: the message of the error where the thread ends without an answer. */
  readonly ended: string;
  readonly signal?: AbortSignal | undefined;
}

/** The thread's answer. Rejects with what `take` throws, the error of a thread that broke down, or the signal's reason; nothing listens to the thread afterwards. */
export function threadAnswer<Said, Answer>(
  thread: Thread<Said>,
  { ask, take, ended, signal }: ThreadQuestion<Said, Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      thread.off('message', onMessage);
      thread.off('error', onError);
      thread.off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
    };
    const onError = (error: unknown): void => {
      done();
      reject(error);
    };
    const onMessage = (said: Said): void => {
      try {
        const taken = take(said);
        if (taken === undefined) return;
        done();
        resolve(taken.answer);
      } catch (error) {
        onError(error);
      }
    };
    const onExit = (code: number): void => onError(new Error(`${ended} (${code})`));
    const onAbort = (): void => onError(signal?.reason);
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.on('exit', onExit);
    signal?.addEventListener('abort', onAbort, { once: true });
    ask();
  });
}
