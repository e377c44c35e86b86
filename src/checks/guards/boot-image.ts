import type { Build } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { FileKind } from '../../model/file-kind.js';
import { kindInWords } from '../../model/file-kind.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import type { Look } from '../../model/look.js';
import { displayName } from '../../model/path.js';
import { isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';

/** What no boot image is on any module. */
const never: ReadonlySet<FileKind> = new Set(['empty', 'zeros', 'erased', 'lfs-pointer', 'html']);

/** What of a fault tells it from another: a header of nonsense has as many faults as fields. */
function faultKind(fault: string): string {
  return /cut short|no kernel|too small/.exec(fault)?.[0] ?? 'nonsense';
}

/** Why a boot image cannot be one, held against the one that runs; `undefined` where nothing speaks against it. */
export function bootImageFault(after: Look, before: Look | undefined): string | undefined {
  const { kind, fault } = after;
  if (never.has(kind)) return kindInWords(kind);
  // A module whose running kernel is no Android image either has another boot loader: it knows, we do not.
  const known = before === undefined || before.kind === 'boot';
  if (kind !== 'boot') return known ? kindInWords(kind) : fault;
  // What is wrong with the running kernel in the same way is known to the module.
  const alike =
    before?.kind === 'boot' && before.fault !== undefined && faultKind(before.fault) === faultKind(fault ?? '');
  return alike && fault?.startsWith('it is the first ') !== true ? undefined : fault;
}

/** The finding for a boot image that is none, wherever it comes from. */
export function bootImageFindings(after: Look, before: Look | undefined, place: Place): readonly Finding[] {
  const found = bootImageFault(after, before);
  if (found === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'boot-image-unfit',
      place,
      message: 'this is no whole Android boot image: the module would not start',
      found: `${found} (${after.size} bytes)`,
      expected: 'a file that begins with ANDROID! and holds all the parts that its header names',
      remedy: 'put the boot image of the same build into BOOTABLE_IMAGES (sdxlemur-boot.img as boot.img)',
    },
  ];
}

/** A path that is spelled otherwise. */
function otherCase({ entries }: Build, path: string): string | undefined {
  for (const each of entries.keys())
    if (each !== path && each.toLowerCase() === path.toLowerCase()) return displayName(each);
  return undefined;
}

/** The boot image of the target: there, and one. */
export const guardBootImage: Guard = (facts) => {
  const { source, target, before, after } = facts;
  const path = sdx6x.bootImage;
  if (!isTouched(facts, path)) return [];
  const place = { file: target.origin, entry: path };
  if (after.boot !== undefined) return bootImageFindings(after.boot, before.boot, place);
  if (source.entries.get(path)?.kind !== 'file') return [];
  return [
    {
      severity: 'error',
      code: 'boot-image-gone',
      place,
      message: 'the target has no boot image although the source has one: the kernel would stay as it is',
      found: otherCase(target, path) ?? 'nothing',
      expected: 'the boot image of the same build',
      remedy: 'put sdxlemur-boot.img there as boot.img, or leave the kernel out: --parts lm',
    },
  ];
};
