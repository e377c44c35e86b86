import { type BootImage, type BootPart, readBootImage } from '../../formats/boot/header.js';
import { type Kernel, readKernel } from '../../formats/boot/kernel.js';
import { bufferOf } from '../../formats/bytes/view.js';
import { isGzip, readGzip } from '../../formats/compression/gzip.js';
import { compressionAt } from '../../formats/compression/kind.js';
import { unpack } from '../../formats/compression/unpack.js';
import { isCpio, readCpio } from '../../formats/container/cpio.js';
import { FormatError } from '../../formats/format-error.js';
import { sha1Of, sha256Of } from '../../model/digest.js';
import type { Inner, InnerFact, InnerMember, InnerSize } from '../../model/inner.js';
import { largestRamDiskBytes } from '../../model/limits/audit.js';
import { compareBytes } from '../../model/path.js';
import { compressorFact } from './container.js';
import { compareSizes, differing, fact } from './fields.js';
import { compareMembers, type Look } from './member.js';

const configShown = 150;

/** Compares two boot images: header, parts, kernel, RAM disk. One side may be missing. */
export function compareBootImages(before: Uint8Array | undefined, after: Uint8Array | undefined, look: Look): Inner {
  const old = before === undefined ? undefined : readBootImage(before);
  const now = after === undefined ? undefined : readBootImage(after);
  const kernel = compareKernels(old, now);
  const disk = compareRamDisks(old, now, look);
  return {
    kind: 'boot-image',
    summary: `Android boot image, header version ${(now ?? old)?.version ?? '?'}`,
    facts: [...headerFacts(old, now), ...digestFacts(old, now), ...kernel.facts, ...disk.facts],
    sizes: partSizes(old, now),
    members: disk.members,
    membersOmitted: disk.omitted === 0 ? undefined : disk.omitted,
    notes: [...new Set([...(old?.notes ?? []), ...(now?.notes ?? []), ...kernel.notes, ...disk.notes])],
  };
}

/** The release of the kernel in a boot image (`6.1.0-50-arm64`), for comparing with modules. `undefined` when it cannot be told. */
export function kernelRelease(image: Uint8Array): string | undefined {
  try {
    const kernel = partOf(readBootImage(image), 'kernel');
    return kernel === undefined ? undefined : readKernel(kernel.bytes).release;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function partOf(image: BootImage | undefined, name: BootPart['name']): BootPart | undefined {
  return image?.parts.find((part) => part.name === name);
}

function headerFacts(old: BootImage | undefined, now: BootImage | undefined): readonly InnerFact[] {
  const plain = (label: string, pick: (image: BootImage) => string): InnerFact => {
    const value = (image: BootImage | undefined): string | undefined =>
      image === undefined || pick(image) === '' ? undefined : pick(image);
    return fact(label, value(old), value(now));
  };
  const addresses = new Set([...(old?.addresses.keys() ?? []), ...(now?.addresses.keys() ?? [])]);
  return differing([
    plain('header version', (image) => image.version),
    plain('page size', (image) => String(image.pageSize)),
    plain('command line', (image) => image.commandLine),
    plain('name', (image) => image.name),
    plain('OS version', (image) => image.osVersion),
    ...[...addresses].map((name) =>
      plain(`${name} address`, (image) => {
        const address = image.addresses.get(name);
        return address === undefined ? '' : `0x${address.toString(16).padStart(8, '0')}`;
      }),
    ),
    plain('id', (image) => image.id),
    plain('bytes behind the last part', (image) => (image.trailing.length === 0 ? '' : String(image.trailing.length))),
  ]);
}

function digestFacts(old: BootImage | undefined, now: BootImage | undefined): readonly InnerFact[] {
  const names = new Set([...(old?.parts ?? []), ...(now?.parts ?? [])].map((part) => part.name));
  return differing(
    [...names].map((name) => {
      const was = partOf(old, name);
      const is = partOf(now, name);
      return fact(`${name} SHA-1`, was && sha1Of(was.bytes), is && sha1Of(is.bytes));
    }),
  );
}

function partSizes(old: BootImage | undefined, now: BootImage | undefined): readonly InnerSize[] {
  const sizes = (image: BootImage | undefined): ReadonlyMap<string, number> =>
    new Map((image?.parts ?? []).map((part) => [part.name, part.bytes.length]));
  return compareSizes(sizes(old), sizes(now));
}

interface KernelChange {
  readonly facts: readonly InnerFact[];
  readonly notes: readonly string[];
}

/** What was found last: the image of the recovery mostly has the kernel of the boot image. */
let lastCompared: { readonly parts: string; readonly change: KernelChange } | undefined;

function compareKernels(old: BootImage | undefined, now: BootImage | undefined): KernelChange {
  const oldPart = partOf(old, 'kernel');
  const nowPart = partOf(now, 'kernel');
  const parts = [oldPart, nowPart].map((part) => part && sha256Of(part.bytes)).join(' ');
  if (lastCompared?.parts !== parts) lastCompared = { parts, change: compareKernelParts(oldPart, nowPart) };
  return lastCompared.change;
}

function compareKernelParts(oldPart: BootPart | undefined, nowPart: BootPart | undefined): KernelChange {
  if (oldPart !== undefined && nowPart !== undefined && bufferOf(oldPart.bytes).equals(nowPart.bytes))
    return { facts: [], notes: [] };
  const was = oldPart && readKernel(oldPart.bytes);
  const is = nowPart && readKernel(nowPart.bytes);
  const plain = (label: string, pick: (kernel: Kernel) => string | undefined): InnerFact =>
    fact(label, was && pick(was), is && pick(is));
  const facts: InnerFact[] = [
    ...differing([
      plain('kernel form', (kernel) => kernel.form),
      plain('Linux banner', (kernel) => kernel.banner),
      plain('kernel unpacked bytes', (kernel) => kernel.stream && String(kernel.stream.bytes.length)),
      plain('device trees behind the kernel', (kernel) =>
        kernel.trees.length === 0
          ? undefined
          : kernel.trees.map((tree) => `${tree.length} bytes, ${sha1Of(tree)}`).join('; '),
      ),
    ]),
  ];
  if (was?.stream !== undefined || is?.stream !== undefined)
    facts.push(compressorFact('kernel compressor', was?.stream, is?.stream));
  const config = [was, is].every((kernel) => kernel?.open ?? true)
    ? compareConfigs(was?.config, is?.config)
    : { facts: [], notes: [] };
  return { facts: [...facts, ...config.facts], notes: [...(was?.notes ?? []), ...(is?.notes ?? []), ...config.notes] };
}

function compareConfigs(old: Kernel['config'], now: Kernel['config']): KernelChange {
  if (old === undefined && now === undefined) return { facts: [], notes: ['the kernel carries no configuration'] };
  if (old === undefined || now === undefined) {
    return { facts: [], notes: [`only the ${old === undefined ? 'new' : 'old'} kernel carries its configuration`] };
  }
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareBytes);
  const facts = differing(names.map((name) => fact(name, old.get(name), now.get(name))));
  const omitted = facts.length - configShown;
  return {
    facts: facts.slice(0, configShown),
    notes: omitted > 0 ? [`${omitted} more settings of the kernel configuration differ`] : [],
  };
}

interface RamDiskChange extends KernelChange {
  readonly members: readonly InnerMember[];
  readonly omitted: number;
}

function compareRamDisks(old: BootImage | undefined, now: BootImage | undefined, look: Look): RamDiskChange {
  const nothing: RamDiskChange = { facts: [], notes: [], members: [], omitted: 0 };
  const oldPart = partOf(old, 'RAM disk');
  const nowPart = partOf(now, 'RAM disk');
  if (oldPart === undefined && nowPart === undefined) return nothing;
  if (oldPart !== undefined && nowPart !== undefined && bufferOf(oldPart.bytes).equals(nowPart.bytes)) return nothing;
  const form = (part: BootPart | undefined): string | undefined =>
    part && (compressionAt(part.bytes) ?? (isCpio(part.bytes) ? 'cpio, not compressed' : 'not known'));
  const facts: InnerFact[] = [...differing([fact('RAM disk form', form(oldPart), form(nowPart))])];
  try {
    const stream = (part: BootPart | undefined) =>
      part !== undefined && isGzip(part.bytes) ? readGzip(part.bytes, largestRamDiskBytes) : undefined;
    const was = stream(oldPart);
    const is = stream(nowPart);
    if (was !== undefined || is !== undefined) facts.push(compressorFact('RAM disk compressor', was, is));
    if (oldPart === undefined || nowPart === undefined) return { ...nothing, facts };
    const plain = (part: BootPart, gzip: Uint8Array | undefined): Uint8Array =>
      gzip ?? (isCpio(part.bytes) ? part.bytes : unpack(part.bytes, largestRamDiskBytes));
    const change = compareMembers(readCpio(plain(oldPart, was?.bytes)), readCpio(plain(nowPart, is?.bytes)), look);
    return { facts, ...change };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { ...nothing, facts, notes: [`the RAM disk cannot be looked into: ${error.message}`] };
  }
}
