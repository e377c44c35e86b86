/** One LZMA stream, both ways: docs/formats/image-repack.md, section 10. */
import { newLzma } from '../../../../formats/compression/lzma.js';
import { FormatError } from '../../../../formats/format-error.js';
import { refuseDecisions, refuseOldPart } from '../refuse.js';
import { DecisionReader } from '../token-stream.js';
import { openChunkCoder } from './chunk-coder.js';
import { openTokenSink, openTokenSource } from './exceptions.js';
import { openModel } from './model.js';
import { openPackedTokens } from './packed-tokens.js';
import type { LzmaPlace } from './place.js';
import { openRangeWriter } from './range-writer.js';
import { writeEndMark } from './token-writer.js';

/** Text and decisions of a part. */
export interface LzmaUnpacked {
  readonly text: Uint8Array;
  /** None where the list has none. */
  readonly decisions: Uint8Array;
}

/** The part whose text and decisions these are. Throws a DeltaError with code 26. */
export function packLzma(text: Uint8Array, decisions: Uint8Array, part: LzmaPlace): Uint8Array {
  const coder = openChunkCoder(openModel(text), part.packer);
  coder.reset(3, part.properties);
  const out = openRangeWriter(part.packedLength, () => refuseDecisions('it becomes longer than it was'));
  const source = openTokenSource(coder.model, new DecisionReader(decisions));
  coder.write(source, out, text.length);
  source.finish();
  if (part.endMark) writeEndMark(out, coder.model);
  out.flush();
  if (out.written() !== part.packedLength) refuseDecisions('it becomes shorter than it was');
  return out.bytes();
}

/** Text and, where the list has them, decisions of a part. Throws a DeltaError with code 24. */
export function unpackLzma(packed: Uint8Array, part: LzmaPlace): LzmaUnpacked {
  const { lc, lp, pb } = part.properties;
  const tokens = openPackedTokens();
  const told = part.decisionsLength > 0;
  const text = readingOldPart(() => {
    const lzma = newLzma(part.textLength, told ? tokens.add : undefined);
    lzma.setProperties(lc + 9 * lp + 45 * pb, lc + lp);
    lzma.resetState();
    const used = lzma.decode(packed, part.endMark ? undefined : part.textLength);
    if (used !== packed.length) refuseOldPart('there is something behind its stream');
    return lzma.result();
  });
  if (text.length !== part.textLength) refuseOldPart(`${text.length} bytes of text, not ${part.textLength}`);
  if (!told) return { text, decisions: new Uint8Array(0) };
  const decisions: number[] = [];
  const coder = openChunkCoder(openModel(text), part.packer);
  coder.reset(3, part.properties);
  const sink = openTokenSink(decisions);
  for (let index = 0; index < tokens.count(); index++) coder.learn(sink, tokens.get(index));
  return { text, decisions: Uint8Array.from(decisions) };
}

/** What is wrong with the bytes of a part of the old image is refused as such. */
export function readingOldPart<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) refuseOldPart(error.message);
    throw error;
  }
}
