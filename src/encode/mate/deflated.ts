import { inflateRawSync } from 'node:zlib';
import { type DeflateAgain, type DeflateParameters, deflateAgain } from '../../applypatch/index.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import { discard } from '../../model/discard.js';
import { pieceFor } from '../../model/large-bytes.js';
import { exact } from '../deflate/whole.js';

/** A raw deflate stream of a target, which its patch will make the device make again. */
export interface DeflatedStream {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expandedLength: number;
  readonly parameters: DeflateParameters;
}

/** What the decoder made of some bytes, known by their digest. */
export interface Deflated {
  readonly expanded: Sha256;
  readonly parameters: DeflateParameters;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the decoder makes of the expanded stream, whose bytes are given up: whether that is the stream again is for the proof to see. */
export function deflateExpanded({ bytes, expandedLength, parameters }: DeflatedStream): Deflated {
  const options = { chunkSize: pieceFor(expandedLength), maxOutputLength: expandedLength };
  const expanded = inflateRawSync(bytes, options);
  const digest = sha256Of(expanded);
  // Not more than a stream that did not shrink can take.
  const made = deflateAgain(expanded, parameters, 2 * expanded.length + 1024);
  discard(bytes, expanded);
  return { expanded: digest, parameters, bytes: exact(made) };
}

/** The decoder's own deflating, but for bytes of which it is known what comes of it. */
export function knownDeflate(known: readonly Deflated[]): DeflateAgain | undefined {
  if (known.length === 0) return undefined;
  return (bytes, parameters, maxSize) => {
    const digest = sha256Of(bytes);
    const found = known.find((one) => one.expanded === digest && isSame(one.parameters, parameters));
    return found !== undefined && found.bytes.length <= maxSize
      ? found.bytes
      : deflateAgain(bytes, parameters, maxSize);
  };
}

function isSame(a: DeflateParameters, b: DeflateParameters): boolean {
  return (
    a.level === b.level &&
    a.method === b.method &&
    a.windowBits === b.windowBits &&
    a.memLevel === b.memLevel &&
    a.strategy === b.strategy
  );
}
