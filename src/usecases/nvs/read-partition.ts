import { readBounded } from '../../files/bounded-read.js';
import { FormatError } from '../../formats/format-error.js';
import { decryptNvs } from '../../formats/nvs/decrypt.js';
import type { NvsKeys } from '../../formats/nvs/keys.js';
import { type NvsPartition, readNvs } from '../../formats/nvs/read.js';
import { InputError } from '../../model/errors.js';
import { largestNvsImageBytes } from '../../model/limits/nvs.js';

/** Reads the partition in a file. Throws InputError when it cannot be read, is none, or the keys are not its keys. */
export async function readPartition(file: string, keys?: NvsKeys | undefined): Promise<NvsPartition> {
  const bytes = await readBounded(file, {
    limit: largestNvsImageBytes,
    code: 'nvs-no-image',
    what: 'an NVS partition',
  });
  try {
    const plain = readNvs(bytes);
    if (keys === undefined) return plain;
    const decrypted = readNvs(decryptNvs(bytes, keys));
    if (isEmpty(plain) || !isUnreadable(decrypted)) return decrypted;
    throw wrongKeys(file, !isUnreadable(plain));
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

function isEmpty({ dump }: NvsPartition): boolean {
  return dump.pages.every(({ written }) => written === 0);
}

/** Whether entries are in use and not one of them is right. */
function isUnreadable(partition: NvsPartition): boolean {
  const { dump } = partition;
  return !isEmpty(partition) && dump.namespaces.length + dump.items.length + dump.gone.length === 0;
}

function wrongKeys(file: string, isPlain: boolean): InputError {
  return new InputError({
    code: 'nvs-key-wrong',
    place: { file },
    message: isPlain ? 'the partition is not encrypted' : 'the keys are not those of this partition',
    found: isPlain ? 'its entries are right as they are' : 'not one entry that is right when it is decrypted',
    remedy: isPlain ? 'leave the keys out' : 'give the keys that it was encrypted with',
  });
}
