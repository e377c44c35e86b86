/** The chunks of LZMA2, both ways: docs/formats/image-repack.md, section 11. */
import { newLzma } from '../../../../formats/compression/lzma.js';
import { FormatError } from '../../../../formats/format-error.js';
import { refuseDecisions, refuseOldPart } from '../refuse.js';
import { DecisionReader } from '../token-stream.js';
import { filterBranches } from './branch-filters.js';
import { openChunkCoder, type Reset } from './chunk-coder.js';
import { openTokenSink, openTokenSource } from './exceptions.js';
import { type LzmaUnpacked, readingOldPart } from './lzma.js';
import { type LzmaProperties, openModel, propertiesOf } from './model.js';
import { openPackedTokens } from './packed-tokens.js';
import type { Lzma2Place } from './place.js';
import { openRangeWriter } from './range-writer.js';

/** A chunk as decisions tell it. */
interface Chunk {
  readonly size: number;
  /** Bytes as they are. */
  readonly plain: boolean;
  readonly reset: Reset;
  readonly control: number;
  /** The byte of properties, 0 where the chunk brings none. */
  readonly properties: number;
}

const largestPacked = 65_536;
const resets: readonly Reset[] = [0, 1, 2, 3];

const none: LzmaProperties = { lc: 0, lp: 0, pb: 0 };

function readChunks(reader: DecisionReader, textLength: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let left = textLength;
  let [known, begun] = [false, false];
  for (;;) {
    const control = reader.u8();
    if (control === 0) break;
    if ((control > 2 && control < 0x80) || (control & 0x1f) > 2 || (control >= 0x80 && (control & 0x1f) !== 0))
      refuseDecisions(`a chunk of kind ${control}`);
    const plain = control <= 2;
    const reset = plain ? 0 : (resets[(control >> 5) & 3] ?? 0);
    const properties = reset >= 2 ? reader.u8() : 0;
    if (reset >= 2 && propertiesOf(properties) === undefined) refuseDecisions(`properties ${properties}`);
    const size = 1 + reader.u16() + 65_536 * reader.u8();
    // Behind a dictionary that begins with bytes as they are, properties come anew.
    known = reset >= 2 || (known && control !== 1);
    begun ||= reset === 3 || control === 1;
    if (!begun || (!plain && !known))
      refuseDecisions('the first chunk does not begin a dictionary, or brings no properties');
    if (size > left || (plain && size > largestPacked)) refuseDecisions('a chunk is too large');
    left -= size;
    chunks.push({ size, plain, reset, control, properties });
  }
  if (left !== 0) refuseDecisions('its chunks do not add up to its text');
  return chunks;
}

/** The part whose text and decisions these are. Throws a DeltaError with code 26. */
export function packLzma2(text: Uint8Array, decisions: Uint8Array, part: Lzma2Place): Uint8Array {
  const reader = new DecisionReader(decisions);
  const chunks = readChunks(reader, text.length);
  const filtered = filterBranches(part.filter, text, 'apply');
  const coder = openChunkCoder(openModel(filtered), part.packer);
  const source = openTokenSource(coder.model, reader);
  const out = new Uint8Array(part.packedLength);
  let size = 0;
  const put = (...bytes: readonly number[]): void => {
    for (const byte of bytes) {
      if (size === out.length) refuseDecisions('it becomes longer than it was');
      out[size++] = byte;
    }
  };
  for (const chunk of chunks) {
    const { control, plain, reset, properties } = chunk;
    const [from, last] = [coder.model.at, chunk.size - 1];
    if (plain) {
      put(control, last >> 8, last & 255);
      if (size + chunk.size > out.length) refuseDecisions('it becomes longer than it was');
      out.set(filtered.subarray(from, from + chunk.size), size);
      size += chunk.size;
      if (control === 1) coder.beginDictionary();
      coder.pass(chunk.size);
      continue;
    }
    coder.reset(reset, propertiesOf(properties) ?? none);
    const range = openRangeWriter(largestPacked, () => refuseDecisions('a chunk becomes too long'));
    coder.write(source, range, from + chunk.size);
    range.flush();
    const packed = range.written() - 1;
    put(control | (last >> 16), (last >> 8) & 255, last & 255, packed >> 8, packed & 255);
    if (reset >= 2) put(properties);
    if (size + packed + 1 > out.length) refuseDecisions('it becomes longer than it was');
    out.set(range.bytes(), size);
    size += packed + 1;
  }
  put(0);
  source.finish();
  if (size !== out.length) refuseDecisions('it becomes shorter than it was');
  return out;
}

/** Text and, where the list has them, decisions of a part. Throws a DeltaError with code 24. */
export function unpackLzma2(packed: Uint8Array, part: Lzma2Place): LzmaUnpacked {
  const tokens = openPackedTokens();
  const told = part.decisionsLength > 0;
  const chunks: (Chunk & { readonly tokens: number })[] = [];
  const filtered = readingOldPart(() => {
    const lzma = newLzma(part.textLength, told ? tokens.add : undefined);
    let at = 0;
    let [known, begun] = [false, false];
    const byte = (): number => packed[at++] ?? refuseOldPart('its chunks are cut short');
    for (let control = byte(); control !== 0; control = byte()) {
      if (control > 2 && control < 0x80) throw new FormatError(`a chunk of kind ${control}`);
      const plain = control < 0x80;
      const size = 1 + (plain ? 0 : (control & 0x1f) * 65_536) + 256 * byte() + byte();
      const length = plain ? size : 1 + 256 * byte() + byte();
      const reset = plain ? 0 : (resets[(control >> 5) & 3] ?? 0);
      const properties = reset >= 2 ? byte() : 0;
      known = reset >= 2 || (known && control !== 1);
      begun ||= reset === 3 || control === 1;
      if (!begun || (!plain && !known) || at + length > packed.length) refuseOldPart('its chunks are none');
      if (reset === 3 || control === 1) lzma.resetDictionary();
      if (reset >= 2) lzma.setProperties(properties, 4);
      if (reset >= 1) lzma.resetState();
      const bytes = packed.subarray(at, at + length);
      if (plain) lzma.copy(bytes);
      else if (lzma.decode(bytes, size) !== length) refuseOldPart('a chunk is longer than its tokens');
      at += length;
      chunks.push({
        size,
        plain,
        reset,
        control: plain ? control : control & 0xe0,
        properties,
        tokens: tokens.count(),
      });
    }
    if (at !== packed.length) refuseOldPart('there is something behind its chunks');
    return lzma.result();
  });
  if (filtered.length !== part.textLength) refuseOldPart(`${filtered.length} bytes of text, not ${part.textLength}`);
  const text = filterBranches(part.filter, filtered, 'undo');
  if (!told) return { text, decisions: new Uint8Array(0) };
  const decisions: number[] = [];
  for (const { control, reset, properties, size } of chunks) {
    decisions.push(control);
    if (reset >= 2) decisions.push(properties);
    decisions.push((size - 1) & 255, ((size - 1) >> 8) & 255, (size - 1) >> 16);
  }
  decisions.push(0);
  const coder = openChunkCoder(openModel(filtered), part.packer);
  const sink = openTokenSink(decisions);
  let index = 0;
  for (const chunk of chunks) {
    if (chunk.plain) {
      if (chunk.control === 1) coder.beginDictionary();
      coder.pass(chunk.size);
      continue;
    }
    coder.reset(chunk.reset, propertiesOf(chunk.properties) ?? none);
    for (; index < chunk.tokens; index++) coder.learn(sink, tokens.get(index));
  }
  return { text, decisions: Uint8Array.from(decisions) };
}
