/** Steps that must come to an end, and streams of which only so much is taken. */

/** What comes of a step that is late, or fails. */
export interface Bounds<T> {
  readonly milliseconds: number;
  readonly late: T;
  readonly failed: T;
  /** Ends the step as failed: the library's streams do not tell that a connection was torn off. */
  readonly ended: AbortSignal;
}

/** What a step gives, in its time. */
export async function within<T>(step: () => Promise<T>, { milliseconds, late, failed, ended }: Bounds<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let end = (): void => {};
  const over = new Promise<T>((done) => {
    timer = setTimeout(() => done(late), milliseconds);
    end = () => done(failed);
    if (ended.aborted) end();
    else ended.addEventListener('abort', end);
  });
  try {
    return await Promise.race([over, step().catch(() => failed)]);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', end);
  }
}

/** The bytes of a stream, at most so many: what comes behind them is read and dropped. */
export async function allOf(
  stream: {
    readonly getReader: () => { readonly read: () => Promise<{ done: boolean; value?: Uint8Array | undefined }> };
  },
  most: number,
): Promise<Buffer> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (next.value === undefined || size >= most) continue;
    pieces.push(next.value);
    size += next.value.length;
  }
  return Buffer.concat(pieces);
}
