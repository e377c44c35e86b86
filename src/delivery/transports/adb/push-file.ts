/** `adb push`: a file goes to the module by the sync service. */
import type { Adb } from '@yume-chan/adb';
import { ReadableStream } from '@yume-chan/stream-extra';

/** The file's mode on the module. */
const mode = 0o644;

/** Writes a file; gives why it failed, or `undefined`. It fails when no piece is taken for so many milliseconds. */
export async function pushFile(
  adb: Adb,
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  milliseconds: number,
): Promise<string | undefined> {
  let taken = performance.now();
  const iterator = pieces[Symbol.asyncIterator]();
  const file = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next();
      taken = performance.now();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
  let watching: NodeJS.Timeout | undefined;
  const stuck = new Promise<string>((late) => {
    const look = (): void => {
      if (performance.now() - taken > milliseconds) late('the module takes no more bytes');
    };
    watching = setInterval(look, Math.min(1000, milliseconds / 4));
  });
  const gone = adb.disconnected.then(
    () => 'the module went away',
    () => 'the module went away',
  );
  try {
    const sync = await Promise.race([adb.sync(), stuck, gone]);
    if (typeof sync === 'string') return sync;
    const written = sync.write({ filename: path, file, permission: mode }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const failed = await Promise.race([written, stuck, gone]);
    void sync.dispose().catch(() => {});
    return failed;
  } finally {
    clearInterval(watching);
    await iterator.return?.();
  }
}
