import { Buffer } from 'node:buffer';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, fromText } from '../../src/model/path.js';
import { seededRandom } from './random.js';
import { buildZip, type ZipEntrySpec } from './zip-builder.js';

/** Owner and mode of a node; 0:0 and 644 or 755 where left out. */
export interface Owner {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly selabel?: string;
  readonly capabilities?: bigint;
}

export interface FileSpec extends Owner {
  readonly kind: 'file';
  readonly data: Uint8Array;
}

export interface LinkSpec {
  readonly kind: 'link';
  /** One unit a byte. */
  readonly to: string;
}

export interface DirectorySpec extends Owner {
  readonly kind: 'directory';
}

export type NodeSpec = FileSpec | LinkSpec | DirectorySpec;

/** A file of a build under test; text is taken as UTF-8. */
export function file(data: string | Uint8Array, owner: Owner = {}): FileSpec {
  return { kind: 'file', data: typeof data === 'string' ? Buffer.from(data, 'utf8') : data, ...owner };
}

export function link(to: string): LinkSpec {
  return { kind: 'link', to };
}

export function directory(owner: Owner = {}): DirectorySpec {
  return { kind: 'directory', ...owner };
}

/** A build under test: a few nodes on top of a sane default (see {@link defaultNodes}). */
export interface TargetFilesSpec {
  /** Build paths (one unit a byte, no trailing slash) and what is there. `null` takes a default away. */
  readonly nodes?: Readonly<Record<string, NodeSpec | null>>;
  /** Lines of META/misc_info.txt added to the default's, or replacing those of the same key. */
  readonly misc?: Readonly<Record<string, string>>;
  /** Distinguishes builds in quectel-project-version: `A01` unless told. */
  readonly revision?: string;
  readonly packageTime?: string;
  /**
   * What tells owners and modes: rows of META/filesystem_config.txt (default; zip modes are there too), the zip's
   * Unix modes alone, or nothing at all (entries made by MS-DOS; links are impossible then).
   */
  readonly ownership?: 'filesystem-config' | 'zip-modes' | 'none';
  /** Leave out entries for directories that hold something. */
  readonly impliedDirectories?: boolean;
  /** Store instead of deflate, as the note's `zip -qry0`. */
  readonly stored?: boolean;
}

const defaultMisc: Readonly<Record<string, string>> = {
  recovery_api_version: '3',
  fstab_version: '1',
  blocksize: '262144',
  boot_size: '0x00f00000',
  system_size: '0x08c00000',
  cache_size: '0x0',
};

/** What every build under test holds unless its spec says otherwise. */
export function defaultNodes(spec: TargetFilesSpec = {}): ReadonlyMap<string, NodeSpec> {
  const misc = { ...defaultMisc, ...spec.misc };
  const revision = spec.revision ?? 'A01';
  const version = [
    'Project Name: RG520NNADA_VB',
    `Project Rev : RG520NNADAR01${revision}M4G_OCPU_01.001`,
    'Branch  Name: SDX6X',
    'Custom  Name: STD',
    `Package Time: ${spec.packageTime ?? '2022-06-22,15:50'}`,
  ];
  const fstab = ['/boot mtd boot', '/cache ubifs cache', '/data ubifs userdata', '/recovery mtd recovery'];
  return new Map<string, NodeSpec>([
    ['BOOTABLE_IMAGES/boot.img', file(Buffer.concat([Buffer.from('ANDROID!'), seededRandom(1).bytes(4088)]))],
    [
      'META/misc_info.txt',
      file(
        Object.entries(misc)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      ),
    ],
    [
      'OTA/bin/updater',
      file(Buffer.concat([Buffer.from('\x7fELF', 'latin1'), seededRandom(2).bytes(252)]), { mode: 0o755 }),
    ],
    ['RECOVERY/recovery.fstab', file(`#mount_point fstype device\n${fstab.join('\n')}\n/system ubifs system\n`)],
    ['SYSTEM', directory()],
    ['SYSTEM/build.prop', file(`ro.build.id=${revision}\n`)],
    ['SYSTEM/etc/quectel-project-version', file(`${version.join('\n')}\n`)],
  ]);
}

/** Every node of the build in byte order: defaults, the spec's, and each directory that these imply. */
export function allNodes(spec: TargetFilesSpec): ReadonlyMap<string, NodeSpec> {
  const nodes = new Map(defaultNodes(spec));
  for (const [path, node] of Object.entries(spec.nodes ?? {})) {
    if (node === null) nodes.delete(path);
    else nodes.set(path, node);
  }
  for (const path of [...nodes.keys()]) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const parent = path.slice(0, cut);
      if (!nodes.has(parent)) nodes.set(parent, directory());
    }
  }
  if (
    (spec.ownership ?? 'filesystem-config') === 'filesystem-config' &&
    spec.nodes?.['META/filesystem_config.txt'] === undefined
  ) {
    nodes.set('META/filesystem_config.txt', file(Buffer.from(configRows(nodes).join(''), 'latin1')));
  }
  return new Map([...nodes].sort(([a], [b]) => compareBytes(a, b)));
}

/** The node's mode as the device shall have it. */
export function modeOf(node: FileSpec | DirectorySpec): number {
  return node.mode ?? (node.kind === 'directory' ? 0o755 : 0o644);
}

function configRows(nodes: ReadonlyMap<string, NodeSpec>): string[] {
  const rows: string[] = [];
  for (const [path, node] of [...nodes].sort(([a], [b]) => compareBytes(a, b))) {
    if (node.kind === 'link' || path.includes('\n') || (path !== 'SYSTEM' && !path.startsWith('SYSTEM/'))) continue;
    const label = node.selabel === undefined ? '' : ` selabel=${node.selabel}`;
    const mask = node.capabilities === undefined ? '' : ` capabilities=0x${node.capabilities.toString(16)}`;
    const where = `system${path.slice('SYSTEM'.length)}`;
    rows.push(`${where} ${node.uid ?? 0} ${node.gid ?? 0} ${modeOf(node).toString(8)}${label}${mask}\n`);
  }
  return rows;
}

/** The entries of the build's zip, for tests that want to spoil one before {@link buildZip}. */
export function zipEntries(spec: TargetFilesSpec): ZipEntrySpec[] {
  const nodes = allNodes(spec);
  const entries: ZipEntrySpec[] = [];
  for (const [path, node] of nodes) {
    const mode = (bits: number) => (spec.ownership === 'none' ? {} : { mode: bits });
    if (node.kind === 'directory') {
      const holds = (): boolean => [...nodes.keys()].some((other) => other.startsWith(`${path}/`));
      if (spec.impliedDirectories === true && holds()) continue;
      entries.push({ name: `${path}/`, ...mode(0o040000 | modeOf(node)) });
    } else if (node.kind === 'link') {
      entries.push({ name: path, data: Buffer.from(node.to, 'latin1'), stored: true, mode: 0o120777 });
    } else {
      const stored = spec.stored === true ? { stored: true } : {};
      entries.push({ name: path, data: node.data, ...stored, ...mode(0o100000 | modeOf(node)) });
    }
  }
  return entries;
}

/** The bytes of the build's targetfiles.zip. */
export function makeTargetFiles(spec: TargetFilesSpec = {}): Buffer {
  return buildZip(zipEntries(spec));
}

/** Writes `targetfiles.zip` into the folder, which is made where it is missing, and returns its path. */
export function writeTargetFiles(folder: string, spec: TargetFilesSpec = {}): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'targetfiles.zip');
  writeFileSync(path, makeTargetFiles(spec));
  return path;
}

/** Writes the build as a folder of the same layout. Owners are in filesystem_config.txt alone; modes are set. */
export function writeTargetFolder(folder: string, spec: TargetFilesSpec = {}): string {
  const onDisk = (path: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]);
  mkdirSync(folder, { recursive: true });
  const nodes = allNodes(spec);
  for (const [path, node] of nodes) {
    if (node.kind === 'directory') mkdirSync(onDisk(path));
    else if (node.kind === 'link') symlinkSync(Buffer.from(node.to, 'latin1'), onDisk(path));
    else writeFileSync(onDisk(path), node.data);
  }
  for (const [path, node] of [...nodes].reverse()) if (node.kind !== 'link') chmodSync(onDisk(path), modeOf(node));
  return folder;
}

/** Text as a byte-string, for names beyond ASCII in specs. */
export const utf8 = fromText;
