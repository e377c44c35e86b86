/** What the packer of blocks of lz4 has decided, as bytes: docs/formats/image-repack.md, section 6. */
import { openByteList } from './bytes-list.js';
import { type Decisions, mostWork } from './deflate-decisions.js';
import { openExceptions } from './exceptions.js';
import type { Lz4Stream } from './parse-lz4.js';
import { lz4Rules, type MatcherSettings, openPredictor } from './predictor.js';

/** The decisions of the blocks, told by this matcher; `undefined` where a decoder would refuse the work. */
export function lz4Decisions(stream: Lz4Stream, settings: MatcherSettings): Decisions | undefined {
  const { text, tokens, blockSize, linked, ends } = stream;
  const out = openByteList();
  for (const stored of stream.stored) out.u8(stored ? 1 : 0);
  const predictor = openPredictor(text, lz4Rules, settings);
  const writer = openExceptions(out, predictor, lz4Rules.shortest);
  const limit = mostWork(text.length);
  let index = 0;
  for (const [block, end] of ends.entries()) {
    let at = block * blockSize;
    const to = Math.min(text.length, at + blockSize);
    predictor.block(linked ? 0 : at, to);
    if (stream.stored[block] === true) {
      predictor.skip(at, to);
      continue;
    }
    for (; index < end; index++) {
      const [length = 0, distance = 0] = [tokens.lengths[index], tokens.distances[index]];
      writer.token(at, length, distance);
      at += distance === 0 ? 1 : length;
      if ((index & 4095) === 0 && predictor.work() > limit) return undefined;
    }
  }
  return predictor.work() > limit ? undefined : { bytes: out.bytes(), exceptions: writer.count() };
}
