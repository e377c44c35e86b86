import { openFileSource } from '../../files/file-source.js';
import { type OutputSink, writeOutput } from '../../files/output.js';
import { InputError } from '../../model/errors.js';
import { largestDeltaImageBytes } from '../../model/limits.js';

/** Read and written at once: a signal is heard between two of them. */
const pieceBytes = 2 ** 24;

/**
 * All bytes of an image or a patch, in a buffer of their own. Throws InputError where it cannot be read or is larger than a
 * delta can be, and the signal's reason.
 */
export async function readImage(path: string, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openFileSource(path);
  try {
    if (source.size > largestDeltaImageBytes) {
      throw new InputError({
        code: 'delta-image-large',
        place: { file: path },
        message: 'the file is too large for an image delta',
        found: `${source.size} bytes`,
        expected: `at most ${largestDeltaImageBytes} bytes (2 GiB)`,
        remedy: 'make deltas of its partitions, one by one',
      });
    }
    const bytes = new Uint8Array(source.size);
    let at = 0;
    for (let last = -1; at < bytes.length && at > last; ) {
      signal?.throwIfAborted();
      const piece = await source.read(at, Math.min(pieceBytes, bytes.length - at));
      bytes.set(piece, at);
      last = at;
      at += piece.length;
    }
    // It became shorter while it was read.
    return at === bytes.length ? bytes : bytes.slice(0, at);
  } finally {
    await source.close();
  }
}

/** Writes an image or a patch, which gets its name when all of it is there. Throws InputError, and the signal's reason. */
export async function writeImage(path: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  const write = async (sink: OutputSink): Promise<void> => {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      signal?.throwIfAborted();
      await sink.write(bytes.subarray(at, at + pieceBytes));
    }
  };
  await writeOutput(path, write, { signal });
}
