/** Reads the package databases of a build: those of opkg and of dpkg, where the firmware keeps them. */
import { FormatError } from '../../formats/format-error.js';
import { parseFileList, parseMd5Sums } from '../../formats/package-database/file-lists.js';
import { parseOsRelease } from '../../formats/package-database/os-release.js';
import { parseStanzas } from '../../formats/package-database/stanzas.js';
import { aboutOf, type PackageRecord, parseStatus } from '../../formats/package-database/status.js';
import type { OpenBuild } from '../../model/build.js';
import { InputError } from '../../model/errors.js';
import { sdx6x } from '../../model/layout.js';
import { largestPackageDatabaseBytes, mostInstalledPackages, mostListedPaths } from '../../model/limits/software.js';
import { type BuildPath, baseName, compareBytes, displayName, parentOf } from '../../model/path.js';
import { type RealPaths, realPaths } from '../../model/real-path.js';
import type { InstalledPackage, PackageManager, Software } from '../../model/software.js';

/** Folders of databases on the device: opkg of OpenWrt, of Yocto and of Entware, and dpkg. */
const databaseFolders: readonly (readonly [PackageManager, string])[] = [
  ['opkg', 'usr/lib/opkg'],
  ['opkg', 'var/lib/opkg'],
  ['opkg', 'opt/lib/opkg'],
  ['dpkg', 'var/lib/dpkg'],
];

/** The folders in words, for messages. */
export const databaseFoldersInWords = databaseFolders.map(([, folder]) => `${sdx6x.system}/${folder}`).join(', ');

const releaseFiles = ['etc/os-release', 'usr/lib/os-release'];

/** A database, and what is known of the build that it is in. */
interface Reading {
  readonly open: OpenBuild;
  readonly paths: RealPaths;
  readonly manager: PackageManager;
  /** Files by their names, as in `status` or `info/busybox.list`. */
  readonly files: ReadonlyMap<string, BuildPath>;
  /** Of the build: how many paths its lists may still have. */
  readonly budget: { paths: number };
}

/** The packages of a build; none where it has no database. Throws InputError for a database that is malformed. */
export async function readSoftware(open: OpenBuild): Promise<Software> {
  const paths = realPaths(open.build.entries);
  const managers = new Map<BuildPath, PackageManager>();
  for (const [manager, name] of databaseFolders) {
    const folder = paths.ofGoal(name);
    if (folder !== undefined && !managers.has(folder)) managers.set(folder, manager);
  }
  const files = filesIn(open, new Set(managers.keys()));
  const budget = { paths: mostListedPaths };
  const databases: BuildPath[] = [];
  const packages: InstalledPackage[] = [];
  for (const [folder, manager] of managers) {
    const found = await readDatabase({ open, paths, manager, files: files.get(folder) ?? new Map(), budget });
    if (found === undefined) continue;
    databases.push(folder);
    packages.push(...found);
  }
  const keyOf = ({ name, architecture, manager }: InstalledPackage): string =>
    `${name}\0${architecture ?? ''}\0${manager}`;
  return {
    databases,
    distribution: databases.length === 0 ? undefined : await readDistribution(open, paths),
    packages: packages.sort((a, b) => compareBytes(keyOf(a), keyOf(b))),
  };
}

/** The files of each folder and of its `info` and `status.d`, in one pass over the build. */
function filesIn(
  { build }: OpenBuild,
  folders: ReadonlySet<BuildPath>,
): ReadonlyMap<BuildPath, ReadonlyMap<string, BuildPath>> {
  const found = new Map<BuildPath, Map<string, BuildPath>>();
  const add = (folder: BuildPath | undefined, name: string, path: BuildPath): void => {
    if (folder === undefined || !folders.has(folder)) return;
    const files = found.get(folder) ?? new Map<string, BuildPath>();
    found.set(folder, files.set(name, path));
  };
  for (const { kind, path } of build.entries.values()) {
    if (kind !== 'file') continue;
    const above = parentOf(path);
    if (above === undefined) continue;
    add(above, baseName(path), path);
    const inner = baseName(above);
    if (inner === 'info' || inner === 'status.d') add(parentOf(above), `${inner}/${baseName(path)}`, path);
  }
  return found;
}

/** The packages of a database; `undefined` where there is none. */
async function readDatabase(reading: Reading): Promise<readonly InstalledPackage[] | undefined> {
  const { files, manager } = reading;
  const status = files.get('status');
  const single = [...files].filter(([name]) => name.startsWith('status.d/') && !name.endsWith('.md5sums'));
  if (status === undefined && single.length === 0) return undefined;
  const records: { record: PackageRecord; from: BuildPath }[] = [];
  const read = async (path: BuildPath): Promise<void> => {
    for (const record of await parsed(reading, path, parseStatus)) records.push({ record, from: path });
    if (records.length > mostInstalledPackages) {
      throw malformed(reading, path, `more than ${mostInstalledPackages} packages`);
    }
  };
  if (status !== undefined) await read(status);
  if (manager === 'dpkg') for (const [, path] of single) await read(path);
  const known = new Set<string>();
  const packages: InstalledPackage[] = [];
  for (const { record, from } of records) {
    const key = `${record.name} ${record.architecture ?? ''}`;
    if (known.has(key)) throw malformed(reading, from, `the package ${record.name} stands in it twice`);
    known.add(key);
    packages.push(await withFiles(reading, record));
  }
  return packages;
}

/** The package with its files, and with what its control file says beyond the record. */
async function withFiles(reading: Reading, record: PackageRecord): Promise<InstalledPackage> {
  const { files, paths, manager, budget } = reading;
  const { name, architecture } = record;
  // dpkg names the architecture where a package may be there for several.
  const fileOf = (suffix: string): BuildPath | undefined =>
    files.get(`info/${name}:${architecture}.${suffix}`) ?? files.get(`info/${name}.${suffix}`);
  const [list, sums, control] = [fileOf('list'), fileOf('md5sums'), fileOf('control')];
  const apart = sums ?? files.get(`status.d/${name}.md5sums`);
  const md5ByName = apart === undefined ? undefined : await parsed(reading, apart, parseMd5Sums);
  const named = list === undefined ? md5ByName && [...md5ByName.keys()] : await parsed(reading, list, parseFileList);
  budget.paths -= (named?.length ?? 0) + (md5ByName?.size ?? 0);
  if (budget.paths < 0) {
    throw malformed(reading, list ?? apart ?? sdx6x.system, `more than ${mostListedPaths} paths in all lists`);
  }
  const md5 = new Map<BuildPath, string>();
  for (const [path, sum] of md5ByName ?? []) {
    const real = paths.ofName(path);
    if (real !== undefined) md5.set(real, sum);
  }
  const about =
    manager === 'opkg' && record.license === undefined && control !== undefined
      ? aboutOf((await parsed(reading, control, parseStanzas))[0]?.fields ?? new Map())
      : undefined;
  return {
    ...record,
    manager,
    license: record.license ?? about?.license,
    maintainer: record.maintainer ?? about?.maintainer,
    summary: record.summary ?? about?.summary,
    files: named && ownFiles(reading, named),
    md5,
  };
}

/** The files and links of the build among the paths; folders belong to many packages. */
function ownFiles({ open, paths }: Reading, named: readonly string[]): readonly BuildPath[] {
  const own = new Set<BuildPath>();
  for (const name of named) {
    const path = paths.ofName(name);
    const entry = path === undefined ? undefined : open.build.entries.get(path);
    if (path !== undefined && entry !== undefined && entry.kind !== 'directory') own.add(path);
  }
  return [...own].sort(compareBytes);
}

async function readDistribution(open: OpenBuild, paths: RealPaths): Promise<Software['distribution']> {
  for (const name of releaseFiles) {
    const path = paths.ofGoal(name);
    const entry = path === undefined ? undefined : open.build.entries.get(path);
    if (entry?.kind !== 'file' || entry.content.size > largestPackageDatabaseBytes) continue;
    return parseOsRelease(await open.content.read(entry.path));
  }
  return undefined;
}

async function parsed<Value>(
  reading: Pick<Reading, 'open'>,
  path: BuildPath,
  parse: (bytes: Uint8Array) => Value,
): Promise<Value> {
  const { open } = reading;
  const entry = open.build.entries.get(path);
  if (entry?.kind === 'file' && entry.content.size > largestPackageDatabaseBytes) {
    throw malformed(reading, path, `${entry.content.size} bytes, and at most ${largestPackageDatabaseBytes} are read`);
  }
  try {
    return parse(await open.content.read(path));
  } catch (error) {
    if (error instanceof FormatError) throw malformed(reading, path, error.message);
    throw error;
  }
}

function malformed({ open }: Pick<Reading, 'open'>, path: BuildPath, found: string): InputError {
  return new InputError({
    code: 'package-database',
    place: { file: open.build.origin, entry: displayName(path) },
    message: 'the package database of the build cannot be read',
    found,
    remedy: 'look at the file in the build; without --sbom the package is made without a list of packages',
  });
}
