/** Finds the settings of an LZMA packer, and tells a stream's decisions and parameters: docs/formats/image-repack.md, sections 10 and 11. */
import { openByteList } from '../bytes-list.js';
import { type LzmaDecisions, lzmaDecisions } from './lzma-decisions.js';
import type { PackerSettings } from './optimal-packer.js';
import type { LzmaStream } from './parse-lzma.js';
import { tableSize } from './tree-matches.js';
import { undoFilter } from './undo-filter.js';

/** What a part of the list says, and what stands for it in the expanded image. */
export interface ToldLzma {
  readonly text: Uint8Array;
  readonly decisions: Uint8Array;
  readonly exceptions: number;
  readonly parameters: Uint8Array;
  readonly packBytes: number;
}

/** Packers by how often they are met: liblzma's levels 6 to 9, the LZMA SDK, liblzma's extreme levels, and lower ones. */
const packers: readonly (readonly [nice: number, depth: number, late: boolean])[] = [
  [64, 48, false],
  [128, 80, true],
  [64, 48, true],
  [32, 32, true],
  [273, 512, false],
  [273, 152, true],
  [32, 32, false],
  [16, 24, false],
  [273, 152, false],
];

/** Text by which packers are compared. */
const sampleBytes = 65_536;
/** Decisions of an old part are worth their place from here on. */
const fewDecisions = 4096;

/** Whether all decisions are wanted, or only such as are many, or none. */
export type DecisionsWanted = 'all' | 'if many' | 'none';

/** The decisions of a stream by the packer that predicts its beginning best; `undefined` where a decoder would refuse. */
export function tellLzma(stream: LzmaStream, wanted: DecisionsWanted): ToldLzma | undefined {
  const { dictionary } = stream;
  let settings: PackerSettings | undefined;
  let sample: LzmaDecisions | undefined;
  for (const [nice, depth, late] of packers) {
    const tried: PackerSettings = { nice, depth, late, dictionary };
    const bytes = Math.min(sampleBytes, stream.text.length);
    const found = lzmaDecisions(stream, tried, { bytes, most: sample?.exceptions });
    if (found === undefined) continue;
    [settings, sample] = [tried, found];
    if (found.exceptions === 0) break;
  }
  const none = { bytes: new Uint8Array(0), exceptions: 0 };
  const isEnough = wanted === 'none' || (wanted === 'if many' && sample?.exceptions === 0);
  const told = isEnough ? none : lzmaDecisions(stream, settings);
  if (told === undefined) return undefined;
  const { bytes, exceptions } = wanted === 'if many' && told.bytes.length <= fewDecisions ? none : told;
  return {
    text: undoFilter(stream.filter, stream.text),
    decisions: bytes,
    exceptions,
    parameters: parametersOf(stream, settings),
    packBytes: packBytesOf(stream, settings),
  };
}

function parametersOf(
  { container, chunks, endMark, filter }: LzmaStream,
  settings: PackerSettings | undefined,
): Uint8Array {
  const out = openByteList();
  out.u8((settings === undefined ? 0 : 1) | (settings?.late === true ? 2 : 0) | (endMark ? 4 : 0));
  out.u8(container === 'xz' ? filter : (chunks[0]?.properties?.packed ?? 0));
  out.u16(settings?.nice ?? 0);
  out.u16(settings?.depth ?? 0);
  out.u32(settings?.dictionary ?? 0);
  return out.bytes();
}

/** As section 8 counts it. */
function packBytesOf({ container, chunks, filter, text }: LzmaStream, settings: PackerSettings | undefined): number {
  const { lc = 4, lp = 0 } = container === 'xz' ? {} : (chunks[0]?.properties ?? {});
  const model = 8192 + 2 * (1860 + (0x300 << (lc + lp)));
  const filtered = filter === 0 ? 0 : text.length;
  if (settings === undefined) return model + filtered;
  const { dictionary } = settings;
  return (
    model + filtered + 2 ** 23 + 4 * (66_560 + tableSize(dictionary)) + 8 * (Math.min(dictionary, text.length) + 1)
  );
}
