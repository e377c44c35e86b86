/** Makes an NVS partition out of a table: `dfota nvs make`. */
import { createHash } from 'node:crypto';
import { chmod, lstat } from 'node:fs/promises';
import { readBounded } from '../../files/bounded-read.js';
import { writeOutput } from '../../files/output.js';
import { decryptNvs } from '../../formats/nvs/decrypt.js';
import { readNvs } from '../../formats/nvs/read.js';
import { encryptPages, keyPartition } from '../../images/nvs/encrypt.js';
import { imageOf, layPages, pageBytes, partitionBytes, writablePages } from '../../images/nvs/pages.js';
import { readTable } from '../../images/nvs/table.js';
import { InputError, UsageError } from '../../model/errors.js';
import { largestNvsImageBytes, largestNvsTableBytes } from '../../model/limits/nvs.js';
import type { NvsMade, NvsVersion } from '../../model/nvs.js';
import type { Ports } from '../../model/ports.js';
import { holdApart } from '../hold-apart.js';
import { encodeRows, type Value } from './encode-rows.js';
import { keyInputs, type NvsKeySource, newKeys, readKeys } from './keys.js';
import { proveImage } from './prove.js';
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
  const { entries, namespaces } = encodeRows(file, table.rows, contents, version);
  const pages = layPages(entries, version, largestNvsImageBytes / pageBytes);
  requireRoom(file, size, pages?.length);
  const image = imageOf(keys === undefined ? (pages ?? []) : encryptPages(pages ?? [], keys), size);
  const values = entries.flatMap((entry): Value[] =>
    entry.kind === 'value'
      ? [{ namespace: namespaces[entry.namespace - 1] ?? '', key: entry.key, ...entry.content }]
      : [],
  );
  proveImage(output, readNvs(keys === undefined ? image : decryptNvs(image, keys)), namespaces, values);
  ports.signal?.throwIfAborted();
  if (keys === undefined || generateKey === undefined) {
    await writeOutput(output, (sink) => sink.write(image), { signal: ports.signal });
  } else {
    // Both or none: an image whose keys are lost is worth nothing.
    await writeOutput(generateKey, (sink) => sink.write(keyPartition(keys)), {
      signal: ports.signal,
      check: (temporary) => chmod(temporary, 0o600),
      beside: async () => [{ path: output, bytes: image }],
    });
  }
  return {
    output,
    size: image.length,
    version,
    namespaces: namespaces.length,
    items: values.length,
    usedPages: pages?.length ?? 0,
    encrypted: keys !== undefined,
    newKeys: generateKey,
    sha256: createHash('sha256').update(image).digest('hex'),
    notes: [...table.notes, ...sizeNotes(size), ...keyNotes(values)],
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

function requireSize(size: number): void {
  if (size >= pageBytes && size <= largestNvsImageBytes && size % pageBytes === 0) return;
  throw new UsageError({
    code: 'nvs-size',
    message: 'the size of the partition is not possible',
    found: `${size} bytes`,
    expected: `a multiple of ${pageBytes}, from ${pageBytes} to ${largestNvsImageBytes}`,
    remedy: 'give the size that the partition table says, such as 0x3000',
  });
}

/** Says how many bytes more the partition needs. */
function requireRoom(file: string, size: number, pages: number | undefined): void {
  if (pages !== undefined && pages <= writablePages(size)) return;
  const needed = pages === undefined ? undefined : partitionBytes(pages);
  throw new InputError({
    code: 'nvs-too-small',
    place: { file },
    message: 'the table does not fit the partition',
    found: `${size} bytes (0x${size.toString(16)}), which have room for ${writablePages(size)} pages of values`,
    expected:
      needed === undefined
        ? `more than the ${largestNvsImageBytes} bytes that a partition can have`
        : `${needed} bytes (0x${needed.toString(16)}): ${needed - size} more, for ${pages} pages`,
    remedy: 'make the partition larger, in the partition table too, or the values fewer',
  });
}

function sizeNotes(size: number): readonly string[] {
  if (size >= 3 * pageBytes) return [];
  return [
    'a partition of less than 0x3000 bytes has no page in reserve: the partition table must flag it readonly, ' +
      'and the image ends with its last page in use',
  ];
}

/** Newer versions of the original add entries for these keys that nobody has asked for. */
function keyNotes(values: readonly Value[]): readonly string[] {
  const special = values.find(({ key }) => /^(?:sta\.(?:ssid|pswd)|ap\.(?:ssid|passwd|authmode))$/.test(key));
  if (special === undefined) return [];
  return [
    `for the key ${special.key} newer versions of the original add entries of Wi-Fi; here only the table's own are written`,
  ];
}
