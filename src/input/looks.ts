import { readBootImage } from '../formats/boot/header.js';
import { fileKind, headLength } from '../formats/file-kind.js';
import { isModemName, readModemImage } from '../formats/modem/image.js';
import type { Build, BuildContent, Entry, OpenBuild } from '../model/build.js';
import { discard } from '../model/discard.js';
import { sdx6x } from '../model/layout.js';
import { largestLookedIntoBytes } from '../model/limits/input.js';
import { isProgramPath, type Look, type Looks } from '../model/look.js';
import { type BuildPath, isWithin } from '../model/path.js';
import { attempt, lookAtElf, lookAtProgram } from './look-at-program.js';
import { readHead } from './zip/head.js';

function bootFault(bytes: Uint8Array): string | undefined {
  return attempt(() => {
    const image = readBootImage(bytes);
    if (image.notes.length > 0) return image.notes.join('; ');
    if (bytes.length < image.pageSize) return `its header of ${image.pageSize} bytes is cut short`;
    return image.parts.some(({ name }) => name === 'kernel') ? undefined : 'it has no kernel';
  });
}

/** A look at a boot image; `before` is the source's, of which a copy may have been cut off. */
export function lookAtBoot(bytes: Uint8Array, before?: Uint8Array): Look {
  const kind = fileKind(bytes.subarray(0, headLength), bytes.length);
  const size = bytes.length;
  const isStart = before !== undefined && size < before.length && size > 0 && equalStart(bytes, before);
  if (isStart)
    return { kind, size, fault: `it is the first ${size} of the ${before.length} bytes of the source's image` };
  if (kind !== 'boot') return { kind, size };
  return { kind, size, fault: bootFault(bytes) };
}

function equalStart(start: Uint8Array, whole: Uint8Array): boolean {
  return Buffer.compare(start, whole.subarray(0, start.length)) === 0;
}

/** A look at an image of a partition or of the modem: whether its segments have the digests that its table states. */
export function lookAtImage(bytes: Uint8Array): Look {
  const kind = fileKind(bytes.subarray(0, headLength), bytes.length);
  const look: Look = { kind, size: bytes.length };
  if (kind !== 'elf') return look;
  const { machine, fault: cut } = lookAtElf(bytes) ?? {};
  const fault = attempt(() => {
    const image = readModemImage(bytes);
    if (image.form === 'ELF header of a split image') return undefined;
    if (image.mismatched.length > 0) return `segments without the digest of its table: ${image.mismatched.join(', ')}`;
    return image.notes.length > 0 ? image.notes.join('; ') : cut;
  });
  return { ...look, machine, fault };
}

/** Whether a file outside of the folders of programs may be one, or a library: by its mode or its name. */
function mayBeProgram(entry: Entry): boolean {
  if (entry.kind !== 'file' || !isWithin(entry.path, sdx6x.system) || isWithin(entry.path, sdx6x.modem)) return false;
  return (entry.ownership.mode & 0o111) !== 0 || /\.so(?:\.[0-9.]+)?$/.test(entry.path);
}

/** Whether a file is an image by its place and name. */
export function isImagePath(path: BuildPath): boolean {
  return path.startsWith(`${sdx6x.minorImages}/`) || (path.startsWith(`${sdx6x.modem}/`) && isModemName(path));
}

/** Which files are looked into: all of them where not given. */
export type Wanted = (path: BuildPath) => boolean;

/** By the first bytes alone: a build has hundreds of programs, whose bytes were checked when it was opened. */
function lookAtHead(content: BuildContent, path: BuildPath, size: number): Look | undefined {
  const place = content.packed?.(path);
  const head = place && readHead(place, headLength);
  return head && lookAtProgram(head, size);
}

async function lookAtWhole(content: BuildContent, path: BuildPath): Promise<Look | undefined> {
  const bytes = await content.read(path);
  const look = lookAtProgram(bytes);
  discard(bytes);
  return look;
}

/** Looks into the boot image, the updater, programs and images of a build; each is read once. Throws InputError when the input changed. */
export async function lookInto(
  { build, content }: OpenBuild,
  options: {
    readonly wanted?: Wanted | undefined;
    /** Files outside of the folders of programs that are looked at as programs too. */
    readonly more?: Wanted | undefined;
    readonly boot?: Look | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<Looks> {
  const programs = new Map<BuildPath, Look>();
  const images = new Map<BuildPath, Look>();
  let updater: Look | undefined;
  for (const [path, entry] of build.entries) {
    const what =
      path === sdx6x.updater
        ? 'updater'
        : isProgramPath(path)
          ? 'program'
          : isImagePath(path)
            ? 'image'
            : options.more?.(path) === true
              ? 'program'
              : undefined;
    if (entry.kind !== 'file' || what === undefined || entry.content.size > largestLookedIntoBytes) continue;
    if (what !== 'updater' && options.wanted?.(path) === false) continue;
    options.signal?.throwIfAborted();
    if (what === 'image') {
      const bytes = await content.read(path);
      images.set(path, lookAtImage(bytes));
      discard(bytes);
      continue;
    }
    const look = lookAtHead(content, path, entry.content.size) ?? (await lookAtWhole(content, path));
    if (look === undefined) continue;
    if (what === 'updater') updater = look;
    else programs.set(path, look);
  }
  return { boot: options.boot, updater, programs, images };
}

/** The looks into both builds. Of the source only what differs is read: the rest is the target's. */
export async function lookIntoBoth(
  source: OpenBuild,
  target: OpenBuild,
  signal: AbortSignal | undefined,
): Promise<{ readonly before: Looks; readonly after: Looks }> {
  const [from, to] = [await bootBytes(source), await bootBytes(target)];
  const [bootBefore, bootAfter] = [from && lookAtBoot(from), to && lookAtBoot(to, from)];
  const changed = (path: BuildPath): boolean => differs(source.build, target.build, path);
  // Of the images only those that changed are sent, so only they are looked into.
  const wanted: Wanted = (path) => !isImagePath(path) || changed(path);
  const programs = (path: BuildPath): boolean =>
    [source, target].some(({ build }) => {
      const entry = build.entries.get(path);
      return entry !== undefined && mayBeProgram(entry);
    });
  // Elsewhere only what changed is read: it is sent, or its mode was lost.
  const more: Wanted = (path) => changed(path) && programs(path);
  return {
    before: await lookInto(source, { boot: bootBefore, wanted: changed, more, signal }),
    after: await lookInto(target, { boot: bootAfter, wanted, more, signal }),
  };
}

function differs(a: Build, b: Build, path: BuildPath): boolean {
  const [one, other] = [a.entries.get(path), b.entries.get(path)];
  return one?.kind !== 'file' || other?.kind !== 'file' || one.content.sha1 !== other.content.sha1;
}

async function bootBytes({ build, content }: OpenBuild): Promise<Uint8Array | undefined> {
  return build.entries.get(sdx6x.bootImage)?.kind === 'file' ? content.read(sdx6x.bootImage) : undefined;
}
