/** Which files of a folder are raw images, by their names; which file is one, by its content. */

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Fault } from '../../model/errors.js';
import { sdx6x } from '../../model/layout.js';
import { compareBytes, displayName } from '../../model/path.js';
import { recogniseFile } from './image-tree.js';

/** The images of a folder. */
export interface RawImages {
  readonly system: string | undefined;
  readonly modem: string | undefined;
  readonly boot: string | undefined;
}

const patterns = {
  system: /sysfs\.(ubi|ubifs)$/i,
  modem: /^NON-HLOS\.(ubi|ubifs)$/i,
  boot: /boot\.img$/i,
} as const;

/** Which image a file is by its name; `undefined` for none. */
export function imageRole(name: string): keyof RawImages | undefined {
  for (const role of ['system', 'modem', 'boot'] as const) if (patterns[role].test(name)) return role;
  return undefined;
}

/** The images of a folder, and what is wrong where several could be one. */
export async function findImages(
  folder: string,
): Promise<{ readonly images: RawImages; readonly faults: readonly Fault[] }> {
  const found: Record<keyof RawImages, string[]> = { system: [], modem: [], boot: [] };
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory());
  for (const { name } of names.sort((a, b) => compareBytes(a.name, b.name))) {
    const role = imageRole(name);
    if (role !== undefined) found[role].push(name);
  }
  const faults: Fault[] = [];
  for (const role of ['system', 'modem', 'boot'] as const) {
    if (found[role].length > 1) {
      faults.push({
        code: 'raw-images-ambiguous',
        place: { file: folder },
        message: `several files could be the ${role} image`,
        found: found[role].map(displayName).join(', '),
        remedy: 'leave one of them in the folder',
      });
    }
  }
  const path = (role: keyof RawImages): string | undefined => {
    const [name] = found[role];
    return name === undefined ? undefined : join(folder, name);
  };
  return { images: { system: path('system'), modem: path('modem'), boot: path('boot') }, faults };
}

/** Whether a folder holds raw images rather than an unpacked targetfiles.zip. `false` for anything that is no folder. */
export async function isRawImageFolder(path: string): Promise<boolean> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    if (entries.some((entry) => entry.name === sdx6x.system)) return false;
    return entries.some((entry) => !entry.isDirectory() && imageRole(entry.name) !== undefined);
  } catch {
    return false;
  }
}

/** Whether a file is an UBI, UBIFS, squashfs or LittleFS image, or is called like one. `false` for anything that cannot be read. */
export async function isRawImageFile(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    const kind = await recogniseFile(path);
    return (
      kind === 'ubi' ||
      kind === 'ubifs' ||
      kind === 'squashfs' ||
      kind === 'littlefs' ||
      (kind !== 'zip' && /\.ubi(fs)?$/i.test(path))
    );
  } catch {
    return false;
  }
}

/** A single image as those of a folder. */
export function singleImage(path: string): RawImages {
  const role = imageRole(basename(path)) === 'modem' ? 'modem' : 'system';
  return { system: undefined, modem: undefined, boot: undefined, [role]: path };
}
