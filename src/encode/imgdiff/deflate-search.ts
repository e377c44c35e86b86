import { Buffer } from 'node:buffer';
import { deflateClassicInPieces } from '../deflate/classic.js';
import type { DeflateStream } from './deflate-streams.js';

/** Settings with which classic zlib makes a stream again; window, method and strategy are zlib's usual ones. */
export interface DeflateSettings {
  readonly level: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly memLevel: 8 | 9;
}

const allLevels = [9, 6, 1, 8, 7, 5, 4, 3, 2] as const;

/**
 * The settings with which classic zlib makes the stream `wanted` of its expanded bytes, byte for byte; undefined where
 * there are none, as for whatever GNU gzip, zopfli, 7-Zip or libdeflate made. node:zlib's bytes are others than
 * classic zlib's. A wrong setting mostly shows within the first block and costs next to nothing.
 *
 * Only the first `upTo` bytes of the stream are compared: deflating all of a kernel takes seconds, and whoever applies
 * the finished patch will see the rest. With no limit the answer is certain.
 */
export function findDeflateSettings(
  file: Uint8Array,
  stream: Omit<DeflateStream, 'release'>,
  upTo = Number.POSITIVE_INFINITY,
): DeflateSettings | undefined {
  const wanted = file.subarray(stream.start, stream.start + stream.length);
  const hint = allLevels.filter((level) => level === stream.levelHint);
  const levels = [...hint, ...allLevels.filter((other) => other !== stream.levelHint)];
  const choices = ([8, 9] as const).flatMap((memLevel) => levels.map((level) => ({ level, memLevel })));
  return stream.expanded((bytes) => choices.find((settings) => isMadeAgain(bytes, wanted, settings, upTo)));
}

function isMadeAgain(expanded: Uint8Array, wanted: Uint8Array, settings: DeflateSettings, upTo: number): boolean {
  let at = 0;
  let isSame = true;
  const isComplete = deflateClassicInPieces(expanded, settings, (made) => {
    isSame = Buffer.compare(made, wanted.subarray(at, at + made.length)) === 0;
    at += made.length;
    return isSame && at < upTo;
  });
  return isSame && (at >= upTo || (isComplete && at === wanted.length));
}
