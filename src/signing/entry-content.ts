/** The content of a package's entry as a stream, unpacked and checked. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteSource } from '../model/byte-source.js';
import { InputError } from '../model/errors.js';
import { displayName } from '../model/path.js';
import type { LayoutEntry } from './package-layout.js';

const chunkBytes = 2 ** 20;

/** A run of bytes in chunks. */
export async function* chunksOf(source: ByteSource, position: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const chunk = await source.read(position + done, Math.min(chunkBytes, length - done));
    if (chunk.length === 0) {
      throw new InputError({
        code: 'package-damaged',
        place: { file: source.name },
        message: 'the file became shorter while it was read',
      });
    }
    yield chunk;
    done += chunk.length;
  }
}

/** The content; throws InputError at its end, or before, when size or CRC are not what the directory says. */
export async function* contentOf(source: ByteSource, entry: LayoutEntry): AsyncGenerator<Uint8Array> {
  const damaged = (message: string): InputError =>
    new InputError({
      code: 'package-damaged',
      place: { file: source.name, entry: displayName(entry.name) },
      message,
      remedy: 'copy the package again from where it came, or make it again',
    });
  let size = 0;
  let sum = 0;
  const check = (chunk: Uint8Array): void => {
    size += chunk.length;
    sum = crc32(chunk, sum);
    if (size > entry.size) throw damaged('the entry holds more bytes than it claims');
  };
  const packed = chunksOf(source, entry.dataOffset, entry.packedSize);
  if (entry.method === 'stored') {
    for await (const chunk of packed) {
      check(chunk);
      yield chunk;
    }
  } else {
    const inflate = createInflateRaw({ chunkSize: 64 * 1024 });
    const fed = pipeline(Readable.from(packed), inflate);
    // What goes wrong is thrown by the reading of `inflate` too.
    fed.catch(() => {});
    try {
      for await (const chunk of inflate) {
        if (!(chunk instanceof Uint8Array)) throw new TypeError('an inflater gives bytes');
        check(chunk);
        yield chunk;
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
        throw damaged('the entry does not unpack');
      }
      throw error;
    } finally {
      inflate.destroy();
    }
  }
  if (size !== entry.size) throw damaged(`the entry holds ${size} bytes instead of ${entry.size}`);
  if (sum !== entry.crc) throw damaged('the entry has a wrong CRC');
}
