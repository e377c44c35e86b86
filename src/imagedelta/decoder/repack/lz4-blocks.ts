/** Blocks of lz4, both ways: docs/formats/image-repack.md, section 6. */
import type { PackedPlace } from './part.js';
import { refuseDecisions, refuseOldPart } from './refuse.js';
import { TokenPredictor } from './token-predictor.js';
import { DecisionReader, ExceptionSink, TokenSource } from './token-stream.js';

type Lz4Place = Extract<PackedPlace, { readonly codec: 'lz4' }>;

/** A block's place in the text. */
function* blocksOf(size: number, { blockSize, linked }: Lz4Place): Generator<readonly [number, number, number]> {
  for (let from = 0; from < size; from += blockSize) yield [from, Math.min(size, from + blockSize), linked ? 0 : from];
}

/** The part whose text and decisions these are. Throws a DeltaError with code 26. */
export function packLz4(text: Uint8Array, decisions: Uint8Array, part: Lz4Place): Uint8Array {
  const reader = new DecisionReader(decisions);
  const blocks = [...blocksOf(text.length, part)].map((place) => ({ place, how: reader.u8() }));
  const predictor = new TokenPredictor(text, part);
  const source = new TokenSource(text, predictor, reader);
  const out = new Uint8Array(part.packedLength);
  let size = 0;
  const put = (byte: number): void => {
    if (size === out.length) refuseDecisions('it becomes longer than it was');
    out[size++] = byte;
  };
  const longer = (length: number): void => {
    if (length < 15) return;
    let left = length - 15;
    for (; left >= 255; left -= 255) put(255);
    put(left);
  };
  const sequence = (from: number, to: number, match: { readonly length: number; readonly distance: number }): void => {
    const literals = to - from;
    const code = match.distance === 0 ? 0 : match.length - 4;
    put((Math.min(15, literals) << 4) | Math.min(15, code));
    longer(literals);
    for (let at = from; at < to; at++) put(text[at] ?? 0);
    if (match.distance === 0) return;
    put(match.distance & 255);
    put(match.distance >> 8);
    longer(code);
  };
  for (const {
    place: [from, to, floor],
    how,
  } of blocks) {
    if (how > 1) refuseDecisions(`a block of kind ${how}`);
    const word = size;
    for (let i = 0; i < 4; i++) put(0);
    predictor.beginBlock(floor, to);
    if (how === 1) {
      for (let at = from; at < to; at++) put(text[at] ?? 0);
      predictor.pass(from, to);
    } else {
      let literals = from;
      for (let at = from; at < to; ) {
        const before = at;
        at = source.next(at, floor, to);
        if (source.distance === 0) continue;
        sequence(literals, before, source);
        literals = at;
      }
      sequence(literals, to, { length: 0, distance: 0 });
    }
    new DataView(out.buffer).setUint32(word, size - word - 4 + (how === 1 ? 2 ** 31 : 0), true);
  }
  if (size !== out.length) refuseDecisions('it becomes shorter than it was');
  source.finish();
  return out;
}

/** One token of a block that was read. */
type OnToken = (at: number, length: number, distance: number) => void;

function readBlock(
  block: Uint8Array,
  text: Uint8Array,
  [from, to, floor]: readonly [number, number, number],
  tell: OnToken,
): void {
  let at = 0;
  let size = from;
  const byte = (): number => block[at++] ?? refuseOldPart('a block is cut short');
  const longer = (short: number): number => {
    if (short < 15) return short;
    let length = 15;
    for (;;) {
      const more = byte();
      length += more;
      if (more < 255) return length;
    }
  };
  for (;;) {
    const token = byte();
    for (let left = longer(token >> 4); left > 0; left--) {
      if (size === to) refuseOldPart('a block unpacks to more than it should');
      text[size] = byte();
      tell(size++, 0, 0);
    }
    if (at === block.length) break;
    const distance = byte() + 256 * byte();
    const length = longer(token & 15) + 4;
    if (distance === 0 || size - distance < floor || size + length > to) refuseOldPart('a match that cannot be');
    for (let i = 0; i < length; i++) text[size + i] = text[size + i - distance] ?? 0;
    tell(size, length, distance);
    size += length;
  }
  if (size !== to) refuseOldPart('a block unpacks to less than it should');
}

/** Text and decisions of a part. Throws a DeltaError with code 24. */
export function unpackLz4(
  packed: Uint8Array,
  part: Lz4Place,
): { readonly text: Uint8Array; readonly decisions: Uint8Array } {
  const text = new Uint8Array(part.textLength);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const blocks: { readonly stored: boolean; readonly bytes: Uint8Array }[] = [];
  let at = 0;
  for (const place of blocksOf(text.length, part)) {
    if (at + 4 > packed.length) refuseOldPart('a block is missing');
    const word = view.getUint32(at, true);
    const [stored, length] = [word >= 2 ** 31, word % 2 ** 31];
    const bytes = packed.subarray(at + 4, at + 4 + length);
    if (bytes.length < length) refuseOldPart('a block is cut short');
    if (stored && length !== place[1] - place[0]) refuseOldPart('a stored block of another length');
    if (stored) text.set(bytes, place[0]);
    else readBlock(bytes, text, place, () => {});
    blocks.push({ stored, bytes });
    at += 4 + length;
  }
  if (at !== packed.length) refuseOldPart('there is something behind its blocks');
  if (part.decisionsLength === 0) return { text, decisions: new Uint8Array(0) };
  const decisions = blocks.map(({ stored }) => (stored ? 1 : 0));
  const predictor = new TokenPredictor(text, part);
  const sink = new ExceptionSink(predictor, decisions, text.length);
  // The prediction looks ahead, so all of the text is there before the tokens are gone through once more.
  for (const [index, place] of [...blocksOf(text.length, part)].entries()) {
    const [from, to, floor] = place;
    const block = blocks[index];
    predictor.beginBlock(floor, to);
    if (block === undefined || block.stored) predictor.pass(from, to);
    else readBlock(block.bytes, text, place, (where, length, distance) => sink.add(where, length, distance));
  }
  return { text, decisions: Uint8Array.from(decisions) };
}
