import { type FileHandle, open, stat } from 'node:fs/promises';
import { fromRandomAccessReaderPromise } from 'yauzl';
import { isBelowSystem } from '../../model/layout.js';
import { displayName, fromBytes } from '../../model/path.js';
import { BoundedReader } from './bounded-reader.js';

/** The latest date among the files of a zip, in the packer's own time zone, which zips do not tell. */
export interface NewestEntry {
  /** For people. */
  readonly entry: string;
  /** `2022-06-22,15:50`, in the form of a Package Time. */
  readonly time: string;
}

/** 1981-01-01: zips without dates have 1980. */
const firstYear = (1 << 25) + (1 << 21) + (1 << 16);

/** The newest file below SYSTEM; `undefined` for a folder, an unreadable zip, or one whose dates are all unset (1980). */
export async function newestEntry(path: string): Promise<NewestEntry | undefined> {
  let handle: FileHandle | undefined;
  try {
    // A pipe would wait for a writer.
    if (!(await stat(path)).isFile()) return undefined;
    handle = await open(path, 'r');
    const { size } = await handle.stat();
    const options = { autoClose: false, decodeStrings: false, validateEntrySizes: false };
    const zip = await fromRandomAccessReaderPromise(new BoundedReader(handle, size), size, options);
    let latest = 0;
    let entry = '';
    for await (const each of zip.eachEntry()) {
      const name = fromBytes(each.fileNameRaw);
      const stamp = each.lastModFileDate * 0x10000 + each.lastModFileTime;
      if (!isBelowSystem(name) || name.endsWith('/') || stamp <= latest) continue;
      latest = stamp;
      entry = displayName(name);
    }
    return latest < firstYear ? undefined : { entry, time: showStamp(latest) };
  } catch {
    // Whether the zip is sound is for openBuild to say.
    return undefined;
  } finally {
    await handle?.close();
  }
}

/** An MS-DOS date and time (date in the high half). */
function showStamp(stamp: number): string {
  const date = Math.floor(stamp / 0x10000);
  const time = stamp % 0x10000;
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day},${two(time >> 11)}:${two((time >> 5) & 63)}`;
}
