/** A packed part as the header lists it: docs/formats/image-repack.md, sections 2, 4 to 6. */
import { DeltaError } from '../fault.js';
import type { Lzma2Place, LzmaPlace } from './lzma/place.js';
import { lzmaBytesOf, lzmaParametersLength, readLzma2Settings, readLzmaSettings } from './lzma/settings.js';
import { refuseCodec } from './refuse.js';

/** Settings of the prediction. */
export interface Prediction {
  /** 0 none, 1 greedy, 2 lazy. */
  readonly mode: number;
  readonly hashBits: number;
  readonly good: number;
  readonly lazy: number;
  readonly nice: number;
  readonly chain: number;
  readonly farthest: number;
  readonly tooFar: number;
}

interface Listed {
  readonly offset: number;
  readonly packedLength: number;
  readonly textLength: number;
  readonly decisionsLength: number;
}

interface Common extends Listed {
  readonly prediction: Prediction;
}

/** A part whose tokens the matcher of section 4 predicts: a raw deflate stream, or blocks of lz4. */
export type MatchedPlace =
  | (Common & { readonly codec: 'deflate' })
  | (Common & { readonly codec: 'lz4'; readonly blockSize: number; readonly linked: boolean });

/** A raw deflate stream, blocks of lz4, an LZMA stream, or the LZMA2 data of a block of xz. */
export type PackedPlace =
  | MatchedPlace
  | (Listed & LzmaPlace & { readonly codec: 'lzma' })
  | (Listed & Lzma2Place & { readonly codec: 'xz' });

const partLength = 20;
const predictionLength = 14;
const largestBlock = 8_388_608;
/** By the number of the codec. */
const parametersLengths = [
  undefined,
  predictionLength,
  predictionLength + 5,
  lzmaParametersLength,
  lzmaParametersLength,
];

/** Memory that unpacking or packing the part takes, as section 8 counts it. */
export function packBytesOf(part: PackedPlace): number {
  if (part.codec === 'lzma' || part.codec === 'xz') return lzmaBytesOf(part);
  const { codec, prediction } = part;
  if (prediction.mode === 0) return 8192;
  const heads = 2 ** prediction.hashBits;
  return codec === 'deflate' ? 8192 + 2 * 2 * (heads + 32_768) : 8192 + 2 * 4 * (heads + 65_536);
}

function readPrediction(view: DataView, at: number, longestDistance: number): Prediction {
  const short = (index: number): number => view.getUint16(at + 2 + 2 * index, true);
  const prediction: Prediction = {
    mode: view.getUint8(at),
    hashBits: view.getUint8(at + 1),
    good: short(0),
    lazy: short(1),
    nice: short(2),
    chain: short(3),
    farthest: short(4),
    tooFar: short(5),
  };
  const { mode, hashBits, chain, farthest } = prediction;
  if (mode > 2) refuseCodec(`mode ${mode}`);
  if (mode === 0 && Object.values(prediction).some((value) => value !== 0))
    refuseCodec('settings without a prediction');
  if (mode !== 0 && (hashBits < 8 || hashBits > 16)) refuseCodec(`a hash of ${hashBits} bits`);
  if (chain > 4096) refuseCodec(`chains of ${chain}`);
  if (farthest > longestDistance) refuseCodec(`a distance of ${farthest}`);
  return prediction;
}

/** The part that stands there, and how many bytes it takes. Throws a DeltaError where it ends beyond `end`, or is not known. */
export function readPart(
  view: DataView,
  at: number,
  end: number,
): { readonly part: PackedPlace; readonly size: number } {
  const parameters = at + partLength;
  if (parameters > end)
    throw new DeltaError('value', 'the header says what cannot be: the lists of parts are cut short');
  const length = view.getUint8(at + 17);
  if (parameters + length > end)
    throw new DeltaError('value', 'the header says what cannot be: the lists of parts are cut short');
  if (view.getUint16(at + 18, true) !== 0)
    throw new DeltaError('value', 'the header says what cannot be: a field that must be 0');
  const codec = view.getUint8(at + 16);
  const wanted = parametersLengths[codec] ?? refuseCodec(`codec ${codec}`);
  if (length !== wanted) refuseCodec(`${length} bytes of parameters for codec ${codec}`);
  const listed: Listed = {
    offset: view.getUint32(at, true),
    packedLength: view.getUint32(at + 4, true),
    textLength: view.getUint32(at + 8, true),
    decisionsLength: view.getUint32(at + 12, true),
  };
  const size = partLength + length;
  if (codec === 3) return { part: { ...listed, ...readLzmaSettings(view, parameters), codec: 'lzma' }, size };
  if (codec === 4) return { part: { ...listed, ...readLzma2Settings(view, parameters), codec: 'xz' }, size };
  const common: Common = {
    ...listed,
    prediction: readPrediction(view, parameters, codec === 1 ? 32_768 : 65_535),
  };
  if (codec === 1) return { part: { ...common, codec: 'deflate' }, size };
  const blockSize = view.getUint32(parameters + predictionLength, true);
  const flags = view.getUint8(parameters + predictionLength + 4);
  if (blockSize === 0 || blockSize > largestBlock) refuseCodec(`blocks of ${blockSize} bytes`);
  if (flags > 1) refuseCodec(`flags ${flags}`);
  return { part: { ...common, codec: 'lz4', blockSize, linked: flags === 1 }, size };
}
