/** The readers of packed parts, on both sides, and of the patches over them. */
import { deflateRawSync } from 'node:zlib';
import pako from 'pako';
import { DeltaError } from '../../../src/imagedelta/decoder/fault.js';
import { applyRepacked } from '../../../src/imagedelta/decoder/repack/apply-repacked.js';
import { packPart, unpackPart } from '../../../src/imagedelta/decoder/repack/expanded-image.js';
import type { PackedPlace } from '../../../src/imagedelta/decoder/repack/part.js';
import { encodeRepacked, expandPair } from '../../../src/imagedelta/repack/encode.js';
import { partOf, type RepackPart } from '../../../src/imagedelta/repack/expand.js';
import { parseDeflate } from '../../../src/imagedelta/repack/parse-deflate.js';
import { parseLz4 } from '../../../src/imagedelta/repack/parse-lz4.js';
import { placeOf, repackProofs } from '../../../src/usecases/image-delta/repack-proofs.js';
import { changeProgram, linkProgram, makeProgram } from '../../imagedelta/code-images.js';
import { plainPlan } from '../../imagedelta/vector-cases.js';
import { mendDelta } from './own-readers.js';
import type { FuzzReader } from './reader.js';
import { kept } from './samples.js';

const program = makeProgram('thumb', 23, 60);
const texts = [linkProgram(program), linkProgram(changeProgram(program, 24))] as const;
const [old, fresh] = [pako.gzip(texts[0], { level: 9 }), pako.gzip(texts[1], { level: 9 })];
const expanded = expandPair(old, fresh, ['deflate'], repackProofs);
const { patch } = encodeRepacked(old, fresh, expanded, plainPlan);

const legacy = { legacy: true, blockSize: 8 * 1024 * 1024, linked: false } as const;
const frame = { legacy: false, blockSize: 65_536, linked: true } as const;
const most = 2 ** 20;

/** Throws where the decoder does not bring back what was taken apart: all that can be read can be told. */
function mustComeBack(part: RepackPart | undefined, packed: Uint8Array): void {
  if (part === undefined) return;
  const bytes = packed.subarray(0, part.packedLength);
  if (!repackProofs.packs(bytes, part)) throw new Error('it is packed to something else');
  if (!repackProofs.unpacks(bytes, part)) throw new Error('it is unpacked to something else');
}

function deflatePart(bytes: Uint8Array): RepackPart | undefined {
  const stream = parseDeflate(bytes, { left: most });
  return stream === undefined || stream.text.length === 0 ? undefined : partOf({ codec: 'deflate', at: 0, stream });
}

function lz4Part(bytes: Uint8Array, how: typeof legacy | typeof frame): RepackPart | undefined {
  const stream = parseLz4(bytes, how, most);
  return stream === undefined ? undefined : partOf({ codec: 'lz4', at: 0, stream });
}

const raw = deflateRawSync(texts[0]);
const blocks = kept('plain.lz4-legacy').subarray(4);

/** A sound part, to whose text decisions are read. */
function sound(part: RepackPart | undefined): { readonly place: PackedPlace; readonly part: RepackPart } {
  if (part === undefined) throw new Error('the sample is no part');
  return { place: placeOf(part), part };
}

function decisionsReader(part: RepackPart | undefined): FuzzReader {
  const { place, part: told } = sound(part);
  return {
    read: (bytes) => packPart({ text: told.text, decisions: bytes }, place),
    throws: [DeltaError],
    samples: () => [told.decisions],
    words: ['\x06', '\x26', '\x3e', '\xff\xff\xff\xff', '\0', '\x01'],
  };
}

function oldPartReader(part: RepackPart | undefined, packed: Uint8Array): FuzzReader {
  const { place } = sound(part);
  return {
    read: (bytes) => unpackPart(bytes, place),
    throws: [DeltaError],
    samples: () => [packed.subarray(0, place.packedLength)],
  };
}

/** Readers by name. */
export const repackReaders = {
  'image-repack': {
    read: (bytes) => applyRepacked(old, bytes),
    throws: [DeltaError],
    samples: () => [patch],
    mend: mendDelta,
  },
  'repack-deflate': {
    read: (bytes) => mustComeBack(deflatePart(bytes), bytes),
    throws: [],
    samples: () => [
      raw,
      deflateRawSync(texts[1], { level: 1, memLevel: 1 }),
      deflateRawSync(texts[0], { strategy: 4 }),
    ],
  },
  'repack-lz4': {
    read: (bytes) => {
      mustComeBack(lz4Part(bytes, legacy), bytes);
      mustComeBack(lz4Part(bytes, frame), bytes);
    },
    throws: [],
    samples: () => [blocks],
  },
  'repack-old-deflate': oldPartReader(deflatePart(raw), raw),
  'repack-old-lz4': oldPartReader(lz4Part(blocks, legacy), blocks),
  'repack-decisions-deflate': decisionsReader(deflatePart(raw)),
  'repack-decisions-lz4': decisionsReader(lz4Part(blocks, legacy)),
} as const satisfies Readonly<Record<string, FuzzReader>>;
