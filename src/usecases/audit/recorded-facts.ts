/** What dfota generate has recorded beside a package: its proof, and what it needs on the device. */

import { readBounded } from '../../files/bounded-read.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import type { RecordedProof } from '../../model/audit.js';
import type { Sha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestRecordBytes } from '../../model/limits/signing.js';
import type { DeviceNeeds } from '../../model/needs.js';

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

/** What a record says; each part is `undefined` where it says nothing of it. */
export interface RecordedFacts {
  readonly proof: RecordedProof | undefined;
  readonly needs: DeviceNeeds | undefined;
}

/** What is recorded of that very package; nothing where there is no record of it, or none that can be read. */
export async function recordedFacts(file: string, sha256: Sha256): Promise<RecordedFacts> {
  let record: unknown;
  try {
    const read = { limit: largestRecordBytes, code: 'record-value', what: 'the record of a package' } as const;
    record = JSON.parse(utf8Text(await readBounded(`${file}.json`, read)));
  } catch (error) {
    if (error instanceof InputError || error instanceof SyntaxError) return { proof: undefined, needs: undefined };
    throw error;
  }
  // A signed package holds what was proved, and a signature.
  const isOfPackage = [field(record, 'package', 'sha256'), field(record, 'signed', 'sha256')].includes(sha256);
  return isOfPackage ? { proof: proofOf(record), needs: needsOf(record) } : { proof: undefined, needs: undefined };
}

function proofOf(record: unknown): RecordedProof | undefined {
  const [profile, proved] = [field(record, 'proof', 'profile'), field(record, 'proof', 'proved')];
  const compared = count(field(record, 'proof', 'compared'));
  const [points, tried, failed] = ['points', 'tried', 'failed'].map((name) =>
    count(field(record, 'proof', 'powerCuts', name)),
  );
  if (typeof profile !== 'string' || typeof proved !== 'boolean' || compared === undefined) return undefined;
  return { profile, proved, compared, powerCuts: { points: points ?? 0, tried: tried ?? 0, failed: failed ?? 0 } };
}

function needsOf(record: unknown): DeviceNeeds | undefined {
  const of = (name: keyof DeviceNeeds): number => {
    const value = field(record, 'needs', name);
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : Number.NaN;
  };
  const needs: DeviceNeeds = {
    systemPeak: of('systemPeak'),
    systemGrowth: of('systemGrowth'),
    cachePeak: of('cachePeak'),
    cacheAsked: of('cacheAsked'),
    cacheForRetry: of('cacheForRetry'),
    usrdata: of('usrdata'),
    memory: of('memory'),
  };
  return Object.values(needs).some(Number.isNaN) ? undefined : needs;
}
