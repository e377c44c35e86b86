/** Brings packages from a worker without a shared folder to the run: zip and record by digest, through the shared cache. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { writeBytes } from '../../files/output.js';
import { asOutputError } from '../../files/system-error.js';
import { isSha256, type Sha256, sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import type { FleetJob } from '../../model/fleet.js';
import { largestCacheEntryBytes } from '../../model/limits/cache.js';
import { largestRecordBytes } from '../../model/limits/signing.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { parseRecord } from '../reproduce/read-record.js';
import { isRecordOf } from './there.js';

/** A content of the shared cache. */
export interface Delivered {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** A package that lies in the shared cache: its zip, and its record. */
export interface DeliveredPackage {
  readonly zip: Delivered;
  readonly record: Delivered;
}

/** Puts a finished package into the shared cache. Throws InputError where the cache does not take it. */
export async function deliverPackage(output: string, cache: PatchCache): Promise<DeliveredPackage> {
  const limit = {
    limit: largestCacheEntryBytes,
    code: 'cache-not-kept',
    what: 'a package for the shared cache',
  } as const;
  const zip = await putContent(await readBounded(output, limit), cache);
  return { zip, record: await putContent(await readFile(`${output}.json`), cache) };
}

async function putContent(bytes: Uint8Array, { contents }: PatchCache): Promise<Delivered> {
  const sha256 = sha256Of(bytes);
  if ((await contents?.put(sha256, bytes)) === true) return { sha256, bytes: bytes.length };
  throw new InputError({
    code: 'queue-elsewhere',
    message: 'the package is made and proved, and the shared cache does not take it',
    found: `${bytes.length} bytes`,
    remedy:
      'let the cache take PUT of large files below /cas (client_max_body_size of nginx), or give workers a folder with --output',
  });
}

/** What a worker says that it has delivered; undefined where it says nothing of the kind. */
export function readDelivered(result: unknown): DeliveredPackage | undefined {
  if (typeof result !== 'object' || result === null || !('delivered' in result)) return undefined;
  const { delivered } = result;
  if (typeof delivered !== 'object' || delivered === null || !('zip' in delivered && 'record' in delivered))
    return undefined;
  const { zip, record } = delivered;
  return isDelivered(zip) && isDelivered(record) ? { zip, record } : undefined;
}

function isDelivered(value: unknown): value is Delivered {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sha256' in value &&
    typeof value.sha256 === 'string' &&
    isSha256(value.sha256) &&
    'bytes' in value &&
    Number.isSafeInteger(value.bytes)
  );
}

/**
 * Fetches a package and writes it under its names, the record last: a package without a record is made again. Nothing is written unless both have their
 * digests, and the record is one of this job and of this package. False where the cache does not have them.
 */
export async function fetchPackage(
  job: FleetJob,
  root: string,
  { zip, record }: DeliveredPackage,
  { contents }: PatchCache,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (zip.bytes > largestCacheEntryBytes || record.bytes > largestRecordBytes) return false;
  const text = await contents?.get(record.sha256, record.bytes);
  const bytes = text && (await contents?.get(zip.sha256, zip.bytes));
  if (text === undefined || bytes === undefined) return false;
  const read = parseRecord(Buffer.from(text).toString('utf8'), `${job.output}.json`);
  const made = read.package;
  if (!isRecordOf(read, job) || made.sha256 !== zip.sha256 || made.size !== zip.bytes) return false;
  for (const path of [job.output, ...job.alsoTo].map((each) => join(root, each))) {
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw asOutputError(error, path);
    });
    await writeBytes(path, bytes, { signal });
    await writeBytes(`${path}.json`, text, { signal });
  }
  return true;
}
