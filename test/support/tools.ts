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
  fish: 'fish',
  groff: 'groff-base',
  fuser: 'psmisc',
  gzip: 'gzip',
  lz4: 'lz4',
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
  unsquashfs: 'squashfs-tools',
  unzip: 'unzip',
  xz: 'xz-utils',
  zip: 'zip',
  zsh: 'zsh',
  zstd: 'zstd',
} as const satisfies Readonly<Record<string, string>>;

/** A tool that a test starts. */
export type DebianTool = keyof typeof tools;

/** Each tool that a test starts, and the package that holds it. */
export const debianTools: Readonly<Record<string, string>> = tools;

/** Folders of tools for the administrator: tests look there too, and a user's PATH often lacks them. */
const systemFolders = ['/usr/sbin', '/sbin'];

/** The tools that stand in no folder of this PATH. */
export function missingTools(path: string): readonly string[] {
  const folders = [...path.split(delimiter), ...systemFolders].filter((folder) => folder !== '');
  return Object.keys(debianTools).filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
}

/** Why a test that compares with these tools cannot run here, for its `skip`; `false` where all are there. */
export function without(...wanted: readonly DebianTool[]): string | false {
  const missing = missingTools(process.env.PATH ?? '').filter((tool) => wanted.some((one) => one === tool));
  return missing.length > 0 && `not installed: ${missing.join(', ')}`;
}

/** What is missing, what that means, and the line that installs it. */
export function missingText(missing: readonly string[]): string {
  const packages = [...new Set(missing.map((tool) => debianTools[tool] ?? tool))].sort();
  return [
    `not installed: ${missing.join(', ')}. Tests that compare with these were skipped (counted above). To install them:`,
    `  sudo apt-get install ${packages.join(' ')}`,
  ].join('\n');
}
