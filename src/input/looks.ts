import { readBootImage } from '../formats/boot/header.js';
import { readElf } from '../formats/elf/image.js';
import { machineName } from '../formats/elf/names.js';
import { fileKind, headLength } from '../formats/file-kind.js';
import { FormatError } from '../formats/format-error.js';
import { isModemName, readModemImage } from '../formats/modem/image.js';
import type { Build, Entry, OpenBuild } from '../model/build.js';
import { sdx6x } from '../model/layout.js';
import { largestLookedIntoBytes } from '../model/limits/input.js';
import { isProgramPath, type Look, type Looks } from '../model/look.js';
import { type BuildPath, fromBytes, isWithin } from '../model/path.js';

/** What a reader says is wrong; other errors are faults of ours. */
function attempt(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

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

function lookAtElf(bytes: Uint8Array): Partial<Look> {
  let look: Partial<Look> = {};
  const fault = attempt(() => {
    const image = readElf(bytes);
    const end = Math.max(
      0,
      ...image.segments.map(({ type, offset, fileSize }) => (type === 1 ? offset + fileSize : 0)),
    );
    const named = image.segments.find(({ type }) => type === 3);
    const order = image.littleEndian ? '' : ', big-endian';
    look = { machine: `${machineName(image.machine)}${order}`, relocatable: image.type === 1 };
    if (end > bytes.length) return `it is cut off: ${bytes.length} of at least ${end} bytes`;
    if (named !== undefined)
      look = { ...look, interpreter: image.view.text(named.offset, Math.min(named.fileSize, 4096)) };
    return undefined;
  });
  return { ...look, fault };
}

/** The word after `#!`, as the kernel takes it: up to a blank or the end of the line, a carriage return included. */
function scriptInterpreter(bytes: Uint8Array): string | undefined {
  return /^#![ \t]*([^ \t\n\0]+)/.exec(fromBytes(bytes.subarray(0, 256)))?.[1];
}

/** A look at a program: what it is, of which machine, and what starts it. */
export function lookAtProgram(bytes: Uint8Array): Look {
  const kind = fileKind(bytes.subarray(0, headLength), bytes.length);
  const plain: Look = { kind, size: bytes.length };
  if (kind === 'elf') return { ...plain, ...lookAtElf(bytes) };
  return kind === 'script' ? { ...plain, interpreter: scriptInterpreter(bytes) } : plain;
}

/** A look at an image of a partition or of the modem: whether its segments have the digests that its table states. */
export function lookAtImage(bytes: Uint8Array): Look {
  const kind = fileKind(bytes.subarray(0, headLength), bytes.length);
  const look: Look = { kind, size: bytes.length };
  if (kind !== 'elf') return look;
  const { machine, fault: cut } = lookAtElf(bytes);
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
    const bytes = await content.read(path);
    if (what === 'updater') updater = lookAtProgram(bytes);
    else if (what === 'program') programs.set(path, lookAtProgram(bytes));
    else images.set(path, lookAtImage(bytes));
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
