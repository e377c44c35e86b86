/** Makes an NVS partition out of a table: `dfota nvs make`. */
import { chmod, lstat } from 'node:fs/promises';
import { readBounded } from '../../files/bounded-read.js';
import { writeOutput } from '../../files/output.js';
import { keyPartition } from '../../images/nvs/encrypt.js';
import { readTable } from '../../images/nvs/table.js';
import { UsageError } from '../../model/errors.js';
import { largestNvsTableBytes } from '../../model/limits/nvs.js';
import type { NvsMade, NvsVersion } from '../../model/nvs.js';
import type { Ports } from '../../model/ports.js';
import { holdApart } from '../hold-apart.js';
import { keyNotes, nvsImage, requireSize, sizeNotes } from './image.js';
import { keyInputs, type NvsKeySource, newKeys, readKeys } from './keys.js';
import { readValueFiles, valueFiles } from './value-files.js';

/** Which table, and how large the partition is. */
export interface NvsMakeRequest extends NvsKeySource {
  readonly table: string;
  readonly output: string;
  /** Bytes of the partition, as the partition table says them. */
  readonly size: number;
  readonly version: NvsVersion;
  /** A file that does not exist yet: new keys are made, written there, and used. */
  readonly generateKey?: string | undefined;
}

/**
 * Writes the image that the original generator makes of the table. It is read by a reader of its own, and every value is
 * compared with the table, before it gets its name. Throws UsageError and InputError, with every fault of the table at its
 * line and column, and ProofError where the image does not stand its proof.
 */
export async function nvsMake(request: NvsMakeRequest, ports: Ports = {}): Promise<NvsMade> {
  const { table: file, output, size, version, generateKey } = request;
  const outputs = [
    { role: 'the output', path: output, kind: 'file' } as const,
    ...(generateKey === undefined ? [] : [{ role: 'the new keys', path: generateKey, kind: 'file' } as const]),
  ];
  await holdApart([{ role: 'the table', path: file }, ...keyInputs(request)], outputs);
  requireSize(size);
  if (generateKey !== undefined) await requireNewKeys(request, generateKey);
  const keys = generateKey === undefined ? await readKeys(request) : newKeys();
  const bytes = await readBounded(file, { limit: largestNvsTableBytes, code: 'nvs-table', what: 'a table' });
  const table = readTable(file, bytes);
  const named = valueFiles(file, table.rows);
  await holdApart(
    [file, ...named.values()].map((path) => ({ role: path === file ? 'the table' : 'a file of the table', path })),
    outputs,
  );
  const contents = await readValueFiles(file, table.rows, named);
  const image = nvsImage({ file }, output, table.rows, contents, { size, version, keys });
  ports.signal?.throwIfAborted();
  if (keys === undefined || generateKey === undefined) {
    await writeOutput(output, (sink) => sink.write(image.bytes), { signal: ports.signal });
  } else {
    // Both or none: an image whose keys are lost is worth nothing.
    await writeOutput(generateKey, (sink) => sink.write(keyPartition(keys)), {
      signal: ports.signal,
      check: (temporary) => chmod(temporary, 0o600),
      beside: async () => [{ path: output, bytes: image.bytes }],
    });
  }
  return {
    output,
    size: image.bytes.length,
    version,
    namespaces: image.namespaces.length,
    items: image.values.length,
    usedPages: image.usedPages,
    encrypted: keys !== undefined,
    newKeys: generateKey,
    sha256: image.sha256,
    notes: [...table.notes, ...sizeNotes(size), ...keyNotes(image.values)],
  };
}

/** Keys are never overwritten: what was encrypted with them could not be read again. */
async function requireNewKeys({ keyFile, hmacKey }: NvsKeySource, path: string): Promise<void> {
  if (keyFile !== undefined || hmacKey !== undefined) {
    throw new UsageError({
      code: 'usage',
      message: `--generate-key and ${keyFile === undefined ? '--hmac-key' : '--key-file'} exclude each other`,
      remedy: 'take the keys that are there, or have new ones made',
    });
  }
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new UsageError({
    code: 'nvs-key-file',
    place: { file: path },
    message: 'there is a file where the new keys are to be written, and keys are never overwritten',
    remedy: 'use it with --key-file, or name another file',
  });
}
