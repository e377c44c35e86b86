/** Decides how a patch is cut and what its decoder may take, before anything is encoded. */

import type { EncodePlan } from '../../imagedelta/encoder/encode.js';
import { leastMemory, tablesFor } from '../../imagedelta/encoder/tables.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { ImageDeltaRepack, ImageDeltaRepackOutcome, RepackWay } from '../../model/image-delta.js';
import { largestDeltaImageBytes } from '../../model/limits.js';

/** What the device has, as far as the patch has to suit it. */
export interface DeltaTarget {
  /** Old and new image share the flash. */
  readonly inPlace?: boolean | undefined;
  /** Where the patch lies: in a file system, or in a partition of its own, which the backup area is part of; `fs` without it. */
  readonly layout?: 'fs' | 'fp' | undefined;
  /** Bytes of the backup area, where they are known. */
  readonly backupArea?: number | undefined;
  readonly flashBlock?: number | undefined;
  readonly writeSize?: number | undefined;
  readonly ram?: number | undefined;
  readonly segment?: number | undefined;
  readonly product?: string | undefined;
  readonly counter?: number | undefined;
  /** Bytes to keep for a signature. */
  readonly sign?: number | undefined;
  /** Packed parts of these kinds are compared unpacked: the device can write them. */
  readonly repack?: readonly RepackWay[] | undefined;
  /** Bytes of flash that the device has, beside its images, for both of them unpacked. */
  readonly scratch?: number | undefined;
}

const defaultRam = 16 * 1024;
const defaultBlock = 4096;
/** Costs 2 to 3 percent in place; a device without a need to resume often loses next to nothing by the longer ones. */
const defaultSegments = { inPlace: 65_536, apart: 1_048_576 } as const;

function within(option: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new UsageError({
    code: 'delta-option',
    message: `--${option} is outside of what an image delta can say`,
    found: `${value}`,
    expected: `${least} to ${most}`,
  });
}

/** How to encode for the device. Throws UsageError for values that the format cannot say, InputError for what does not fit. */
export function planDelta(target: DeltaTarget): EncodePlan {
  const inPlace = target.inPlace === true;
  const product = target.product ?? '';
  if (inPlace && (target.repack ?? []).length > 0) {
    throw new UsageError({
      code: 'delta-option',
      message: '--repack makes the new image in areas of their own, so it is not made in place',
      remedy: 'give one of the two; the last step of a patch over packed parts may write over the old image',
    });
  }
  const flashBlock = within('flash-block', target.flashBlock ?? defaultBlock, 1, largestDeltaImageBytes);
  within('product (in bytes of UTF-8)', Buffer.byteLength(product), 0, 64);
  const signatureLength = within('sign', target.sign ?? 0, 0, 1024);
  return {
    tables: tables(target.ram ?? defaultRam),
    segmentSize: segmentSize(target, flashBlock),
    inPlace,
    downwards: inPlace ? 'try' : false,
    counter: within('counter', target.counter ?? 0, 0, 2 ** 32 - 1),
    product,
    writeUnit: within('write-size', target.writeSize ?? 1, 1, 32),
    flashBlock,
    digests: signatureLength > 0,
    signatureLength,
  };
}

function tables(ram: number): EncodePlan['tables'] {
  const found = tablesFor(ram);
  if (found !== undefined) return found;
  throw new InputError({
    code: 'delta-plan',
    message: 'no decoder gets by with so little memory',
    found: `--ram ${ram}`,
    expected: `at least ${leastMemory} bytes`,
    remedy: `give --ram ${leastMemory} or more`,
  });
}

function segmentSize({ inPlace, layout, segment, backupArea }: DeltaTarget, block: number): number {
  if (inPlace !== true) return within('segment', segment ?? defaultSegments.apart, 1, largestDeltaImageBytes);
  const most = backupArea === undefined ? largestDeltaImageBytes : Math.floor(backupArea / block) * block;
  if (most < block) {
    throw new InputError({
      code: 'delta-plan',
      message: 'the backup area holds no block of the flash',
      found: `--backup-area ${backupArea}`,
      expected: `at least ${block} bytes, the size of a block; 65536 is a good size`,
      remedy: `give --backup-area ${block} or more`,
    });
  }
  const wanted = within(
    'segment',
    segment ?? Math.max(block, Math.floor(defaultSegments.inPlace / block) * block),
    1,
    largestDeltaImageBytes,
  );
  if (wanted % block !== 0) {
    throw new UsageError({
      code: 'delta-option',
      message: 'a segment must be whole blocks of the flash',
      found: `--segment ${wanted} with blocks of ${block} bytes`,
      expected: `a multiple of ${block}, such as ${Math.ceil(wanted / block) * block}`,
    });
  }
  if (segment === undefined) {
    // Patch and backup share a partition: half of it is left for the patch.
    const half = Math.max(block, Math.floor(most / 2 / block) * block);
    return Math.min(wanted, layout === 'fp' && backupArea !== undefined ? half : most);
  }
  if (wanted <= most) return wanted;
  throw new InputError({
    code: 'delta-plan',
    message: 'the backup area holds no segment',
    found: `--backup-area ${backupArea}`,
    expected: `${wanted} bytes, as --segment says`,
    remedy: `give --segment ${most}, which would fit, or a larger backup area`,
  });
}

/** Throws InputError when patch and backup area do not fit into the partition that both share. */
export function requireRoom(target: DeltaTarget, plan: EncodePlan, patchSize: number): void {
  const { layout, backupArea } = target;
  if (layout !== 'fp' || backupArea === undefined || !plan.inPlace) return;
  const block = plan.flashBlock;
  const patch = Math.ceil(patchSize / block) * block;
  const needed = patch + plan.segmentSize;
  if (needed <= backupArea) return;
  const room = Math.floor((backupArea - patch) / block) * block;
  throw new InputError({
    code: 'delta-plan',
    message: 'the partition does not hold the patch and the backup area',
    found: `${backupArea} bytes`,
    expected: `${needed} bytes: ${patch} for the patch, ${plan.segmentSize} for the backup`,
    remedy:
      room >= block
        ? `give --segment ${room}, which leaves room for a patch of about this size`
        : `give a partition of ${needed} bytes, or put the patch into the file system (--layout fs)`,
  });
}

/** Throws InputError when the device has not the flash to unpack both images. */
export function requireScratch(
  { scratch, repack = [] }: DeltaTarget,
  needed: ImageDeltaRepack | undefined,
  outcome: ImageDeltaRepackOutcome | undefined,
): void {
  if (scratch === undefined || needed === undefined || needed.scratchBytes <= scratch) return;
  const { scratchBytes, expandedOldSize, expandedNewSize } = needed;
  throw new InputError({
    code: 'delta-plan',
    message: 'the device has no room for both images unpacked',
    found: `--scratch ${scratch}`,
    expected: `${scratchBytes} bytes: ${expandedOldSize} for the old image and ${expandedNewSize} for the new one, in whole blocks`,
    remedy: `leave out --repack ${repack.join(',')}: the patch is then ${outcome?.plainSize ?? 0} bytes, not ${outcome?.repackedSize ?? 0}`,
  });
}
