/** Reads lines and stretches of bytes from what a port delivers, however it is cut. */
import { longestCommandCharacters } from '../model/limits/module.js';

/** One reader of a port. */
export interface ByteReader {
  /**
   * The next line, without its end (CR, LF or both). Bytes above ASCII are dropped: some clients pad what they upload beyond its
   * end. `undefined` when the port is gone.
   */
  readonly line: () => Promise<string | undefined>;
  /** Some of the next bytes, at most so many; `undefined` when the port is gone. Who gave up waiting takes nothing. */
  readonly some: (most: number, givenUp: AbortSignal) => Promise<Uint8Array | undefined>;
}

/** A reader over the chunks of a port. */
export function readBytes(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let gone = false;
  let coming: Promise<void> | undefined;
  const receive = async (): Promise<void> => {
    try {
      const next = await iterator.next();
      if (next.done === true) gone = true;
      else rest = next.value;
    } catch {
      gone = true;
    }
    coming = undefined;
  };
  const fill = async (): Promise<boolean> => {
    while (rest.length === 0 && !gone) {
      // One who gave up waiting may still be there: the bytes come once.
      coming ??= receive();
      await coming;
    }
    return rest.length > 0;
  };
  return {
    line: async () => {
      let text = '';
      while (await fill()) {
        const end = rest.findIndex((byte) => byte === 0x0d || byte === 0x0a);
        const part = end < 0 ? rest : rest.subarray(0, end);
        // What is longer than any command is none: its first characters are enough to refuse it.
        if (text.length <= longestCommandCharacters) {
          for (const byte of part) if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
        }
        // CR and LF that came together end one line: nothing of it is left for an upload that follows.
        const both = end >= 0 && rest[end] === 0x0d && rest[end + 1] === 0x0a ? 2 : 1;
        rest = end < 0 ? new Uint8Array() : rest.subarray(end + both);
        if (end >= 0 && text !== '') return text;
      }
      return undefined;
    },
    some: async (most, givenUp) => {
      if (!(await fill()) || givenUp.aborted) return undefined;
      const part = rest.subarray(0, most);
      rest = rest.subarray(part.length);
      return part;
    },
  };
}
