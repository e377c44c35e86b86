/** Takes LZMA streams apart: the older container ("LZMA-alone"), and the blocks of xz. */
import { FormatError } from '../../../formats/format-error.js';
import { openTokenReader, type TokenReader } from './read-tokens.js';
import { type TokenList, tokenList } from './token-list.js';

/** How much text may still be unpacked; what did not come to anything counts too. */
export interface TextBudget {
  left: number;
}

/** Properties of a stream, from their packed byte. */
export interface LzmaProperties {
  readonly packed: number;
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** A range of an LZMA2 stream; LZMA-alone is one that is packed and begins all anew. */
export interface LzmaChunk {
  /** The chunk's first byte without its bits of the size. */
  readonly control: number;
  readonly properties: LzmaProperties | undefined;
  readonly size: number;
  /** Tokens up to its end. */
  readonly tokens: number;
}

/** What is told of a stream, taken apart. */
export interface LzmaStream {
  readonly container: 'lzma' | 'xz';
  readonly chunks: readonly LzmaChunk[];
  readonly tokens: TokenList;
  /** As LZMA has it: with xz, behind its filter. */
  readonly text: Uint8Array;
  readonly dictionary: number;
  /** Bytes of the packed stream. */
  readonly length: number;
  readonly endMark: boolean;
  /** The filter's number in xz; 0 for none, or for one that is not undone here. */
  readonly filter: number;
}

/** How many bytes stand before the packed ones in LZMA-alone. */
export const lzmaHeaderBytes = 13;

export function propertiesOf(packed: number): LzmaProperties | undefined {
  if (packed >= 225) return undefined;
  return { packed, lc: packed % 9, lp: Math.floor(packed / 9) % 5, pb: Math.floor(packed / 45) };
}

/** Packers write 2^n or 3 * 2^n there, some also another size. */
function isDictionary(size: number): boolean {
  if (size < 4096 || size > 2 ** 30) return false;
  const odd = size / (size & -size);
  return odd === 1 || odd === 3;
}

/** The header's size is all ones where there is an end mark. */
const unknownSize = 2n ** 64n - 1n;

/** What the header says that stands there. */
interface LzmaHeader {
  readonly properties: LzmaProperties;
  readonly dictionary: number;
  /** `undefined` where there is an end mark. */
  readonly size: number | undefined;
}

/** The header at a place; `undefined` where it cannot be one. */
export function lzmaHeaderAt(bytes: Uint8Array, at: number): LzmaHeader | undefined {
  // Most places are told from a header by these two.
  if (bytes[at + 1] !== 0 || bytes[at + lzmaHeaderBytes] !== 0) return undefined;
  const properties = propertiesOf(bytes[at] ?? 255);
  if (properties === undefined || properties.lc + properties.lp > 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, lzmaHeaderBytes);
  const dictionary = view.getUint32(1, true);
  if (!isDictionary(dictionary)) return undefined;
  const said = view.getBigUint64(5, true);
  if (said === unknownSize) return { properties, dictionary, size: undefined };
  return said > 0n && said < 2n ** 31n ? { properties, dictionary, size: Number(said) } : undefined;
}

/** The stream whose header stands at the beginning; `undefined` where there is none. */
export function parseLzmaAlone(bytes: Uint8Array, budget: TextBudget): LzmaStream | undefined {
  const header = lzmaHeaderAt(bytes, 0);
  if (header === undefined || (header.size ?? 0) > budget.left) return undefined;
  const { properties, dictionary, size } = header;
  const packed = bytes.subarray(lzmaHeaderBytes);
  const limit = size ?? budget.left;
  const tokens = tokenList(limit);
  const text = reading(budget, limit, (reader) => {
    begin(reader, properties);
    return reader.read(packed, size, tokens);
  });
  if (text === undefined) return undefined;
  const chunk = { control: 0xe0, properties, size: text.reader.size(), tokens: tokens.count() };
  return {
    container: 'lzma',
    chunks: [chunk],
    tokens,
    text: text.reader.text(),
    dictionary,
    length: text.result,
    endMark: size === undefined,
    filter: 0,
  };
}

function begin(reader: TokenReader, { lc, lp, pb }: LzmaProperties): void {
  reader.setProperties(lc, lp, pb);
  reader.resetState();
}

/** What is read, or `undefined` where it is broken; the budget pays for both. */
export function reading<T>(
  budget: TextBudget,
  limit: number,
  read: (reader: TokenReader) => T,
): { readonly reader: TokenReader; readonly result: T } | undefined {
  const reader = openTokenReader(limit);
  try {
    return { reader, result: read(reader) };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  } finally {
    budget.left -= reader.size();
  }
}
