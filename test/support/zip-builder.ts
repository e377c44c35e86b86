import { Buffer } from 'node:buffer';
import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip under test. What is left out is made right; what is given is written as it is, lies included. */
export interface ZipEntrySpec {
  /** One unit a byte; a directory ends in `/`. */
  readonly name: string;
  readonly data?: Uint8Array;
  /** All of st_mode, type bits too. Left out: an entry made by MS-DOS, without a Unix mode. */
  readonly mode?: number;
  /** Stored instead of deflated. */
  readonly stored?: boolean;
  /** General purpose flags; bit 3 writes a data descriptor and zeros in the local header. */
  readonly flags?: number;
  /** Claims that differ from what is there. */
  readonly claimed?: {
    readonly crc32?: number;
    readonly size?: number;
    readonly compressedSize?: number;
    readonly method?: number;
    readonly localName?: string;
    readonly localOffset?: number;
  };
  /** Extra fields in the directory. */
  readonly extra?: Buffer | undefined;
  /** Writes sizes and offset into a zip64 extra field. */
  readonly zip64?: boolean;
}

/** The archive around the entries. */
export interface ZipSpec {
  readonly comment?: string;
  readonly disk?: number;
  /** Entry count of the end record, where it shall differ from the truth. */
  readonly count?: number;
  /** Bytes after the end record. */
  readonly trailing?: Uint8Array;
  /** Ends with a zip64 end record and locator. */
  readonly zip64?: boolean;
}

const fixedTime = 0;
const fixedDate = (2009 - 1980) * 512 + 1 * 32 + 1;

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** The bytes of a zip, right or wrong as told. */
export function buildZip(entries: readonly ZipEntrySpec[], zip: ZipSpec = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = entry.data ?? new Uint8Array(0);
    const stored = entry.stored ?? data.length === 0;
    const body = stored ? Buffer.from(data) : deflateRawSync(data);
    const claimed = entry.claimed ?? {};
    const flags = entry.flags ?? 0;
    const method = claimed.method ?? (stored ? 0 : 8);
    const sum = claimed.crc32 ?? crc32(data);
    const size = claimed.size ?? data.length;
    const packed = claimed.compressedSize ?? body.length;
    const name = Buffer.from(entry.name, 'latin1');
    const localName = Buffer.from(claimed.localName ?? entry.name, 'latin1');
    const described = (flags & 8) !== 0;
    const sums = described ? [u32(0), u32(0), u32(0)] : [u32(sum), u32(packed), u32(size)];
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      ...[20, flags, method, fixedTime, fixedDate].map(u16),
      ...sums,
      u16(localName.length),
      u16(0),
      localName,
      body,
      ...(described ? [Buffer.from('PK\x07\x08', 'latin1'), u32(sum), u32(packed), u32(size)] : []),
    ]);
    const at = claimed.localOffset ?? offset;
    const zip64 = entry.zip64 ? Buffer.concat([u16(1), u16(24), u64(size), u64(packed), u64(at)]) : Buffer.alloc(0);
    const extra = Buffer.concat([zip64, entry.extra ?? Buffer.alloc(0)]);
    const wide = (value: number) => u32(entry.zip64 ? 0xffffffff : value);
    central.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02', 'latin1'),
        ...[entry.mode === undefined ? 20 : 0x031e, 20, flags, method, fixedTime, fixedDate].map(u16),
        u32(sum),
        wide(packed),
        wide(size),
        ...[name.length, extra.length, 0, 0, 0].map(u16),
        u32(entry.mode === undefined ? (entry.name.endsWith('/') ? 0x10 : 0) : entry.mode * 0x10000),
        wide(at),
        name,
        extra,
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const comment = Buffer.from(zip.comment ?? '', 'latin1');
  const count = zip.count ?? entries.length;
  const end64 = Buffer.concat([
    Buffer.from('PK\x06\x06', 'latin1'),
    u64(44),
    u16(0x031e),
    u16(45),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(directory.length),
    u64(offset),
    Buffer.from('PK\x06\x07', 'latin1'),
    u32(0),
    u64(offset + directory.length),
    u32(1),
  ]);
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06', 'latin1'),
    ...[zip.disk ?? 0, zip.disk ?? 0].map(u16),
    ...[count, count].map((value) => u16(zip.zip64 ? 0xffff : value)),
    u32(zip.zip64 ? 0xffffffff : directory.length),
    u32(zip.zip64 ? 0xffffffff : offset),
    u16(comment.length),
    comment,
  ]);
  return Buffer.concat([...locals, directory, ...(zip.zip64 ? [end64] : []), end, zip.trailing ?? Buffer.alloc(0)]);
}
