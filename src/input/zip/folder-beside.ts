import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { mostFilesBeside, mostFoldersBeside } from '../../model/limits/input.js';
import {
  type BuildPath,
  displayName,
  fromBytes,
  fromText,
  toBuildPath,
  toBytes,
  unsafeName,
} from '../../model/path.js';

/** The folders beside the zip, and its own, that hold the same version of a build, unpacked. */
async function unpackedBeside(zip: string, version: string): Promise<readonly string[]> {
  const folder = dirname(zip);
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const same: string[] = [];
  for (const each of [folder, ...folders.sort()].slice(0, mostFoldersBeside)) {
    const bytes = await readFile(join(each, sdx6x.versionFile)).catch(() => undefined);
    if (bytes !== undefined && fromBytes(bytes) === version) same.push(each);
  }
  return same;
}

/** The files and links below SYSTEM of a folder; `undefined` as soon as one is not in the build: then the zip is not of this folder. */
async function filesIn(folder: string, build: Build): Promise<ReadonlySet<BuildPath> | undefined> {
  const found = new Set<BuildPath>();
  const waiting: string[] = [sdx6x.system];
  for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
    const at = Buffer.concat([Buffer.from(`${folder}/`, 'utf8'), toBytes(inside)]);
    for (const entry of await readdir(at, { withFileTypes: true, encoding: 'buffer' })) {
      const name = `${inside}/${fromBytes(entry.name)}`;
      if (unsafeName(name) !== undefined || found.size > mostFilesBeside) return undefined;
      if (entry.isDirectory()) waiting.push(name);
      else {
        const path = toBuildPath(name);
        if (!build.entries.has(path)) return undefined;
        found.add(path);
      }
    }
  }
  return found;
}

/**
 * Files that a zip has and the folder that it was made from no longer has: `zip -r` adds to a zip that is there, so what
 * was deleted from the folder comes back. Told only where the folder beside holds the same version and nothing else.
 */
export async function oldEntries(zip: string, build: Build): Promise<readonly Finding[]> {
  const version = build.projectVersion?.bytes;
  if (version === undefined) return [];
  try {
    if (!(await lstat(zip)).isFile()) return [];
    for (const folder of await unpackedBeside(zip, version)) {
      const present = await filesIn(folder, build);
      if (present === undefined) continue;
      const old = [...build.entries.values()].filter(
        ({ path, kind }) => kind !== 'directory' && path.startsWith(`${sdx6x.system}/`) && !present.has(path),
      );
      if (old.length === 0) return [];
      const shown = old.slice(0, 5).map(({ path }) => displayName(path));
      return [
        {
          severity: 'warning',
          code: 'entries-of-an-old-zip',
          place: { file: zip },
          message: `the zip has files that the folder ${displayName(fromText(folder))} beside it no longer has: they were probably deleted there`,
          found: `${shown.join(', ')}${old.length > shown.length ? ` and ${old.length - shown.length} more` : ''}`,
          remedy:
            'delete the old zip first, because zip adds to a zip that is there; then: zip -qry0 ../targetfiles.zip ./*',
        },
      ];
    }
    return [];
  } catch {
    // What lies beside the zip is nobody's input: it may be unreadable.
    return [];
  }
}
