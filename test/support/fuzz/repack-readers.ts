/** The readers of packed parts, on both sides, and of the patches over them. */
import { deflateRawSync } from 'node:zlib';
import pako from 'pako';
import { DeltaError } from '../../../src/imagedelta/decoder/fault.js';
import { applyRepacked } from '../../../src/imagedelta/decoder/repack/apply-repacked.js';
import { packPart, unpackPart } from '../../../src/imagedelta/decoder/repack/expanded-image.js';
import type { PackedPlace } from '../../../src/imagedelta/decoder/repack/part.js';
import { encodeRepacked, expandPair } from '../../../src/imagedelta/repack/encode.js';
import { partOf, type RepackPart } from '../../../src/imagedelta/repack/expand.js';
import { lzmaDecisions } from '../../../src/imagedelta/repack/lzma/lzma-decisions.js';
import { type LzmaStream, lzmaHeaderBytes, parseLzmaAlone } from '../../../src/imagedelta/repack/lzma/parse-lzma.js';
import { parseLzma2, parseXz } from '../../../src/imagedelta/repack/lzma/parse-xz.js';
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

/** The same of LZMA, whose last bytes may be others than a range coder writes: such a part is left packed. */
function mustBeTold(part: RepackPart | undefined, packed: Uint8Array): void {
  if (part === undefined) return;
  const bytes = packed.subarray(0, part.packedLength);
  repackProofs.packs(bytes, part);
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

const lzmaFile = kept('plain.lzma');
const xzFile = kept('plain.xz');
const fewBytes = 2 ** 16;

function lzmaPart(bytes: Uint8Array): RepackPart | undefined {
  const stream = parseLzmaAlone(bytes, { left: fewBytes });
  return stream && partOf({ codec: 'lzma', at: 0, stream });
}

function lzma2Part(bytes: Uint8Array): RepackPart | undefined {
  const stream = parseLzma2(bytes, 4096, { left: fewBytes });
  return stream === undefined || stream.text.length === 0 ? undefined : partOf({ codec: 'xz', at: 0, stream });
}

const [block] = parseXz(xzFile, { left: fewBytes });
if (block === undefined) throw new Error('the sample has no block');
const chunks = xzFile.subarray(block.at, block.at + block.stream.length);

/** Decisions with many exceptions: the packer that is to predict them is another one. */
function exceptionsReader(codec: 'lzma' | 'xz', stream: LzmaStream | undefined): FuzzReader {
  const packer = { nice: 8, depth: 2, late: true, dictionary: 4096 };
  const told = stream && lzmaDecisions(stream, packer);
  if (stream === undefined || told === undefined) throw new Error('the sample is no part');
  const parameters = Buffer.from([
    3,
    codec === 'xz' ? 0 : (stream.chunks[0]?.properties?.packed ?? 0),
    8,
    0,
    2,
    0,
    0,
    16,
    0,
    0,
  ]);
  if (stream.endMark) parameters[0] = 7;
  const { exceptions, bytes: decisions } = told;
  const from = { offset: 0, packedLength: stream.length, text: stream.text, decisions, exceptions, packBytes: 0 };
  const place = placeOf({ ...from, codec, parameters });
  packPart({ text: stream.text, decisions }, place);
  return {
    read: (bytes) => packPart({ text: stream.text, decisions: bytes }, place),
    throws: [DeltaError],
    samples: () => [decisions],
    words: ['\x06', '\x07', '\x01', '\xe0', '\x80', '\x01\0\0', '\xff\xff\xff\xff', '\0'],
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
  'repack-lzma': {
    read: (bytes) => mustBeTold(lzmaPart(bytes), bytes.subarray(lzmaHeaderBytes)),
    throws: [],
    samples: () => [lzmaFile],
  },
  'repack-lzma2': {
    read: (bytes) => mustBeTold(lzma2Part(bytes), bytes),
    throws: [],
    samples: () => [chunks],
  },
  'repack-xz': {
    read: (bytes) => parseXz(bytes, { left: fewBytes }),
    throws: [],
    samples: () => [xzFile],
  },
  'repack-old-lzma': oldPartReader(lzmaPart(lzmaFile), lzmaFile.subarray(lzmaHeaderBytes)),
  'repack-old-lzma2': oldPartReader(lzma2Part(chunks), chunks),
  'repack-decisions-lzma': exceptionsReader('lzma', parseLzmaAlone(lzmaFile, { left: fewBytes })),
  'repack-decisions-lzma2': exceptionsReader('xz', parseLzma2(chunks, 4096, { left: fewBytes })),
  'repack-old-deflate': oldPartReader(deflatePart(raw), raw),
  'repack-old-lz4': oldPartReader(lz4Part(blocks, legacy), blocks),
  'repack-decisions-deflate': decisionsReader(deflatePart(raw)),
  'repack-decisions-lz4': decisionsReader(lz4Part(blocks, legacy)),
} as const satisfies Readonly<Record<string, FuzzReader>>;
