/** Packs the boot image of a target again where the request says so, and says what came of it. */

import { FormatError } from '../../formats/format-error.js';
import { parseMiscInfo } from '../../input/metadata/misc-info.js';
import { parseRecoveryFstab } from '../../input/metadata/recovery-fstab.js';
import { InputError, type Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, fromBytes } from '../../model/path.js';
import { type StatedSize, statedSize } from '../../model/stated-sizes.js';
import type { Inputs } from './prepare-inputs.js';
import { type RecompressedBoot, recompressBoot } from './recompress-boot.js';

/** A boot image that was packed again, if anything in it was, and what is to be said of it. */
export interface PreparedBoot {
  readonly image: Uint8Array | undefined;
  readonly findings: readonly Finding[];
}

/** Packs the image again. Throws InputError for what is no whole boot image, and when the result does not fit the partition. */
export async function prepareBoot(image: Uint8Array, place: Place, { source }: Inputs): Promise<PreparedBoot> {
  const made = recompressed(image, place);
  if (made.parts.length === 0) {
    return {
      image: undefined,
      findings: [
        {
          severity: 'information',
          code: 'prepare-boot-as-it-is',
          place,
          message: 'nothing in the boot image was packed again: it holds no gzip member, or zlib has made all of them',
        },
      ],
    };
  }
  const room = await roomFor(source);
  if (room !== undefined && made.image.length > room.bytes) {
    throw new InputError({
      code: 'prepare-boot-too-large',
      place,
      message: 'the boot image does not fit its partition when it is packed again',
      found: `${made.image.length} bytes`,
      expected: `at most ${room.bytes} bytes (${room.by})`,
      remedy: 'leave --recompress out, or take something out of the kernel or the RAM disk',
    });
  }
  const sizes = made.parts.map(({ name, before, after }) => `${name} ${before} → ${after} bytes`).join(', ');
  const findings: Finding[] = [
    {
      severity: 'information',
      code: 'prepare-boot-repacked',
      place,
      message: 'the boot image was packed again with zlib, so that an update to it patches what is inside',
      found: sizes,
    },
  ];
  if (made.lostSignature) {
    findings.push({
      severity: 'warning',
      code: 'prepare-boot-signature',
      place,
      message:
        'the boot image had a signature, or something else behind its parts, which fits no more and was left out',
      remedy: 'sign the new image, or leave --recompress out where the boot loader checks signatures',
    });
  }
  return { image: made.image, findings };
}

function recompressed(image: Uint8Array, place: Place): RecompressedBoot {
  try {
    return recompressBoot(image);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new InputError({
      code: 'prepare-boot-unreadable',
      place,
      message: 'the boot image cannot be packed again',
      found: error.message,
      expected: 'an Android boot image whose gzip members are whole',
      remedy: 'leave --recompress out',
    });
  }
}

/** The size of the boot partition, where the source says so. */
async function roomFor(source: Inputs['source']): Promise<StatedSize | undefined> {
  const textOf = async (path: BuildPath): Promise<string | undefined> =>
    source.nodes.get(path)?.kind === 'file' ? fromBytes(await source.read(path)) : undefined;
  const info = await textOf(sdx6x.miscInfo);
  if (info === undefined) return undefined;
  const { misc } = parseMiscInfo(info, { file: source.origin, entry: sdx6x.miscInfo });
  for (const path of sdx6x.fstabs) {
    const table = await textOf(path);
    if (table === undefined) continue;
    const { partitions } = parseRecoveryFstab(table, misc.fstabVersion, { file: source.origin, entry: path });
    return statedSize([{ misc, partitions }], 'boot');
  }
  return statedSize([{ misc, partitions: [] }], 'boot');
}
