import { startsWith, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';

/** A part of a boot image, where it lies and its bytes. */
export interface BootPart {
  readonly name: 'kernel' | 'RAM disk' | 'second stage' | 'recovery dtbo' | 'device tree' | 'signature';
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The header of an Android boot image and the parts it names; addresses are of the device's memory. */
export interface BootImage {
  /** 0 to 4; images with Qualcomm's device tree table have `0 with device tree`. */
  readonly version: string;
  readonly pageSize: number;
  readonly commandLine: string;
  readonly name: string;
  readonly osVersion: string;
  readonly addresses: ReadonlyMap<string, number>;
  /** The header's own checksum field, in hex. */
  readonly id: string;
  readonly parts: readonly BootPart[];
  /** Bytes behind the last part that are not all zero: an appended signature, say. */
  readonly trailing: Uint8Array;
  readonly notes: readonly string[];
}

/** Whether the magic of an Android boot image stands at the start. */
export function isBootImage(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'ANDROID!');
}

/** Reads a boot image of header version 0 to 4. Throws FormatError when its header is nonsense; a part that is cut short is noted. */
export function readBootImage(bytes: Uint8Array): BootImage {
  if (!isBootImage(bytes)) throw new FormatError('no boot image magic');
  const view = viewOf(bytes, true);
  const version = view.u32(40);
  return version === 3 || version === 4 ? readNew(bytes, version) : readOld(bytes, version);
}

function readOld(bytes: Uint8Array, stated: number): BootImage {
  const view = viewOf(bytes, true);
  const pageSize = view.u32(36);
  checkPage(pageSize);
  // before versions existed, Qualcomm kept the size of its device tree table in the version's field
  const qualcommTree = stated > 4 ? stated : 0;
  const version = stated > 4 ? 0 : stated;
  const sizes: (readonly [BootPart['name'], number])[] = [
    ['kernel', view.u32(8)],
    ['RAM disk', view.u32(16)],
    ['second stage', view.u32(24)],
  ];
  if (version >= 1) sizes.push(['recovery dtbo', view.u32(1632)]);
  if (version >= 2) sizes.push(['device tree', view.u32(1648)]);
  if (qualcommTree > 0) sizes.push(['device tree', qualcommTree]);
  const addresses = new Map([
    ['kernel', view.u32(12)],
    ['RAM disk', view.u32(20)],
    ['second stage', view.u32(28)],
    ['tags', view.u32(32)],
  ]);
  if (version >= 2) addresses.set('device tree', view.u64(1652));
  return {
    version: qualcommTree > 0 ? '0 with device tree' : String(version),
    pageSize,
    commandLine: `${view.text(64, 512)}${view.text(608, 1024)}`,
    name: view.text(48, 16),
    osVersion: showOsVersion(view.u32(44)),
    addresses,
    id: hex(view.slice(576, 32)),
    ...layOut(bytes, pageSize, pageSize, sizes),
  };
}

function readNew(bytes: Uint8Array, version: 3 | 4): BootImage {
  const view = viewOf(bytes, true);
  const sizes: (readonly [BootPart['name'], number])[] = [
    ['kernel', view.u32(8)],
    ['RAM disk', view.u32(12)],
  ];
  if (version === 4) sizes.push(['signature', view.u32(1580)]);
  return {
    version: String(version),
    pageSize: 4096,
    commandLine: view.text(44, 1536),
    name: '',
    osVersion: showOsVersion(view.u32(16)),
    addresses: new Map(),
    id: '',
    ...layOut(bytes, 4096, 4096, sizes),
  };
}

function checkPage(size: number): void {
  if (size < 512) throw new FormatError(`a page size of ${size} bytes is too small`);
  if (size > 1024 * 1024 || (size & (size - 1)) !== 0) throw new FormatError(`a page size of ${size} bytes cannot be`);
}

function layOut(
  bytes: Uint8Array,
  start: number,
  pageSize: number,
  sizes: readonly (readonly [BootPart['name'], number])[],
): Pick<BootImage, 'parts' | 'trailing' | 'notes'> {
  const parts: BootPart[] = [];
  const notes: string[] = [];
  let at = start;
  for (const [name, size] of sizes) {
    if (size === 0) continue;
    const end = at + size;
    if (end > bytes.length) {
      notes.push(`the ${name} is cut short: ${size} bytes at ${at} are promised, the file ends at ${bytes.length}`);
      at = bytes.length;
      break;
    }
    parts.push({ name, offset: at, bytes: bytes.subarray(at, end) });
    at = Math.ceil(end / pageSize) * pageSize;
  }
  const rest = bytes.subarray(Math.min(at, bytes.length));
  return { parts, notes, trailing: rest.every((byte) => byte === 0) ? new Uint8Array() : rest };
}

/** Android release and patch month as mkbootimg packs them: 7 bits each of a.b.c, then year since 2000 and month. */
function showOsVersion(packed: number): string {
  if (packed === 0) return '';
  const release = packed >>> 11;
  const year = ((packed >>> 4) & 0x7f) + 2000;
  const month = packed & 0xf;
  return `${release >> 14}.${(release >> 7) & 0x7f}.${release & 0x7f}, patch level ${year}-${String(month).padStart(2, '0')}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
