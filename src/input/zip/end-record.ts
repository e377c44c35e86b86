import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { headLength } from '../../formats/file-kind.js';
import type { Code } from '../../model/codes.js';
import { InputError } from '../../model/errors.js';
import { roomFor } from '../../model/large-bytes.js';
import { noZipFault } from '../no-zip.js';

const endSignature = 0x06054b50;
const endLength = 22;
const longestComment = 0xffff;

/** What the end record says of the central directory; `undefined` where a zip64 record says it instead. */
export interface EndRecord {
  readonly directorySize: number | undefined;
}

/** Reads up to `length` bytes at a position; fewer only at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.allocUnsafeSlow(roomFor(length)).subarray(0, length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/**
 * Finds the zip's end record and tells apart what may be wrong with a zip as a whole: empty, no zip, cut off, bytes
 * before or after it, several disks. Throws InputError with that as its fault.
 */
export async function readEndRecord(handle: FileHandle, file: string, fileSize: number): Promise<EndRecord> {
  const place = { file };
  const fail = (
    code: Code,
    message: string,
    more: { found?: string | undefined; expected?: string | undefined; remedy?: string | undefined } = {},
  ) => new InputError({ code, place, message, ...more });
  if (fileSize === 0) throw fail('zip-empty-file', 'the file is empty', { expected: 'a targetfiles.zip' });
  const head = await readAt(handle, 0, Math.min(headLength, fileSize));
  const startsAsZip = head.length >= 4 && head.readUInt16LE(0) === 0x4b50 && head.readUInt8(2) < 9;
  const start = Math.max(0, fileSize - endLength - longestComment);
  const tail = await readAt(handle, start, fileSize - start);
  let at = tail.length - endLength;
  while (at >= 0 && tail.readUInt32LE(at) !== endSignature) at--;
  if (at < 0) {
    if (startsAsZip) {
      throw fail('zip-truncated', 'the zip is cut off: it starts as one, but its end record is missing', {
        found: `${fileSize} bytes`,
        remedy: 'copy or make the file again',
      });
    }
    throw new InputError(noZipFault(file, head, fileSize));
  }
  const rest = tail.length - at - endLength;
  const comment = tail.readUInt16LE(at + 20);
  if (comment > rest) throw fail('zip-truncated', 'the zip is cut off inside its last comment');
  if (comment < rest) {
    throw fail('zip-trailing-bytes', 'there are bytes after the end of the zip', {
      found: `${rest - comment} bytes`,
      expected: 'nothing',
      remedy: 'copy or make the file again: it may be damaged, or two files in one',
    });
  }
  const disk = tail.readUInt16LE(at + 4);
  if (disk !== 0 && disk !== 0xffff)
    throw fail('zip-multi-disk', 'the zip is one part of several', { found: `disk ${disk}` });
  const directorySize = tail.readUInt32LE(at + 12);
  const directoryOffset = tail.readUInt32LE(at + 16);
  const count = tail.readUInt16LE(at + 10);
  if (directorySize === 0xffffffff || directoryOffset === 0xffffffff || count === 0xffff)
    return { directorySize: undefined };
  const before = start + at - directorySize - directoryOffset;
  const locator = at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50;
  if (before < 0) {
    throw fail('zip-truncated', 'bytes are missing from the zip before its end', { found: `${-before} bytes too few` });
  }
  if (before > 0 && !locator) {
    throw fail(
      'zip-leading-bytes',
      'there are bytes in the zip that belong to no entry, before its first entry or its directory',
      {
        found: `${before} bytes`,
        expected: 'none',
      },
    );
  }
  return { directorySize: locator ? undefined : directorySize };
}
