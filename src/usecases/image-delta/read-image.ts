import { openFileSource } from '../../files/file-source.js';
import { InputError } from '../../model/errors.js';
import { largestDeltaImageBytes } from '../../model/limits.js';

/** All bytes of an image or a patch. Throws InputError where it cannot be read or is larger than a delta can be. */
export async function readImage(path: string): Promise<Uint8Array> {
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
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}
