/** Small builds and hand-written packages for the simulated device. */
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBsdiff } from '../../src/encode/bsdiff/bsdiff.js';
import { parseProjectVersion } from '../../src/formats/text/project-version.js';
import type { Build, Entry, OpenBuild, Partition } from '../../src/model/build.js';
import { sha1Of, sha256Of } from '../../src/model/digest.js';
import { type BuildPath, fromBytes, toBuildPath } from '../../src/model/path.js';
import type { Ports } from '../../src/model/ports.js';
import type { Verification } from '../../src/model/verification.js';
import { type VerifyInputs, type VerifyRequest, verifyPackage } from '../../src/usecases/verify/verify.js';
import { bzip2 } from '../applypatch/make-patch.js';
import { allNodes, makeTargetFiles, modeOf, type NodeSpec, type TargetFilesSpec } from './targetfiles.js';
import { without } from './tools.js';
import { buildZip, type ZipEntrySpec } from './zip-builder.js';

const flashTable: readonly Partition[] = [
  { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' },
  { mountPoint: '/cache', fileSystem: 'ubifs', type: 'UBI', device: 'cache' },
  { mountPoint: '/data', fileSystem: 'ubifs', type: 'UBI', device: 'userdata' },
  { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' },
];

/** The partition table of a module with eMMC. */
export const emmcTable: readonly Partition[] = [
  { mountPoint: '/boot', fileSystem: 'emmc', type: 'EMMC', device: '/dev/block/bootdevice/by-name/boot' },
  { mountPoint: '/cache', fileSystem: 'ext4', type: 'EMMC', device: '/dev/block/bootdevice/by-name/cache' },
  { mountPoint: '/system', fileSystem: 'ext4', type: 'EMMC', device: '/dev/block/bootdevice/by-name/system' },
];

function entryOf(path: BuildPath, node: NodeSpec): Entry {
  if (node.kind === 'link') return { kind: 'link', path, destination: node.to };
  const { uid = 0, gid = 0, selabel, capabilities } = node;
  const extra = {
    ...(selabel === undefined ? {} : { selabel }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
  const ownership = { uid, gid, mode: modeOf(node), origin: 'filesystem-config' as const, ...extra };
  if (node.kind === 'directory') return { kind: 'directory', path, ownership };
  return { kind: 'file', path, content: { size: node.data.length, sha1: sha1Of(node.data) }, ownership };
}

/** A build held in memory. */
export function memoryBuild(spec: TargetFilesSpec = {}, partitions: readonly Partition[] = flashTable): OpenBuild {
  const nodes = allNodes(spec);
  const entries = new Map<BuildPath, Entry>();
  for (const [name, node] of nodes) entries.set(toBuildPath(name), entryOf(toBuildPath(name), node));
  const version = nodes.get('SYSTEM/etc/quectel-project-version');
  const build: Build = {
    origin: 'memory',
    digest: sha256Of(makeTargetFiles(spec)),
    entries,
    misc: { recoveryApiVersion: 3, fstabVersion: 1, useSetMetadata: false, blockSize: 4096, values: new Map() },
    partitions,
    ...(version?.kind === 'file' ? { projectVersion: parseProjectVersion(fromBytes(version.data)) } : {}),
    findings: [],
  };
  return {
    build,
    content: {
      read: async (path) => {
        const node = nodes.get(path);
        if (node?.kind !== 'file') throw new Error(`no file ${path}`);
        return new Uint8Array(node.data);
      },
      close: async () => {},
    },
  };
}

/** A package by hand: the script, and entries beside it (name to bytes, or a whole entry). */
export interface PackageSpec {
  readonly script?: string;
  readonly entries?: Readonly<Record<string, string | Uint8Array>>;
  /** Added as they are, after the others. */
  readonly more?: readonly ZipEntrySpec[];
  /** Bytes of quectel-project-version; the source's where not given, none with `null`. */
  readonly version?: string | null;
}

/** The bytes of a package for a source. */
export function makePackage(source: OpenBuild, spec: PackageSpec): Buffer {
  const version = spec.version === undefined ? source.build.projectVersion?.bytes : (spec.version ?? undefined);
  const bytes = (data: string | Uint8Array) => (typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  return buildZip([
    ...Object.entries(spec.entries ?? {}).map(([name, data]) => ({ name, data: bytes(data), mode: 0o100644 })),
    ...(spec.script === undefined
      ? []
      : [{ name: 'META-INF/com/google/android/updater-script', data: bytes(spec.script), mode: 0o100644 }]),
    { name: 'META-INF/com/google/android/update-binary', data: Buffer.from('program'), mode: 0o100755 },
    ...(version === undefined ? [] : [{ name: 'quectel-project-version', data: bytes(version), mode: 0o100644 }]),
    ...(spec.more ?? []),
  ]);
}

/** What differs from a plain run: what the module shall be, how it is proved, who is told. */
export type RunChanges = Partial<Omit<VerifyInputs, 'source'> & VerifyRequest & Ports>;

/** Runs the bytes of a package on a module with the source. */
export async function runBytes(bytes: Uint8Array, source: OpenBuild, changes: RunChanges = {}): Promise<Verification> {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-device-'));
  try {
    const packagePath = join(folder, 'update.zip');
    writeFileSync(packagePath, bytes);
    const { onProgress, signal, target, expected, keep, images, known, ...asked } = changes;
    // small blocks: what happens block by block shows with little data
    const request = { eraseBlock: 4096, ...asked };
    const inputs = { source, target, expected, keep, images, known };
    return await verifyPackage(inputs, { packagePath, ...request }, { onProgress, signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a hand-written package on a module with the source. */
export async function runPackage(
  source: OpenBuild,
  spec: PackageSpec,
  changes: RunChanges = {},
): Promise<Verification> {
  return runBytes(makePackage(source, spec), source, changes);
}

/** A patch made by Debian's bsdiff; without it by dfota's own encoder. */
export function bsdiff(source: Uint8Array, target: Uint8Array): Buffer {
  if (without('bsdiff') !== false) return Buffer.from(encodeBsdiff(source, target, { effort: 'fast' }));
  const folder = mkdtempSync(join(tmpdir(), 'dfota-bsdiff-'));
  try {
    const [a, b, patch] = ['a', 'b', 'patch'].map((name) => join(folder, name));
    if (a === undefined || b === undefined || patch === undefined) throw new Error('three names');
    writeFileSync(a, source);
    writeFileSync(b, target);
    execFileSync('bsdiff', [a, b, patch]);
    return readFileSync(patch);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SHA-1 of text or bytes. */
export function sha1(data: string | Uint8Array): string {
  return sha1Of(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
}

/** The first statement of every script that touches /system. */
export const mountSystem = 'mount("ubifs", "UBI", "system", "/system") || abort("mount");\n';

/** What a package changed, a line each: `+` new, `-` gone, `~` different. */
export function changes(verification: Verification): readonly string[] {
  return verification.differences.map(({ path, what, found, expected }) => {
    if (what === 'absent') return `- ${path}`;
    if (what === 'extra') return `+ ${path} ${found}`;
    return `~ ${path} ${what}${what === 'content' ? '' : ` ${expected} -> ${found}`}`;
  });
}

/** A BSDIFF40 patch from its parts, right or wrong as told; each block is packed by Debian's bzip2. */
export function handMadePatch(
  triples: readonly (readonly [add: number, copy: number, seek: number])[],
  diff: Uint8Array,
  extra: Uint8Array,
  size: number,
): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(Math.abs(value)) | (value < 0 ? 1n << 63n : 0n));
    return bytes;
  };
  const pack = (bytes: Uint8Array): Buffer => bzip2(bytes);
  const control = pack(Buffer.concat(triples.flat().map(number)));
  const packedDiff = pack(diff);
  return Buffer.concat([
    Buffer.from('BSDIFF40'),
    ...[control.length, packedDiff.length, size].map(number),
    control,
    packedDiff,
    pack(extra),
  ]);
}
