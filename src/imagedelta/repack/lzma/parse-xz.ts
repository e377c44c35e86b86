/** Finds the blocks of an xz stream, and takes their LZMA2 apart. Headers, checks and index stay where they are. */
import { FormatError } from '../../../formats/format-error.js';
import {
  type LzmaChunk,
  type LzmaProperties,
  type LzmaStream,
  propertiesOf,
  reading,
  type TextBudget,
} from './parse-lzma.js';
import type { TokenReader } from './read-tokens.js';
import { type TokenList, tokenList } from './token-list.js';

/** A block's packed data in the bytes that were given. */
export interface XzBlock {
  readonly at: number;
  readonly stream: LzmaStream;
}

const streamHeaderBytes = 12;
const lzma2Filter = 0x21;
/** Filters that are undone, so that the text is compared as it was: ARM, Thumb, AArch64. */
const undone = [7, 8, 10];
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Whether the bytes begin as an xz stream does. */
export function isXz(bytes: Uint8Array, at: number): boolean {
  return [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00].every((byte, index) => bytes[at + index] === byte);
}

/** The blocks that can be read; what is behind one that cannot is left. */
export function parseXz(bytes: Uint8Array, budget: TextBudget): readonly XzBlock[] {
  const blocks: XzBlock[] = [];
  const checkSize = checkSizes[(bytes[7] ?? 0) & 15] ?? 0;
  for (let at = streamHeaderBytes; (bytes[at] ?? 0) !== 0; ) {
    const header = readBlockHeader(bytes, at);
    if (header === undefined) break;
    const from = at + header.size;
    const stream = parseLzma2(bytes.subarray(from), header.dictionary, budget);
    if (stream === undefined) break;
    blocks.push({ at: from, stream: { ...stream, filter: header.filter } });
    at = from + 4 * Math.ceil(stream.length / 4) + checkSize;
  }
  return blocks;
}

interface BlockHeader {
  readonly size: number;
  readonly filter: number;
  readonly dictionary: number;
}

/** The header of a block whose last filter is LZMA2, behind at most one that is undone; `undefined` for another. */
function readBlockHeader(bytes: Uint8Array, from: number): BlockHeader | undefined {
  const size = ((bytes[from] ?? 0) + 1) * 4;
  const flags = bytes[from + 1] ?? 0;
  let at = from + 2;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  if ((flags & 0x3c) !== 0) return undefined;
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  const filters = Array.from({ length: (flags & 3) + 1 }, () => {
    const id = number();
    const length = number();
    const properties = bytes.subarray(at, at + length);
    at += length;
    return { id, properties };
  });
  const last = filters.pop();
  if (last?.id !== lzma2Filter || last.properties.length !== 1 || at > from + size) return undefined;
  const [before, ...more] = filters;
  // A filter that begins elsewhere than at 0, or that is not known, is left in the text.
  const plain = before !== undefined && more.length === 0 && before.properties.length === 0;
  const filter = plain && undone.includes(before.id) ? before.id : 0;
  const bits = last.properties[0] ?? 0;
  if (bits > 37) return undefined;
  return { size, filter, dictionary: (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11) };
}

/** The LZMA2 data at the beginning, with its mark of the end; `undefined` where it is broken or beyond the budget. */
export function parseLzma2(bytes: Uint8Array, dictionary: number, budget: TextBudget): LzmaStream | undefined {
  const tokens = tokenList(budget.left);
  const read = reading(budget, budget.left, (reader) => readChunks(bytes, reader, tokens));
  if (read === undefined) return undefined;
  const { chunks, length } = read.result;
  const text = read.reader.text();
  return { container: 'xz', chunks, tokens, text, dictionary, length, endMark: false, filter: 0 };
}

function readChunks(
  bytes: Uint8Array,
  reader: TokenReader,
  tokens: TokenList,
): { readonly chunks: readonly LzmaChunk[]; readonly length: number } {
  const chunks: LzmaChunk[] = [];
  let at = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new FormatError('the chunks are cut short');
    return value;
  };
  let [begun, known] = [false, false];
  for (let control = byte(); control !== 0; control = byte()) {
    if (control < 0x80 && control > 2) throw new FormatError(`an LZMA2 chunk of kind ${control} is not known`);
    const packed = control >= 0x80;
    let size = byte() << 8;
    size += byte() + 1;
    if (packed) size += (control & 0x1f) << 16;
    let length = size;
    if (packed) {
      length = byte() << 8;
      length += byte() + 1;
    }
    let properties: LzmaProperties | undefined;
    if (control >= 0xc0) {
      properties = propertiesOf(byte());
      if (properties === undefined || properties.lc + properties.lp > 4) throw new FormatError('unknown properties');
    }
    if (control >= 0xe0 || control === 1) {
      reader.resetDictionary();
      begun = true;
      known = false;
    }
    if (properties !== undefined) {
      reader.setProperties(properties.lc, properties.lp, properties.pb);
      known = true;
    }
    if (!begun || (packed && !known)) throw new FormatError('the first LZMA2 chunk begins nothing');
    if (control >= 0xa0) reader.resetState();
    const data = bytes.subarray(at, at + length);
    if (data.length < length) throw new FormatError('the chunks are cut short');
    if (!packed) reader.copy(data);
    else if (reader.read(data, size, tokens) !== length) throw new FormatError('a chunk is longer than its tokens');
    at += length;
    chunks.push({ control: packed ? control & 0xe0 : control, properties, size, tokens: tokens.count() });
  }
  if (chunks.length === 0) throw new FormatError('there are no chunks');
  return { chunks, length: at };
}
