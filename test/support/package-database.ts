/** Databases of opkg and dpkg as the programs write them, for builds under test. */
import { createHash } from 'node:crypto';
import { file, type NodeSpec } from './targetfiles.js';

/** A package under test; files by their names on the device, without the first slash. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  readonly license?: string;
  readonly status?: string;
  readonly files: Readonly<Record<string, string>>;
  /** The database has no list of its files. */
  readonly unlisted?: boolean;
}

function filesOf(packages: readonly PackageSpec[]): Record<string, NodeSpec> {
  const nodes: Record<string, NodeSpec> = {};
  for (const { files } of packages) {
    for (const [name, content] of Object.entries(files)) nodes[`SYSTEM/${name}`] = file(content);
  }
  return nodes;
}

/** The database and the files of its packages, as opkg of OpenWrt keeps them. */
export function opkgNodes(packages: readonly PackageSpec[], folder = 'usr/lib/opkg'): Record<string, NodeSpec> {
  const nodes = filesOf(packages);
  const status = packages.map(
    ({ name, version, architecture = 'arm_cortex-a7', status = 'install user installed' }) =>
      `Package: ${name}\nVersion: ${version}\nDepends: libc\nStatus: ${status}\nArchitecture: ${architecture}\nInstalled-Time: 1700000000\n`,
  );
  nodes[`SYSTEM/${folder}/status`] = file(status.join('\n'));
  for (const { name, version, license, files, unlisted = false } of packages) {
    const info = `SYSTEM/${folder}/info/${name}`;
    const said = license === undefined ? '' : `License: ${license}\n`;
    nodes[`${info}.control`] = file(
      `Package: ${name}\nVersion: ${version}\n${said}Maintainer: A <a@example.test>\nDescription:  ${name} of the test\n`,
    );
    if (!unlisted) {
      const paths = Object.keys(files).map((path) => `/${path}`);
      nodes[`${info}.list`] = file(paths.map((path) => `${path}\n`).join(''));
    }
  }
  return nodes;
}

/** The database and the files of its packages, as dpkg keeps them. */
export function dpkgNodes(packages: readonly PackageSpec[]): Record<string, NodeSpec> {
  const nodes = filesOf(packages);
  const status = packages.map(
    ({ name, version, architecture = 'arm64', status = 'install ok installed' }) =>
      `Package: ${name}\nStatus: ${status}\nPriority: optional\nMaintainer: B <b@example.test>\nArchitecture: ${architecture}\nMulti-Arch: same\nVersion: ${version}\nConffiles:\n /etc/${name} 00000000000000000000000000000000\nDescription: ${name} of the test\n long text\n .\n more\n`,
  );
  nodes['SYSTEM/var/lib/dpkg/status'] = file(status.join('\n'));
  for (const { name, architecture = 'arm64', files } of packages) {
    const info = `SYSTEM/var/lib/dpkg/info/${name}:${architecture}`;
    const paths = ['/.', '/usr', ...Object.keys(files).map((path) => `/${path}`)];
    nodes[`${info}.list`] = file(paths.map((path) => `${path}\n`).join(''));
    nodes[`${info}.md5sums`] = file(
      Object.entries(files)
        .map(([path, content]) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`)
        .join(''),
    );
  }
  return nodes;
}
