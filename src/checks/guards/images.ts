import { kindInWords } from '../../model/file-kind.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import type { ImageRule } from '../../model/list-rules.js';
import type { Look } from '../../model/look.js';
import { baseName, displayName } from '../../model/path.js';
import { isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';

/** Partitions whose content the update itself reads or runs from, whatever the fstab says. */
const taken: Readonly<Record<string, string>> = {
  system: 'the root file system',
  modem: 'the file system of the modem',
  boot: 'the kernel, which is updated as BOOTABLE_IMAGES/boot.img',
  recovery: 'the recovery that carries out the update',
  recoveryfs: 'the root file system of the recovery',
  cache: 'the file system that the update keeps its state in',
  userdata: 'the file system of the user',
  usrdata: 'the file system of the user',
  persist: 'a file system of the module',
  multi_fota: 'the state of the update itself',
  fotarecovery: 'the recovery that carries out the update',
};

const fileSystems = new Set([
  'ubifs',
  'ubi',
  'ext2',
  'ext3',
  'ext4',
  'squashfs',
  'yaffs2',
  'jffs2',
  'vfat',
  'f2fs',
  'erofs',
]);

/** What a partition holds that no image may replace; `undefined` where nothing speaks against it. */
function holds({ partition }: ImageRule, { target, source }: Parameters<Guard>[0]): string | undefined {
  const name = baseName(partition);
  const known = Object.hasOwn(taken, name) ? taken[name] : undefined;
  if (known !== undefined) return known;
  const row = [...target.partitions, ...source.partitions].find(
    ({ device, mountPoint }) => device === partition || baseName(device) === name || mountPoint === `/${name}`,
  );
  return row !== undefined && fileSystems.has(row.fileSystem.toLowerCase())
    ? `the file system ${row.mountPoint} (${row.fileSystem})`
    : undefined;
}

function mappedWrongly(rule: ImageRule, facts: Parameters<Guard>[0]): readonly Finding[] {
  const found = holds(rule, facts);
  if (found === undefined || !facts.target.entries.has(rule.image)) return [];
  return [
    {
      severity: 'error',
      code: 'image-partition-taken',
      place: { file: rule.at.file, line: rule.at.line },
      message: `the image ${displayName(rule.image)} would be written over the partition ${displayName(rule.partition)}`,
      found: `${displayName(rule.partition)} holds ${found}`,
      expected: 'a partition that holds nothing but this image, such as abl',
      remedy: 'name the partition that the image is for: cat /proc/mtd on the module',
    },
  ];
}

/** Why an image is not what its name says. */
function imageFault(path: string, look: Look): string | undefined {
  const name = baseName(path).toLowerCase();
  if (look.kind === 'elf') return look.fault;
  if (
    look.kind === 'empty' ||
    look.kind === 'lfs-pointer' ||
    look.kind === 'html' ||
    look.kind === 'zeros' ||
    look.kind === 'erased'
  )
    return kindInWords(look.kind);
  return name.endsWith('.elf') ? `${kindInWords(look.kind)}, not an ELF file` : undefined;
}

/** Images that are sent: to the right partition, and what their names say. */
export const guardImages: Guard = (facts) => {
  const mapped = facts.parts.has('minor') ? facts.rules.images : [];
  const findings = mapped.flatMap((rule) => [...mappedWrongly(rule, facts)]);
  const sent = new Set<string>(mapped.map(({ image }) => image));
  for (const [path, look] of facts.after.images) {
    if (!isTouched(facts, path) || (path.startsWith(`${sdx6x.minorImages}/`) && !sent.has(path))) continue;
    const found = imageFault(path, look);
    const before = facts.before.images.get(path);
    // What the source's image has as well, modules run with.
    if (found === undefined || (before !== undefined && imageFault(path, before) !== undefined)) continue;
    // Files of the modem may be parts of an image, or end before their last segment does: only what was whole before is told.
    if (!sent.has(path) && before?.kind !== 'elf') continue;
    findings.push({
      severity: 'error',
      code: 'image-unfit',
      place: { file: facts.target.origin, entry: displayName(path) },
      message: 'the image is not what its name says, or is damaged',
      found: `${found} (${look.size} bytes)`,
      expected: 'a whole image, with the digests that its own table states',
      remedy: 'take the image from the build that it belongs to again',
    });
  }
  return findings;
};
