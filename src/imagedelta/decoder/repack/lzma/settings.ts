/** Parameters of parts that are packed by LZMA: docs/formats/image-repack.md, sections 10 and 11. */
import { refuseCodec } from '../refuse.js';
import type { BranchFilter } from './branch-filters.js';
import { hashEntries } from './match-finder.js';
import { places, propertiesOf } from './model.js';
import type { Lzma2Place, LzmaPlace, LzmaSettings } from './place.js';
import type { PlannerSettings } from './planner.js';

/** Parameters of both codecs are as long. */
export const lzmaParametersLength = 10;

const flags = { predicted: 1, late: 2, endMark: 4 } as const;
const filters: readonly BranchFilter[] = [0, 7, 8, 10];

function readPacker(view: DataView, at: number, known: number): PlannerSettings | undefined {
  const said = view.getUint8(at);
  if ((said & ~known) !== 0) refuseCodec(`flags ${said}`);
  const [nice, depth] = [view.getUint16(at + 2, true), view.getUint16(at + 4, true)];
  const dictionary = view.getUint32(at + 6, true);
  if ((said & flags.predicted) === 0) {
    if ((said & flags.late) !== 0 || nice !== 0 || depth !== 0 || dictionary !== 0)
      refuseCodec('settings without a prediction');
    return undefined;
  }
  if (nice < 5 || nice > 273) refuseCodec(`nice ${nice}`);
  if (depth < 1 || depth > 4096) refuseCodec(`depth ${depth}`);
  if (dictionary < 4096 || dictionary > 2 ** 30) refuseCodec(`a dictionary of ${dictionary} bytes`);
  return { nice, depth, dictionary, late: (said & flags.late) !== 0 };
}

/** The parameters of an LZMA stream at a place. Throws a DeltaError with code 23. */
export function readLzmaSettings(view: DataView, at: number): Pick<LzmaPlace, 'packer' | 'properties' | 'endMark'> {
  const byte = view.getUint8(at + 1);
  return {
    packer: readPacker(view, at, flags.predicted | flags.late | flags.endMark),
    properties: propertiesOf(byte) ?? refuseCodec(`properties ${byte}`),
    endMark: (view.getUint8(at) & flags.endMark) !== 0,
  };
}

/** The same of LZMA2 data. */
export function readLzma2Settings(view: DataView, at: number): Pick<Lzma2Place, 'packer' | 'filter'> {
  const number = view.getUint8(at + 1);
  return {
    packer: readPacker(view, at, flags.predicted | flags.late),
    filter: filters.find((filter) => filter === number) ?? refuseCodec(`filter ${number}`),
  };
}

/** What plans and the matches of places ahead take at most. */
const planBytes = 2 ** 23;

/** Memory that unpacking or packing takes, as section 8 counts it. */
export function lzmaBytesOf(
  part: LzmaSettings & Partial<Pick<LzmaPlace, 'properties'> & Pick<Lzma2Place, 'filter'>>,
): number {
  const { packer, textLength, properties, filter = 0 } = part;
  const contexts = properties === undefined ? 4 : properties.lc + properties.lp;
  const model = 8192 + 2 * (places.literal + (0x300 << contexts)) + (filter === 0 ? 0 : textLength);
  if (packer === undefined) return model;
  const { dictionary } = packer;
  return model + planBytes + 4 * (66_560 + hashEntries(dictionary)) + 8 * (Math.min(dictionary, textLength) + 1);
}
