/** What is in an image delta, for people and for machines. */
import type {
  ImageDelta,
  ImageDeltaContents,
  ImageDeltaCost,
  ImageDeltaInfo,
  ImageDeltaPackedPart,
  ImageDeltaRepackOutcome,
} from '../model/image-delta.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';
import { tableLines } from './table.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const imageDeltaJsonVersion = 1;

const segmentsShown = 12;
const digitsShown = 16;

function json(format: string, content: object): Report {
  const document = { format, version: imageDeltaJsonVersion, ...content };
  return {
    text: `${JSON.stringify(document, undefined, 2)}
`,
    exitCode: 0,
  };
}

/** The patch as JSON. */
export function imageInfoJson(info: ImageDeltaContents): Report {
  return json('dfota-image-info', info);
}

/** What was made, as JSON. */
export function imageDeltaJson(made: ImageDelta): Report {
  return json('dfota-image-delta', made);
}

/** What was applied, as JSON. */
export function imageApplyJson(output: string, info: ImageDeltaInfo): Report {
  return json('dfota-image-apply', { output, info });
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} % of the new image)`;
}

/** Sizes, memory, flash and order. */
function overview(info: ImageDeltaInfo): readonly string[] {
  const { flash, ranges, segments } = info;
  const same = segments.filter((segment) => segment.same).length;
  const where = ranges.length === 0 ? '' : ` at ${ranges.map(({ address }) => `0x${address.toString(16)}`).join(', ')}`;
  const order = info.inPlace ? `in place, ${info.direction}` : 'two areas';
  const kept = info.signatureBytes === 0 ? '' : `, ${info.signatureBytes} bytes for a signature`;
  return [
    `  from     ${showSize(info.oldSize)} (${info.oldSize} bytes), SHA-256 ${info.oldSha256.slice(0, digitsShown)}…`,
    `  to       ${showSize(info.newSize)} (${info.newSize} bytes), SHA-256 ${info.newSha256.slice(0, digitsShown)}…`,
    `  for      ${info.product ?? 'any product'}, counter ${info.counter}${kept}`,
    `  read as  ${info.codeFormat === 'none' ? 'data' : info.codeFormat}${where}`,
    `  memory   ${info.ramBytes} bytes, ${info.modelBytes} of them for the model (${info.contexts} contexts)`,
    `  order    ${order}; ${showCount(segments.length, 'segment')} of ${info.segmentSize} bytes, ${same} of them as before`,
    `  flash    ${showCount(flash.erases, 'erase')} of ${flash.blockSize} bytes, ${showSize(flash.writtenBytes)} written in units of ${flash.writeUnit}` +
      `${flash.backupBytes === 0 ? '' : `, a backup area of ${flash.backupBytes} bytes`}, ${showCount(flash.journalRecords, 'record')} in the journal`,
    ...repackLines(info),
  ];
}

/** What a patch over packed parts needs, and its parts. */
function repackLines({ repack }: ImageDeltaInfo): readonly string[] {
  if (repack === undefined) return [];
  const { expandedOldSize, expandedNewSize, scratchBytes, packBytes, newParts } = repack;
  return [
    `  repack   ${showSize(scratchBytes)} of flash (${scratchBytes} bytes) for both images unpacked: ${expandedOldSize} and ${expandedNewSize} bytes; ${packBytes} bytes of memory to pack`,
    ...newParts.map(
      ({ codec, at, packedSize, textSize, decisionsSize }) =>
        `  unpacked ${codec} at ${at}, ${packedSize} bytes (${textSize} unpacked, and ${decisionsSize} of its packer's decisions)`,
    ),
  ];
}

/** What the bytes behind the header are for. */
function costLines(cost: ImageDeltaCost, covers: string): readonly string[] {
  const rows: readonly (readonly [string, number])[] = [
    [covers, cost.covers],
    ['new bytes', cost.literals],
    ['data that changed', cost.data],
    ['branches', cost.branches],
    ['pages and their low parts', cost.pages],
    ['pointers', cost.pointers],
  ];
  const all = rows.reduce((sum, [, bytes]) => sum + bytes, 0);
  const table = tableLines(
    [{ heading: 'what takes room' }, { heading: 'bytes', align: 'right' }],
    [...rows.filter(([, bytes]) => bytes > 0), ['all segments', all] as const].map(([name, bytes]) => [
      name,
      `${bytes}`,
    ]),
  );
  return table.map((line) => `  ${line}`);
}

/** An overview, the segments that take most, and what the content costs where it is known. */
export function imageInfoText(file: string, info: ImageDeltaContents): Report {
  const largest = info.segments.toSorted((a, b) => b.packed - a.packed || a.index - b.index).slice(0, segmentsShown);
  const table = tableLines(
    [
      { heading: 'segment', align: 'right' },
      { heading: 'at', align: 'right' },
      { heading: 'bytes', align: 'right' },
      { heading: 'packed', align: 'right' },
    ],
    largest.map(({ index, start, size, packed, same }) => [
      `${index}`,
      `${start}`,
      `${size}`,
      same ? 'as before' : `${packed}`,
    ]),
  );
  const lines = [
    `${file}: image delta of ${info.patchSize} bytes${percent(info.patchSize, info.newSize)}, ${info.headerSize} of them header`,
    ...overview(info),
    ...(info.segments.length > segmentsShown
      ? [`the largest ${segmentsShown} of ${info.segments.length} segments:`]
      : []),
    ...table.map((line) => `  ${line}`),
    ...(info.cost === undefined
      ? ['  what covers, new bytes, branches and pointers cost is told with the old image: --old']
      : costLines(info.cost, 'covers')),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

/** What a packed part costs beyond what it would, if the device could pack it again. */
function packedLine({
  compression,
  at,
  packedSize,
  unpackedSize,
  hasOld,
  costPacked,
  costUnpacked,
}: ImageDeltaPackedPart): string {
  const what = `  packed   ${compression} at ${at}, ${packedSize} bytes (${unpackedSize} unpacked)`;
  if (!hasOld) return `${what}: the old image has no such part`;
  const price = Math.max(0, costPacked - costUnpacked);
  return `${what}: compared packed, which takes ${price} bytes more (${costPacked} instead of ${costUnpacked})`;
}

/** What the whole patch would be with --repack, where that is not asked for. */
function hintLines({ info, packedParts, repacked }: ImageDelta): readonly string[] {
  const parts = packedParts.filter(
    ({ repack, costPacked, costUnpacked }) => repack !== undefined && costUnpacked < costPacked,
  );
  if (repacked !== undefined || info.inPlace || parts.length === 0) return [];
  const ways = [...new Set(parts.map(({ repack }) => repack))].sort();
  const gain = parts.reduce((sum, { costPacked, costUnpacked }) => sum + costPacked - costUnpacked, 0);
  return [
    `  --repack ${ways.join(',')}: about ${Math.max(0, info.patchSize - gain)} bytes, for a device with room for both images unpacked`,
  ];
}

/** What came of --repack. */
function outcomeLines(outcome: ImageDeltaRepackOutcome | undefined): readonly string[] {
  if (outcome === undefined) return [];
  const { used, plainSize, repackedSize, refused } = outcome;
  const said =
    repackedSize === undefined
      ? '  repack   no packed part of the new image that can be compared unpacked'
      : used
        ? `  repack   ${repackedSize} bytes in place of ${plainSize}`
        : `  repack   gives no smaller patch (${repackedSize} bytes): the images are compared as they are`;
  return [
    said,
    ...refused.map(
      ({ image, codec, at, packedSize }) =>
        `  packed   ${codec} at ${at} of the ${image} image, ${packedSize} bytes: not brought back to the same bytes, so compared packed`,
    ),
  ];
}

/** What was made, and what it is made of. */
export function imageDeltaText(made: ImageDelta): Report {
  const { output, info, cost, covers, packedParts, repacked } = made;
  const lines = [
    `${output}: ${showSize(info.patchSize)} (${info.patchSize} bytes)${percent(info.patchSize, info.newSize)}`,
    ...overview(info),
    ...outcomeLines(repacked),
    ...packedParts.map(packedLine),
    ...hintLines(made),
    ...costLines(cost, showCount(covers, 'cover')),
    '  proved: applied by another decoder, it makes the new image',
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

/** What was applied. */
export function imageApplyText(output: string, info: ImageDeltaInfo): Report {
  return {
    text: `${output}: ${showSize(info.newSize)} (${info.newSize} bytes), SHA-256 ${info.newSha256}\n`,
    exitCode: 0,
  };
}
