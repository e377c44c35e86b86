/** The manifest of an archived build: JSON, one entry a line, so that two builds can be compared with any diff tool. */

import { parseProjectVersion } from '../../formats/text/project-version.js';
import type { ArchivedBuild } from '../../model/archive.js';
import { type Ownership, type OwnershipOrigin, ownership } from '../../model/build.js';
import { isSha1, isSha256, type Sha256 } from '../../model/digest.js';
import { type Fault, InputError } from '../../model/errors.js';
import { type BuildPath, compareBytes, toBuildPath, unsafeName } from '../../model/path.js';
import type { TreeNode } from '../../model/tree.js';
import { digestOfNodes } from '../../model/tree-digest.js';

/** A node of the build, and for a file the name of its content in the store. */
export interface ManifestEntry {
  readonly path: BuildPath;
  readonly node: TreeNode;
  /** `undefined` for links and directories. */
  readonly blob: Sha256 | undefined;
}

/** A manifest as it is used. */
export interface Manifest {
  readonly build: ArchivedBuild;
  /** SHA-256 over names, kinds, contents and modes: equal for two zips of the same build. */
  readonly contentDigest: Sha256;
  readonly entries: readonly ManifestEntry[];
}

const format = 'dfota-archived-build';
const version = 1;

/** The manifest as text; parseManifest reads it back. Text outside of ASCII stands for bytes, one unit each. */
export function printManifest({ build, contentDigest, entries }: Manifest): string {
  const head = {
    format,
    version,
    revision: build.revision,
    projectVersion: build.projectVersion.bytes,
    digest: build.digest,
    contentDigest,
  };
  const sorted = [...entries].sort((a, b) => compareBytes(a.path, b.path));
  const lines = sorted.map((entry) => `    ${JSON.stringify(entryJson(entry))}`);
  const fields = Object.entries(head).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  return `{\n${fields.join('\n')}\n  "entries": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function entryJson({ path, node, blob }: ManifestEntry): object {
  if (node.kind === 'link') return { path, kind: node.kind, destination: node.destination };
  const own = node.own === undefined ? {} : { own: ownJson(node.own) };
  if (node.kind === 'directory') return { path, kind: node.kind, ...own };
  return { path, kind: node.kind, size: node.content.size, sha1: node.content.sha1, sha256: blob, ...own };
}

function ownJson({ uid, gid, mode, origin, selabel, capabilities }: Ownership): object {
  return {
    mode: mode.toString(8),
    uid,
    gid,
    origin,
    selabel,
    capabilities: capabilities === undefined ? undefined : `0x${capabilities.toString(16)}`,
  };
}

/** Reads a manifest and checks all of it. Throws InputError with the place of the first thing that does not hold. */
export function parseManifest(text: string, file: string): Manifest {
  const value = parseJson(text, file);
  const fail = (what: string): never => {
    const fault: Fault = {
      code: 'archive-manifest',
      place: { file },
      message: `the manifest is not valid: ${what}`,
      remedy: manifestRemedy(file),
    };
    throw new InputError(fault);
  };
  if (field(value, 'format') !== format) fail('it is not the manifest of a build');
  if (field(value, 'version') !== version)
    fail(`its version is ${String(field(value, 'version'))}, known is ${version}`);
  const textOf = (name: string): string => {
    const found = field(value, name);
    return typeof found === 'string' ? found : fail(`${name} is missing`);
  };
  const digestOf = (name: string): Sha256 => {
    const found = textOf(name);
    return isSha256(found) ? found : fail(`${name} is no SHA-256`);
  };
  const list = field(value, 'entries');
  if (!Array.isArray(list)) return fail('entries are missing');
  const entries = list.map((item: unknown, index) => parseEntry(item) ?? fail(`entry ${index + 1}`));
  if (new Set(entries.map(({ path }) => path)).size !== entries.length) fail('a path is there twice');
  const sizes = entries.map(({ node }) => (node.kind === 'file' ? node.content.size : 0));
  const build: ArchivedBuild = {
    revision: textOf('revision'),
    projectVersion: parseProjectVersion(textOf('projectVersion')),
    digest: digestOf('digest'),
    files: entries.filter(({ node }) => node.kind === 'file').length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
  const contentDigest = digestOf('contentDigest');
  const sorted = [...entries].sort((a, b) => compareBytes(a.path, b.path));
  const nodes = new Map(sorted.map(({ path, node }) => [path, node]));
  if (digestOfNodes(nodes) !== contentDigest) fail('its entries do not have the digest that it states');
  return { build, contentDigest, entries };
}

/** What mends a manifest that is damaged. */
export function manifestRemedy(file: string): string {
  return `restore it from a copy; or delete ${file} and add the build again with dfota archive add BUILD --to ARCHIVE`;
}

function parseJson(text: string, file: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw new InputError(
      {
        code: 'archive-manifest',
        place: { file },
        message: 'the manifest is not JSON',
        found: error instanceof Error ? error.message : undefined,
        remedy: manifestRemedy(file),
      },
      { cause: error },
    );
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function parseEntry(item: unknown): ManifestEntry | undefined {
  const name = field(item, 'path');
  if (typeof name !== 'string' || unsafeName(name) !== undefined || /[^\0-\xff]/.test(name)) return undefined;
  const path = toBuildPath(name);
  const own = field(item, 'own');
  const ownership = own === undefined ? undefined : parseOwn(own);
  if (own !== undefined && ownership === undefined) return undefined;
  const known = ownership === undefined ? {} : { own: ownership };
  switch (field(item, 'kind')) {
    case 'directory':
      return { path, node: { kind: 'directory', ...known }, blob: undefined };
    case 'link': {
      const destination = field(item, 'destination');
      return typeof destination === 'string' && !/[^\0-\xff]/.test(destination)
        ? { path, node: { kind: 'link', destination }, blob: undefined }
        : undefined;
    }
    case 'file': {
      const size = field(item, 'size');
      const sha1 = field(item, 'sha1');
      const blob = field(item, 'sha256');
      if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
      if (typeof sha1 !== 'string' || !isSha1(sha1) || typeof blob !== 'string' || !isSha256(blob)) return undefined;
      return { path, node: { kind: 'file', content: { size, sha1 }, ...known }, blob };
    }
    default:
      return undefined;
  }
}

const origins: readonly OwnershipOrigin[] = ['filesystem-config', 'zip-mode', 'folder-mode', 'image', 'note-default'];

function parseOwn(own: unknown): Ownership | undefined {
  const modeText = field(own, 'mode');
  const [uid, gid] = [field(own, 'uid'), field(own, 'gid')];
  const origin = origins.find((one) => one === field(own, 'origin'));
  const selabel = field(own, 'selabel');
  const capabilities = field(own, 'capabilities');
  if (typeof modeText !== 'string' || !/^[0-7]{1,4}$/.test(modeText) || origin === undefined) return undefined;
  if (!isId(uid) || !isId(gid)) return undefined;
  if (selabel !== undefined && typeof selabel !== 'string') return undefined;
  if (capabilities !== undefined && (typeof capabilities !== 'string' || !/^0x[0-9a-f]{1,16}$/.test(capabilities))) {
    return undefined;
  }
  return ownership(
    { uid, gid, mode: Number.parseInt(modeText, 8), origin },
    selabel,
    capabilities === undefined ? undefined : BigInt(capabilities),
  );
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
