import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib';
import type { Content } from '../../model/build.js';
import type { Code } from '../../model/codes.js';
import { sha1Of, toSha1 } from '../../model/digest.js';
import { discard } from '../../model/discard.js';
import { InputError } from '../../model/errors.js';
import { pieceFor } from '../../model/large-bytes.js';
import { displayName } from '../../model/path.js';
import type { ZipRecord } from './directory.js';
import { readAt } from './end-record.js';

/** Above this a file is read as a stream: with a few entries under way, memory stays within tens of megabytes. */
const bufferedUpTo = 4 * 1024 * 1024;
const chunkLength = 256 * 1024;

function fault(
  file: string,
  record: ZipRecord,
  code: Code,
  message: string,
  found?: string,
  expected?: string,
): InputError {
  return new InputError({
    code,
    place: { file, entry: displayName(record.name) },
    message,
    found,
    expected,
  });
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function checkSum(file: string, record: ZipRecord, size: number, sum: number): void {
  if (size !== record.size) {
    throw fault(
      file,
      record,
      'zip-size-mismatch',
      'the entry has another size than the zip says',
      `${size} bytes`,
      `${record.size} bytes`,
    );
  }
  if (sum !== record.crc32) {
    throw fault(
      file,
      record,
      'zip-crc-mismatch',
      'the entry is damaged: its CRC-32 is wrong',
      hex(sum),
      hex(record.crc32),
    );
  }
}

/** zlib's refusals as faults of the entry: more bytes than claimed, a damaged stream, or a stream that does not end. */
function inflateFault(file: string, record: ZipRecord, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    const expected = `${record.size} bytes`;
    return fault(file, record, 'zip-size-mismatch', 'the entry has more bytes than the zip says', undefined, expected);
  }
  if (typeof code === 'string' && code.startsWith('Z_') && error instanceof Error) {
    return fault(file, record, 'zip-data-damaged', 'the compressed bytes of the entry are damaged', error.message);
  }
  return error;
}

function inflateAll(packed: Uint8Array, limit: number): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    // zlib refuses a limit of 0; one byte too many is found by the size check.
    inflateRaw(packed, { maxOutputLength: Math.max(1, limit), chunkSize: pieceFor(limit) }, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

/** All bytes of an entry, with size and CRC-32 checked. Holds them and the compressed ones in memory. */
export async function readEntry(handle: FileHandle, file: string, record: ZipRecord): Promise<Buffer<ArrayBuffer>> {
  const packed = await readAt(handle, record.dataStart, record.compressedSize);
  if (packed.length !== record.compressedSize)
    throw fault(file, record, 'zip-truncated', 'the zip ends inside the entry');
  let bytes = packed;
  if (record.method === 'deflated') {
    try {
      bytes = await inflateAll(packed, record.size);
      discard(packed);
    } catch (error) {
      throw inflateFault(file, record, error);
    }
  }
  checkSum(file, record, bytes.length, crc32(bytes));
  return bytes;
}

/** The stored bytes of an entry in pieces; each piece is overwritten by the next. */
async function* storedChunks(handle: FileHandle, file: string, record: ZipRecord): AsyncGenerator<Buffer<ArrayBuffer>> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(chunkLength, record.size));
  for (let done = 0; done < record.size; ) {
    const wanted = Math.min(buffer.length, record.size - done);
    const { bytesRead } = await handle.read(buffer, 0, wanted, record.dataStart + done);
    if (bytesRead === 0) throw fault(file, record, 'zip-truncated', 'the zip ends inside the entry');
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* packedChunks(handle: FileHandle, file: string, record: ZipRecord): AsyncGenerator<Buffer<ArrayBuffer>> {
  const end = record.dataStart + record.compressedSize;
  for (let at = record.dataStart; at < end; ) {
    const chunk = await readAt(handle, at, Math.min(chunkLength, end - at));
    if (chunk.length === 0) throw fault(file, record, 'zip-truncated', 'the zip ends inside the entry');
    at += chunk.length;
    yield chunk;
  }
}

/** Size and SHA-1 of an entry, with size and CRC-32 checked; large ones are never held whole. `onBytes` hears of each piece. */
export async function digestEntry(
  handle: FileHandle,
  file: string,
  record: ZipRecord,
  onBytes: (count: number) => void,
): Promise<Content> {
  if (record.method === 'deflated' && Math.max(record.size, record.compressedSize) <= bufferedUpTo) {
    const bytes = await readEntry(handle, file, record);
    onBytes(bytes.length);
    return { size: bytes.length, sha1: sha1Of(bytes) };
  }
  const hash = createHash('sha1');
  let size = 0;
  let sum = 0;
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > record.size) {
      const expected = `${record.size} bytes`;
      throw fault(file, record, 'zip-size-mismatch', 'the entry has more bytes than the zip says', undefined, expected);
    }
    sum = crc32(chunk, sum);
    hash.update(chunk);
    onBytes(chunk.length);
  };
  if (record.method === 'stored') {
    for await (const chunk of storedChunks(handle, file, record)) take(chunk);
  } else {
    const packed = packedChunks(handle, file, record);
    const inflate = createInflateRaw({ chunkSize: chunkLength });
    const input = Readable.from(packed, { objectMode: false });
    input.on('error', (error) => inflate.destroy(error));
    try {
      for await (const chunk of input.pipe(inflate)) take(chunk);
    } catch (error) {
      throw inflateFault(file, record, error);
    } finally {
      input.destroy();
      inflate.destroy();
    }
  }
  checkSum(file, record, size, sum);
  return { size, sha1: toSha1(hash.digest('hex')) };
}
