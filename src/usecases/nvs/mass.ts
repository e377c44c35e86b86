/** Makes an NVS partition for each device of a batch: `dfota nvs mass`. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { writeOutput, writeText } from '../../files/output.js';
import { asOutputError } from '../../files/system-error.js';
import { type MassConfigRow, readMassConfig } from '../../images/nvs/mass-config.js';
import { type MassDevice, readMassValues } from '../../images/nvs/mass-values.js';
import { concurrently } from '../../input/concurrently.js';
import { InputError, UsageError } from '../../model/errors.js';
import { largestNvsTableBytes, mostNvsFaultsShown } from '../../model/limits/nvs.js';
import type { NvsMass, NvsMassImage, NvsVersion } from '../../model/nvs.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { holdApart } from '../hold-apart.js';
import { encodeRows } from './encode-rows.js';
import { keyNotes, nvsImage, requireSize, sizeNotes } from './image.js';
import { keyInputs, type NvsKeySource, readKeys } from './keys.js';
import { readValueFiles, valueFiles } from './value-files.js';

/** Which devices, and how large the partition of each is. */
export interface NvsMassRequest extends NvsKeySource {
  /** The keys that every device has. */
  readonly config: string;
  /** A row for each device. */
  readonly values: string;
  /** A folder, made when it is missing: images go to `bin/`, the manifest beside it. */
  readonly output: string;
  readonly size: number;
  readonly version: NvsVersion;
  /** The first part of the names of images. */
  readonly prefix?: string | undefined;
  /** The key whose value is the last part; a number without it. */
  readonly fileId?: string | undefined;
  /** Keys whose value no two devices share. */
  readonly unique?: readonly string[] | undefined;
  /** Images that are written at once. */
  readonly jobs?: number | undefined;
}

/** Raised when a field of the manifest changes its meaning or goes away; new fields do not count. */
const manifestVersion = 1;

/**
 * Checks all values first, and writes nothing when one is wrong. An image that is there and right is kept, so that a batch that was ended goes on;
 * one that is there and not right is made again. The manifest, with the digest of every image, is written last. Throws UsageError, InputError
 * and ProofError as nvsMake does.
 */
export async function nvsMass(request: NvsMassRequest, ports: Ports = {}): Promise<NvsMass> {
  const { config, values, output, size, version, prefix = 'device' } = request;
  await holdApart(
    [{ role: 'the configuration', path: config }, { role: 'the values', path: values }, ...keyInputs(request)],
    [{ role: 'the output', path: output, kind: 'store' }],
  );
  requireSize(size);
  requirePrefix(prefix);
  const keys = await readKeys(request);
  const bounds = { limit: largestNvsTableBytes, code: 'nvs-table', what: 'a table' } as const;
  const rows = readMassConfig(config, await readBounded(config, bounds));
  const unique = request.unique ?? [];
  requireKeys(rows, [...unique, ...(request.fileId === undefined ? [] : [request.fileId])]);
  const devices = readMassValues(values, await readBounded(values, bounds), rows, { fileId: request.fileId, unique });
  checkValues(values, devices, version, ports.signal);

  const folder = join(output, 'bin');
  await mkdir(folder, { recursive: true }).catch((error: unknown) => Promise.reject(asOutputError(error, output)));
  const images: NvsMassImage[] = [];
  const counts = { kept: 0, made: 0, replaced: 0 };
  const total = { totalBytes: devices.length * size, totalItems: devices.length };
  let done = 0;
  await concurrently(devices.entries(), request.jobs ?? 4, ports.signal, async ([index, device]) => {
    const name = `bin/${prefix}-${device.id}.bin`;
    const path = join(output, name);
    const contents = await readValueFiles(values, device.rows, valueFiles(values, device.rows));
    const image = nvsImage({ file: values, line: device.line }, path, device.rows, contents, { size, version, keys });
    const there = await bytesOf(path, image.bytes.length);
    const isRight = there !== undefined && Buffer.compare(there, image.bytes) === 0;
    if (!isRight) await writeOutput(path, (sink) => sink.write(image.bytes), { signal: ports.signal });
    counts[isRight ? 'kept' : there === undefined ? 'made' : 'replaced'] += 1;
    images[index] = { id: device.id, file: name, line: device.line, sha256: image.sha256 };
    done += 1;
    (ports.onProgress ?? silent)({ stage: 'nvs-mass', doneBytes: done * size, doneItems: done, item: name, ...total });
  });
  const manifest = join(output, 'manifest.json');
  const head = { format: 'dfota-nvs-mass-manifest', version: manifestVersion, size, nvsVersion: version };
  const text = `${JSON.stringify({ ...head, encrypted: keys !== undefined, images }, undefined, 2)}\n`;
  await writeText(manifest, text, { signal: ports.signal });
  return {
    output,
    manifest,
    size,
    version,
    encrypted: keys !== undefined,
    devices: devices.length,
    ...counts,
    sha256: createHash('sha256').update(text).digest('hex'),
    notes: [...sizeNotes(size), ...keyNotes(rows.flatMap((row) => ('key' in row ? [row] : [])))],
  };
}

function requirePrefix(prefix: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(prefix)) return;
  throw new UsageError({
    code: 'usage',
    message: 'the prefix cannot begin the name of a file',
    found: JSON.stringify(prefix),
    expected: 'at most 100 letters without marks, digits, and . _ -',
  });
}

function requireKeys(rows: readonly MassConfigRow[], names: readonly string[]): void {
  const keys = rows.flatMap((row) => ('key' in row ? [row.key] : []));
  const unknown = names.find((name) => !keys.includes(name));
  if (unknown === undefined) return;
  throw new UsageError({
    code: 'usage',
    message: 'the configuration has no such key',
    found: unknown,
    expected: keys.join(', '),
    remedy: 'give --file-id and --unique names of keys',
  });
}

/** Encodes what stands in the table, so that a fault in the last row is told before the first image is written. */
function checkValues(
  file: string,
  devices: readonly MassDevice[],
  version: NvsVersion,
  signal: AbortSignal | undefined,
): void {
  const faults = [];
  for (const { rows } of devices) {
    signal?.throwIfAborted();
    if (faults.length >= mostNvsFaultsShown) break;
    try {
      encodeRows(
        file,
        rows.filter((row) => !('key' in row && row.isFile)),
        new Map(),
        version,
      );
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new InputError(faults.slice(0, mostNvsFaultsShown));
}

/** What is there, when it has as many bytes; an empty answer when it has not, `undefined` when nothing is there. */
async function bytesOf(path: string, size: number): Promise<Uint8Array | undefined> {
  try {
    return await readBounded(path, { limit: size, code: 'nvs-no-image', what: 'an image' });
  } catch (error) {
    return error instanceof InputError && error.faults.some(({ code }) => code === 'input-missing')
      ? undefined
      : new Uint8Array();
  }
}
