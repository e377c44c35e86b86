/** The keys of an encrypted partition: out of a file, derived, or new. */
import { randomBytes } from 'node:crypto';
import { readBounded } from '../../files/bounded-read.js';
import { FormatError } from '../../formats/format-error.js';
import { deriveNvsKeys, type NvsKeys, readNvsKeys } from '../../formats/nvs/keys.js';
import { nvsKeyBytes } from '../../images/nvs/encrypt.js';
import { InputError, UsageError } from '../../model/errors.js';
import { largestNvsKeyFileBytes } from '../../model/limits/nvs.js';

/** Where the keys of a partition come from; without any of them it is not encrypted. */
export interface NvsKeySource {
  /** A partition of keys, as the device has it. */
  readonly keyFile?: string | undefined;
  /** A file of 32 bytes, the HMAC key in the device's eFuse, which the keys are derived from. */
  readonly hmacKey?: string | undefined;
}

/** The files of keys, to be held apart from outputs. */
export function keyInputs({
  keyFile,
  hmacKey,
}: NvsKeySource): readonly { readonly role: string; readonly path: string }[] {
  return [
    ...(keyFile === undefined ? [] : [{ role: 'the file of keys', path: keyFile }]),
    ...(hmacKey === undefined ? [] : [{ role: 'the HMAC key', path: hmacKey }]),
  ];
}

/** The keys that are named; `undefined` when none are. Throws UsageError when both ways are, and InputError for what is no key. */
export async function readKeys({ keyFile, hmacKey }: NvsKeySource): Promise<NvsKeys | undefined> {
  if (keyFile !== undefined && hmacKey !== undefined) {
    throw new UsageError({
      code: 'usage',
      message: '--key-file and --hmac-key exclude each other',
      remedy: 'name the partition of keys, or the HMAC key that they are derived from',
    });
  }
  const file = keyFile ?? hmacKey;
  if (file === undefined) return undefined;
  const bytes = await readBounded(file, {
    limit: largestNvsKeyFileBytes,
    code: 'nvs-key-file',
    what: 'a file of keys',
  });
  try {
    return keyFile === undefined ? deriveNvsKeys(bytes) : readNvsKeys(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError(
      {
        code: 'nvs-key-file',
        place: { file },
        message: keyFile === undefined ? 'the file is no HMAC key' : 'the file is no partition of keys',
        found: error.message,
        remedy:
          keyFile === undefined
            ? 'give the 32 bytes that are burnt into the eFuse'
            : 'give the file that --generate-key or the original generator has written',
      },
      { cause: error },
    );
  }
}

/** New keys. They are random: the same table gives the same image only with the same keys. */
export function newKeys(): NvsKeys {
  return randomBytes(nvsKeyBytes);
}
