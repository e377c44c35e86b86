/** Whether a package was proved on the simulated device: what the record beside it says. */

import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import { largestRecordBytes } from '../../model/limits/signing.js';
import { recordFormat } from '../../model/package-record.js';

/** Why there is no proof of this package; `undefined` where the record beside it has one. What is wrong with a record is no reason to stop. */
export async function missingProof(file: string, sha256: string): Promise<string | undefined> {
  const record = `${file}.json`;
  const name = basename(record);
  const there = await access(record).then(
    () => true,
    () => false,
  );
  if (!there) return `there is no ${name} beside it`;
  let value: unknown;
  try {
    const bounds = { limit: largestRecordBytes, code: 'record-value', what: 'a record' } as const;
    value = JSON.parse(utf8Text(await readBounded(record, bounds)));
  } catch {
    return `${name} cannot be read`;
  }
  if (at(value, 'format') !== recordFormat) return `${name} is no record of a package`;
  const made = [at(at(value, 'package'), 'sha256'), at(at(value, 'signed'), 'sha256')];
  if (!made.includes(sha256)) return `${name} is the record of another package`;
  const verdict = at(at(value, 'proof'), 'verdict');
  if (verdict === 'proved') return undefined;
  return verdict === undefined ? `${name} says that it was not verified` : `${name} says: ${String(verdict)}`;
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
