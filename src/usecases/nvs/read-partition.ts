import { readBounded } from '../../files/bounded-read.js';
import { FormatError } from '../../formats/format-error.js';
import { type NvsPartition, readNvs } from '../../formats/nvs/read.js';
import { InputError } from '../../model/errors.js';
import { largestNvsImageBytes } from '../../model/limits/nvs.js';

/** Reads the partition in a file. Throws InputError when it cannot be read or is none. */
export async function readPartition(file: string): Promise<NvsPartition> {
  const bytes = await readBounded(file, {
    limit: largestNvsImageBytes,
    code: 'nvs-no-image',
    what: 'an NVS partition',
  });
  try {
    return readNvs(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(
      {
        code: 'nvs-no-image',
        place: { file },
        message: 'the file is no NVS partition',
        found: error.message,
        remedy: 'give the image of an NVS partition: pages of 4096 bytes',
      },
      { cause: error },
    );
  }
}
