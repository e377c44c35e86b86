/** The tools of Debian that tests compare with: what is missing is named once, after the tests that were skipped for it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const tools = {
  adb: 'adb',
  bsdiff: 'bsdiff',
  bspatch: 'bsdiff',
  bunzip2: 'bzip2',
  bzip2: 'bzip2',
  chromium: 'chromium',
  cpio: 'cpio',
  curl: 'curl',
  dpkg: 'dpkg',
  'dpkg-deb': 'dpkg',
  'dpkg-query': 'dpkg',
  diff: 'diffutils',
  find: 'findutils',
  fish: 'fish',
  grep: 'grep',
  groff: 'groff-base',
  fuser: 'psmisc',
  gzip: 'gzip',
  lz4: 'lz4',
  lzma_alone: 'lzma-alone',
  lzop: 'lzop',
  make: 'make',
  mkbootimg: 'mkbootimg',
  'mkfs.ubifs': 'mtd-utils',
  mksquashfs: 'squashfs-tools',
  modinfo: 'kmod',
  nginx: 'nginx-light',
  objcopy: 'binutils',
  openssl: 'openssl',
  python3: 'python3',
  readelf: 'binutils',
  'redis-server': 'redis-server',
  socat: 'socat',
  tar: 'tar',
  ubinize: 'mtd-utils',
  unpack_bootimg: 'mkbootimg',
  unsquashfs: 'squashfs-tools',
  unzip: 'unzip',
  xz: 'xz-utils',
  zip: 'zip',
  zipinfo: 'unzip',
  zsh: 'zsh',
  zstd: 'zstd',
} as const satisfies Readonly<Record<string, string>>;

/** A tool that a test starts. */
export type DebianTool = keyof typeof tools;

/** Each tool that a test starts, and the package that holds it. */
export const debianTools: Readonly<Record<string, string>> = tools;

const isDebianTool = (word: string): word is DebianTool => Object.hasOwn(tools, word);

/** A PATH with the folders of tools for the administrator at its end: tests start some of these, and a user's PATH often lacks them. */
export function withSystemFolders(path: string): string {
  return [...path.split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/sbin'].join(delimiter);
}

/** The tools that a piece of shell starts: where a word begins a line, or stands behind a pipe or the like. */
export function debianToolsIn(shell: string): readonly DebianTool[] {
  const started = [...shell.matchAll(/(?:^|[$|;&(])[ \t]*([\w.-]+)/gm)].map(([, word = '']) => word);
  return [...new Set(started)].filter(isDebianTool);
}

/** The tools that stand in no folder of this PATH. */
export function missingTools(path: string): readonly string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return Object.keys(debianTools).filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
}

/** Why a test that compares with these tools cannot run here, for its `skip`; `false` where all are there. */
export function without(...wanted: readonly DebianTool[]): string | false {
  const missing = missingTools(process.env.PATH ?? '').filter((tool) => wanted.some((one) => one === tool));
  return missing.length > 0 && `not installed: ${missing.join(', ')}`;
}

/** Where a tool stands, for what is to be told of its place. */
export function placeOf(tool: DebianTool): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, tool));
  return places.find((place) => existsSync(place));
}

/** What is missing, what that means, and the line that installs it. */
export function missingText(missing: readonly string[]): string {
  const packages = [...new Set(missing.map((tool) => debianTools[tool] ?? tool))].sort();
  return [
    `not installed: ${missing.join(', ')}. Tests that compare with these were skipped (counted above). To install them:`,
    `  sudo apt-get install ${packages.join(' ')}`,
  ].join('\n');
}
