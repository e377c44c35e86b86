/** What `getprop` gives on the simulated module: what the user says, else the defaults that the source's recovery starts with. */
import { readBootImage } from '../../formats/boot/header.js';
import { unpack } from '../../formats/compression/unpack.js';
import { isCpio, readCpio } from '../../formats/container/cpio.js';
import { FormatError } from '../../formats/format-error.js';
import type { OpenBuild } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { largestFileBytes, largestMetadataBytes } from '../../model/limits.js';
import { fromBytes, toBuildPath } from '../../model/path.js';

/** Properties by name, and where they come from. */
export interface RecoveryProperties {
  readonly values: ReadonlyMap<string, string>;
  /** The files, as entries of the build; empty where the build has none. */
  readonly origins: readonly string[];
}

/** Where a recovery's properties may stand in its RAM disk. The first value of a name counts. */
const names = ['prop.default', 'default.prop', 'etc/prop.default', 'etc/default.prop', 'build.prop', 'etc/build.prop'];

interface PropertyFile {
  readonly origin: string;
  readonly text: string;
}

function valuesOf(files: readonly PropertyFile[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { text } of files) {
    for (const line of text.split('\n')) {
      const cut = line.indexOf('=');
      const name = line.slice(0, Math.max(cut, 0)).trim();
      if (name === '' || name.startsWith('#') || values.has(name)) continue;
      values.set(name, line.slice(cut + 1).trim());
    }
  }
  return values;
}

async function beside({ build, content }: OpenBuild): Promise<readonly PropertyFile[]> {
  const files: PropertyFile[] = [];
  for (const name of names) {
    const path = toBuildPath(`RECOVERY/RAMDISK/${name}`);
    const entry = build.entries.get(path);
    if (entry?.kind !== 'file' || entry.content.size > largestMetadataBytes) continue;
    files.push({ origin: path, text: fromBytes(await content.read(path)) });
  }
  return files;
}

function insideImage(image: Uint8Array): readonly PropertyFile[] {
  const packed = readBootImage(image).parts.find(({ name }) => name === 'RAM disk')?.bytes;
  if (packed === undefined || packed.length === 0) return [];
  const members = readCpio(isCpio(packed) ? packed : unpack(packed, largestFileBytes));
  return names.flatMap((name) => {
    const member = members.find((other) => other.name.replace(/^(\.?\/)+/, '') === name);
    if (member === undefined || member.size > largestMetadataBytes) return [];
    return [{ origin: `${sdx6x.recoveryImage}, ${name}`, text: fromBytes(member.read()) }];
  });
}

/** The properties that the source's recovery starts with. An image that cannot be read has none. */
export async function recoveryProperties(source: OpenBuild): Promise<RecoveryProperties> {
  let files = await beside(source);
  if (files.length === 0 && source.build.entries.get(sdx6x.recoveryImage)?.kind === 'file') {
    try {
      files = insideImage(await source.content.read(sdx6x.recoveryImage));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return { values: valuesOf(files), origins: files.map(({ origin }) => origin) };
}
