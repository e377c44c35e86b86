/** A packed part as the header lists it: docs/formats/image-repack.md, sections 2, 4 to 6. */
import { DeltaError } from '../fault.js';

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

interface Common {
  readonly offset: number;
  readonly packedLength: number;
  readonly textLength: number;
  readonly decisionsLength: number;
  readonly prediction: Prediction;
}

/** A raw deflate stream, or blocks of lz4. */
export type PackedPlace =
  | (Common & { readonly codec: 'deflate' })
  | (Common & { readonly codec: 'lz4'; readonly blockSize: number; readonly linked: boolean });

const partLength = 20;
const predictionLength = 14;
const largestBlock = 8_388_608;

/** Memory that unpacking or packing the part takes, as section 8 counts it. */
export function packBytesOf({ codec, prediction }: PackedPlace): number {
  const window = codec === 'deflate' ? 32_768 : 65_536;
  return prediction.mode === 0 ? 8192 : 8192 + 4 * (1 << prediction.hashBits) + 4 * window;
}

function refuse(what: string): never {
  throw new DeltaError('codec', `a packed part is told in a way that is not known here: ${what}`);
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
  if (mode > 2) refuse(`mode ${mode}`);
  if (mode === 0 && Object.values(prediction).some((value) => value !== 0)) refuse('settings without a prediction');
  if (mode !== 0 && (hashBits < 8 || hashBits > 16)) refuse(`a hash of ${hashBits} bits`);
  if (chain > 4096) refuse(`chains of ${chain}`);
  if (farthest > longestDistance) refuse(`a distance of ${farthest}`);
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
  const wanted = codec === 1 ? predictionLength : predictionLength + 5;
  if (codec !== 1 && codec !== 2) refuse(`codec ${codec}`);
  if (length !== wanted) refuse(`${length} bytes of parameters for codec ${codec}`);
  const common: Common = {
    offset: view.getUint32(at, true),
    packedLength: view.getUint32(at + 4, true),
    textLength: view.getUint32(at + 8, true),
    decisionsLength: view.getUint32(at + 12, true),
    prediction: readPrediction(view, parameters, codec === 1 ? 32_768 : 65_535),
  };
  const size = partLength + length;
  if (codec === 1) return { part: { ...common, codec: 'deflate' }, size };
  const blockSize = view.getUint32(parameters + predictionLength, true);
  const flags = view.getUint8(parameters + predictionLength + 4);
  if (blockSize === 0 || blockSize > largestBlock) refuse(`blocks of ${blockSize} bytes`);
  if (flags > 1) refuse(`flags ${flags}`);
  return { part: { ...common, codec: 'lz4', blockSize, linked: flags === 1 }, size };
}
