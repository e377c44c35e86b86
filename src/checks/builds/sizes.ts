import type { Finding } from '../../model/finding.js';
import { inSystem, sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import { statedSize } from '../../model/stated-sizes.js';
import { type BuildCheck, isTouched, sameContent } from './facts.js';

const boot = sdx6x.bootImage;

/** Free space that the note asks for in the root file system. */
const systemReserve = 20_000_000;

/** The boot image against its partition's size: the smaller of what the builds say, for the module has been made for the source. */
export const checkBootSize: BuildCheck = (facts) => {
  const image = facts.target.entries.get(boot);
  const room = statedSize([facts.target, facts.source], 'boot');
  if (room === undefined || image?.kind !== 'file' || image.content.size <= room.bytes || !isTouched(facts, boot))
    return [];
  return [
    {
      severity: 'error',
      code: 'boot-too-large',
      place: { file: facts.target.origin, entry: boot },
      message: 'the boot image is larger than its partition',
      found: `${image.content.size} bytes`,
      expected: `at most ${room.bytes} bytes (${room.by})`,
      remedy: 'make the kernel smaller, or correct the size that is stated if the partition is larger',
    },
  ];
};

/** The images that the multifota list maps against the sizes of their partitions, where a build states them. */
export const checkImageSizes: BuildCheck = ({ source, target, rules, parts }) =>
  (parts.has('minor') ? rules.images : []).flatMap(({ image, partition }): Finding[] => {
    const [before, after] = [source.entries.get(image), target.entries.get(image)];
    const room = statedSize([target, source], partition);
    if (room === undefined || after?.kind !== 'file' || after.content.size <= room.bytes) return [];
    if (sameContent(before, after)) return [];
    return [
      {
        severity: 'error',
        code: 'image-too-large',
        place: { file: target.origin, entry: displayName(image) },
        message: `the image is larger than its partition ${displayName(partition)}`,
        found: `${after.content.size} bytes`,
        expected: `at most ${room.bytes} bytes (${room.by})`,
        remedy: 'make the image smaller, or correct the size that is stated if the partition is larger',
      },
    ];
  });

/** Smallest and largest erase block of flash that such modules may have. */
const eraseBlocks = [512, 16 * 2 ** 20] as const;

/** A block size that no flash has. Nothing goes by it, but who wrote it may have meant something. */
export const checkBlockSize: BuildCheck = ({ source, target }) =>
  [source, target].flatMap(({ origin, misc: { blockSize } }): Finding[] => {
    if (blockSize === undefined) return [];
    const [least, most] = eraseBlocks;
    if (blockSize >= least && blockSize <= most && Number.isInteger(Math.log2(blockSize))) return [];
    return [
      {
        severity: 'warning',
        code: 'block-size-unfit',
        place: { file: origin, entry: sdx6x.miscInfo },
        message: 'blocksize cannot be the erase block of a flash, and is not used',
        found: `${blockSize} (0x${blockSize.toString(16)})`,
        expected: `a power of two from ${least} to ${most}, such as 131072 or 262144`,
        remedy: 'correct it; another erase block than 256 KiB is told to the proof with --erase-block',
      },
    ];
  });

/** The root file system against its partition's size and the reserve that the note asks for. */
export const checkSystemSize: BuildCheck = ({ source, target, parts }) => {
  const stated = statedSize([target, source], 'system');
  if (stated === undefined || !(parts.has('l') || parts.has('m'))) return [];
  const room = stated.bytes;
  let bytes = 0;
  for (const [path, entry] of target.entries) {
    if (entry.kind === 'file' && inSystem(path)) bytes += entry.content.size;
  }
  if (bytes + systemReserve <= room) return [];
  const finding: Finding = {
    severity: 'warning',
    code: bytes > room ? 'system-too-large' : 'system-reserve',
    place: { file: target.origin, entry: sdx6x.system },
    message:
      bytes > room
        ? 'the files of the root file system are larger than its partition'
        : 'the files of the root file system leave less than 20 MB of its partition free',
    found: `${bytes} bytes before compression`,
    expected: `at most ${Math.max(room - systemReserve, 0)} bytes (${stated.by}, less 20 MB)`,
    remedy: 'UBIFS compresses, so it may still fit: look at "df /" on a module that runs the target',
  };
  return [finding];
};
