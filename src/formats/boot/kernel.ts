import { Buffer } from 'node:buffer';
import { largestKernelBytes, largestKernelConfigBytes } from '../../model/limits/formats.js';
import { findAll, printableAt } from '../bytes/printable.js';
import { bufferOf, textOf } from '../bytes/view.js';
import { type GzipStream, isGzip, readGzip } from '../compression/gzip.js';
import { inflate } from '../compression/inflate.js';
import { type Compression, compressionAt } from '../compression/kind.js';
import { unpack } from '../compression/unpack.js';
import { FormatError } from '../format-error.js';

/** What a kernel says of itself. */
export interface Kernel {
  /** `gzip`, `self-extracting, gzip inside`, `not compressed` … */
  readonly form: string;
  /** The gzip stream, where there is one: for telling who made it. */
  readonly stream: GzipStream | undefined;
  /** `Linux version …`, the whole line. */
  readonly banner: string | undefined;
  /** `6.1.0-50-arm64`. */
  readonly release: string | undefined;
  /** CONFIG_ symbols to values, when the kernel carries its configuration. */
  readonly config: ReadonlyMap<string, string> | undefined;
  /** Flattened device trees found behind the kernel. */
  readonly trees: readonly Uint8Array[];
  /** Whether it could be unpacked, so that what is missing above is really missing. */
  readonly open: boolean;
  readonly notes: readonly string[];
}

/** Kernels by the buffer and the place they stand in: unpacking one takes seconds, and several ask for it. */
const known = new WeakMap<ArrayBufferLike, Map<number, Kernel>>();

/** Reads a kernel as it stands in a boot image: compressed, self-extracting, or plain. Never throws FormatError: faults are notes. */
export function readKernel(bytes: Uint8Array): Kernel {
  const inBuffer = known.get(bytes.buffer) ?? new Map<number, Kernel>();
  const kernel = inBuffer.get(bytes.byteOffset) ?? openAndRead(bytes);
  inBuffer.set(bytes.byteOffset, kernel);
  known.set(bytes.buffer, inBuffer);
  return kernel;
}

function openAndRead(bytes: Uint8Array): Kernel {
  const notes: string[] = [];
  const attempt = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      notes.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  const { form, plain, stream, end } = openKernel(bytes, attempt);
  if (plain === undefined) notes.push(`banner and configuration of the kernel are not known: ${form}`);
  const banner = plain && findBanner(plain);
  return {
    form,
    stream,
    banner,
    release: banner === undefined ? undefined : /^Linux version (\S+)/.exec(banner)?.[1],
    config: plain && attempt('the embedded configuration cannot be read', () => readConfig(plain)),
    trees: findTrees(bytes, end),
    open: plain !== undefined,
    notes,
  };
}

interface Opened {
  readonly form: string;
  readonly plain: Uint8Array | undefined;
  readonly stream: GzipStream | undefined;
  /** Where the kernel's own bytes end at the earliest. */
  readonly end: number;
}

type Attempt = <T>(what: string, read: () => T) => T | undefined;

/** A compressed kernel may hold a self-extracting one: whoever packed the boot image compressed it once more. */
function openKernel(bytes: Uint8Array, attempt: Attempt): Opened {
  const outer = compressionAt(bytes);
  if (outer === undefined) return openPlain(bytes);
  const stream =
    outer === 'gzip' ? attempt('the kernel cannot be unpacked', () => readGzip(bytes, largestKernelBytes)) : undefined;
  const plain =
    outer === 'gzip'
      ? stream?.bytes
      : attempt('the kernel cannot be unpacked', () => unpack(bytes, largestKernelBytes));
  const end = stream?.length ?? bytes.length;
  if (plain === undefined) return { form: outer, plain, stream, end };
  const inner = openPlain(plain);
  return { form: inner.form === plainForm ? outer : `${outer}, inside ${inner.form}`, plain: inner.plain, stream, end };
}

const plainForm = 'not compressed';

/** A plain kernel has its banner in the open; a self-extracting one has a compressed stream somewhere behind its loader. */
function openPlain(bytes: Uint8Array): Opened {
  if (findBanner(bytes) !== undefined) return { form: plainForm, plain: bytes, stream: undefined, end: 0 };
  for (const { at, kind } of embeddedStreams(bytes)) {
    const rest = bytes.subarray(at);
    try {
      const stream = kind === 'gzip' ? readGzip(rest, largestKernelBytes) : undefined;
      const plain = stream?.bytes ?? unpack(rest, largestKernelBytes);
      if (findBanner(plain) === undefined) continue;
      return { form: `self-extracting, ${kind} inside`, plain, stream, end: at + (stream?.length ?? 0) };
    } catch (error) {
      // a magic by chance
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return { form: 'not known', plain: undefined, stream: undefined, end: 0 };
}

/** Places where a compressed stream may begin; the few bytes of a magic occur by chance, so each is only a candidate. */
function embeddedStreams(bytes: Uint8Array): readonly { readonly at: number; readonly kind: Compression }[] {
  const candidates: (readonly [string, Compression])[] = [
    ['\x1f\x8b\x08\0', 'gzip'],
    ['\x28\xb5\x2f\xfd', 'zstd'],
    ['\x02\x21\x4c\x18', 'lz4-legacy'],
    ['\xfd7zXZ\0', 'xz'],
    ['\x5d\0\0\0', 'lzma'],
    ['\x89LZO\0\r\n', 'lzo'],
    ['BZh91AY&SY', 'bzip2'],
  ];
  return candidates
    .flatMap(([magic, kind]) => findAll(bytes, magic, 4).map((at) => ({ at, kind })))
    .sort((a, b) => a.at - b.at)
    .slice(0, 12);
}

function findBanner(bytes: Uint8Array): string | undefined {
  for (const at of findAll(bytes, 'Linux version ', 16)) {
    const line = printableAt(bytes, at, 512);
    if (/^Linux version \d/.test(line)) return line;
  }
  return undefined;
}

function readConfig(plain: Uint8Array): ReadonlyMap<string, string> | undefined {
  const at = findAll(plain, 'IKCFG_ST', 2).find((place) => isGzip(plain, place + 8));
  if (at === undefined) return undefined;
  const header = 10;
  const text = bufferOf(inflate(plain.subarray(at + 8 + header), largestKernelConfigBytes).bytes).toString('latin1');
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const set = /^(CONFIG_\w+)=(.*)$/.exec(line);
    const unset = /^# (CONFIG_\w+) is not set$/.exec(line);
    if (set?.[1] !== undefined) config.set(set[1], textOf(Buffer.from(set[2] ?? '', 'latin1')));
    else if (unset?.[1] !== undefined) config.set(unset[1], 'not set');
  }
  return config;
}

/** Device trees behind the kernel: each begins with its magic and its own size, big endian. */
function findTrees(bytes: Uint8Array, from: number): readonly Uint8Array[] {
  const trees: Uint8Array[] = [];
  const buffer = bufferOf(bytes);
  for (let at = buffer.indexOf('\xd0\x0d\xfe\xed', from, 'latin1'); at >= 0 && trees.length < 256; ) {
    const size = at + 40 <= bytes.length ? buffer.readUInt32BE(at + 4) : 0;
    const plausible = size >= 40 && at + size <= bytes.length && buffer.readUInt32BE(at + 20) <= 17;
    if (plausible) trees.push(bytes.subarray(at, at + size));
    at = buffer.indexOf('\xd0\x0d\xfe\xed', plausible ? at + size : at + 4, 'latin1');
  }
  return trees;
}
