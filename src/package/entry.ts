import { type Fault, InputError } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { largestFileBytes, largestFileInWords, largestPackageBytes, longestPackageNameBytes } from '../model/limits.js';
import { displayName, unsafeName } from '../model/path.js';

/** An entry of the package, already compressed: this stage stores what it is given. */
export interface PackageEntry {
  /** One unit a byte, all from 32 to 126: anything else makes the whole package unreadable to the device. */
  readonly name: string;
  readonly mode: 0o644 | 0o755;
  readonly method: 'stored' | 'deflated';
  /** The bytes as they stand in the package (raw deflate, or the content itself), or how to get them when it is their turn. */
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
  /** CRC-32 of the content. */
  readonly crc32: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes in the package, where those are known before the bytes themselves. */
  readonly packedSize?: number | undefined;
}

/** As many as fit without zip64, whose mark is 65,535 itself. */
export const mostEntries = 65_534;

/** What no size or offset of a zip without zip64 may reach. */
export const sizeLimit = 0xffff_ffff;

function nameFault(name: string): string | undefined {
  if (!/^[\x20-\x7e]*$/.test(name)) return 'bytes from 32 to 126 alone: the device refuses the whole package otherwise';
  if (name.length > longestPackageNameBytes) return `at most ${longestPackageNameBytes} bytes`;
  if (name.endsWith('/')) return 'the name of a file';
  if (unsafeName(name) !== undefined) return 'a relative name without empty, . and .. parts';
  if (name === sdx6x.bootableImages || name.startsWith(`${sdx6x.bootableImages}/`))
    return 'no name under BOOTABLE_IMAGES';
  return undefined;
}

/** Checks names, their uniqueness, and all sizes that are known before anything is written. Throws an InputError that lists every fault. */
export function checkEntries(entries: readonly PackageEntry[], place: string): void {
  const faults: Fault[] = [];
  if (entries.length > mostEntries) {
    faults.push({
      code: 'package-entries',
      place: { file: place },
      message: 'the package has too many entries for the device, which does not read zip64',
      found: String(entries.length),
      expected: `at most ${mostEntries}`,
      remedy: 'update in two steps, or fewer parts at a time',
    });
  }
  const seen = new Set<string>();
  let total = 0;
  for (const { name, size } of entries) {
    const at = { file: place, entry: displayName(name) };
    const expected = nameFault(name);
    if (expected !== undefined)
      faults.push({
        code: 'package-name',
        place: at,
        message: 'a package cannot hold an entry of this name',
        expected,
      });
    if (seen.has(name))
      faults.push({ code: 'package-duplicate', place: at, message: 'two entries have the same name' });
    seen.add(name);
    total += size;
    if (size > largestFileBytes) {
      faults.push({
        code: 'package-size',
        place: at,
        message: 'the entry is too large',
        found: `${size} bytes`,
        expected: largestFileInWords,
      });
    }
  }
  if (total > largestPackageBytes) {
    faults.push({
      code: 'package-size',
      place: { file: place },
      message: 'the entries of the package are too large together',
      found: `${total} bytes`,
      expected: `at most ${largestPackageBytes} bytes`,
    });
  }
  if (faults.length > 0) throw new InputError(faults);
}

/** The fault of a package of 4 GiB or more. */
export function tooLarge(place: string, size: number): Fault {
  return {
    code: 'package-size',
    place: { file: place },
    message: 'the package is too large for the device, which does not read zip64',
    found: `${size} bytes`,
    expected: `less than ${sizeLimit} bytes`,
  };
}

/** Bytes of the zip that holds these entries, headers included; for entries that do not say what they take, the most it can be. */
export function packageSize(entries: readonly PackageEntry[]): number {
  const localHeader = 30;
  const centralHeader = 46;
  const endRecord = 22;
  return entries.reduce(
    (sum, { name, bytes, size, packedSize }) =>
      sum +
      localHeader +
      centralHeader +
      2 * name.length +
      (typeof bytes === 'function' ? (packedSize ?? size) : bytes.length),
    endRecord,
  );
}
