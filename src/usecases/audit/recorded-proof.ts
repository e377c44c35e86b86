/** The proof that dfota generate has recorded beside a package. */
import { readBounded } from '../../files/bounded-read.js';
import type { RecordedProof } from '../../model/audit.js';
import type { Sha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestRecordBytes } from '../../model/limits/signing.js';

function field(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    found = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined;
  }
  return found;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The proof of that very package; `undefined` where there is no record of it, or one that says nothing of a proof. */
export async function recordedProof(file: string, sha256: Sha256): Promise<RecordedProof | undefined> {
  let record: unknown;
  try {
    const read = { limit: largestRecordBytes, code: 'record-value', what: 'the record of a package' } as const;
    record = JSON.parse((await readBounded(`${file}.json`, read)).toString('utf8'));
  } catch (error) {
    if (error instanceof InputError || error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (field(record, 'package', 'sha256') !== sha256) return undefined;
  const [profile, proved] = [field(record, 'proof', 'profile'), field(record, 'proof', 'proved')];
  const compared = count(field(record, 'proof', 'compared'));
  const [points, tried, failed] = ['points', 'tried', 'failed'].map((name) =>
    count(field(record, 'proof', 'powerCuts', name)),
  );
  if (typeof profile !== 'string' || typeof proved !== 'boolean' || compared === undefined) return undefined;
  return { profile, proved, compared, powerCuts: { points: points ?? 0, tried: tried ?? 0, failed: failed ?? 0 } };
}
