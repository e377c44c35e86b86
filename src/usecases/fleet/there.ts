/** Whether the package of a job is there already: made of the same builds, lists and options by the same program, and proved. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { encoderVersion } from '../../encode/encode-file.js';
import { systemCode } from '../../files/system-error.js';
import { toSha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import type { FleetJob } from '../../model/fleet.js';
import type { RecordedConditions } from '../../model/package-record.js';
import { dfotaVersion } from '../../version.js';
import { recordedConditions } from '../generate/record.js';
import type { ReadRecord } from '../reproduce/read-record.js';
import { readRecord } from '../reproduce/read-record.js';
import { jobOptions } from './options.js';

/** What is there of a job; undefined when it is to be made. Every place that wants the package must have it. */
export async function findPackage(job: FleetJob, root: string): Promise<FleetJob['there']> {
  let found: FleetJob['there'];
  for (const output of [job.output, ...job.alsoTo]) {
    const record = await recordOf(join(root, `${output}.json`));
    if (record === undefined || !isRecordOf(record, job)) return undefined;
    const file = await digestOf(join(root, output));
    if (file?.sha256 !== record.package.sha256 || file.bytes !== record.package.size) return undefined;
    found = { bytes: file.bytes, sha256: toSha256(file.sha256), proof: proofWords(record.proof) };
  }
  return found;
}

/** A record that cannot be read is that of no package. */
async function recordOf(file: string): Promise<ReadRecord | undefined> {
  try {
    return await readRecord(file);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Whether a record is that of the package which a job asks for: made of the same, in the same way, by the same program, and proved as it is to be. */
export function isRecordOf(record: ReadRecord, job: FleetJob): boolean {
  const wanted = jobOptions(job);
  const { tool, source, target, lists, proof, options, modes, conditions } = record;
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const { level, profile } = wanted.verify;
  const proved =
    level === 'off' ||
    (proof?.proved === true && proof.profile === profile && (level !== 'full' || proof.tried === proof.points));
  return (
    proved &&
    tool.dfota === dfotaVersion &&
    tool.engine === encoderVersion &&
    source.sha256 === job.fromDigest &&
    target.sha256 === job.toDigest &&
    same(lists.files, job.listFiles) &&
    modes === wanted.modes &&
    conditions !== undefined &&
    sameConditions(conditions, recordedConditions(wanted)) &&
    same(
      [new Set(options.parts).size, options.bootUpdate, options.dialect, options.chmod, options.permissions],
      [new Set(wanted.parts).size, wanted.bootUpdate, wanted.dialect, wanted.chmod, wanted.permissions],
    ) &&
    [...options.parts].every((part) => wanted.parts.includes(part)) &&
    same(Object.entries(options.levers).sort(), Object.entries(wanted.levers).sort()) &&
    options.effort === wanted.encoding.effort &&
    options.whole === wanted.encoding.whole &&
    same([...(options.allow ?? [])].sort(), [...(wanted.allow ?? [])].sort())
  );
}

/** Whether a package was held against what is asked for. How many power cuts were tried is seen by the proof itself. */
function sameConditions(has: RecordedConditions, wants: RecordedConditions): boolean {
  const compared = ({ limits, verify }: RecordedConditions): string => {
    const { level: _, ...manner } = verify;
    return JSON.stringify([limits, wants.verify.level === 'off' ? undefined : manner]);
  };
  return compared(has) === compared(wants);
}

/** `strict, 24 of 221 power cuts`. */
export function proofWords(proof: ReadRecord['proof']): string | undefined {
  return proof && `${proof.profile}, ${proof.tried} of ${proof.points} power cuts`;
}

async function digestOf(file: string): Promise<{ readonly sha256: string; readonly bytes: number } | undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file)) {
      if (!(chunk instanceof Uint8Array)) continue;
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
  return { sha256: hash.digest('hex'), bytes };
}
