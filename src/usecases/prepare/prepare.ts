/**
 * Makes the target of an update out of its source and newly built parts: `dfota prepare`, the note's section 2.2.2.
 *
 * 1. Read the source and the new parts as trees. 2. Put the target together (prepare-plan.ts). 3. Derive the owners
 * (prepare-owners.ts). 4. Write the zip, read it back, and only then give it its name.
 */

import { readFile, stat } from 'node:fs/promises';
import { checkPrepared } from '../../checks/prepared/check-prepared.js';
import { asInputError } from '../../files/system-error.js';
import { parseProjectVersion, projectVersionPath } from '../../formats/text/project-version.js';
import { readFolder } from '../../input/folder-tree.js';
import { readImage } from '../../input/images/hashed-image.js';
import { layoutFaults } from '../../input/layout.js';
import { parseFilesystemConfig } from '../../input/metadata/filesystem-config.js';
import { type OwnersRow, parseOwnersTable } from '../../input/metadata/owners-table.js';
import { readZip } from '../../input/zip/zip-tree.js';
import type { Ownership, ProjectVersion } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import { InputError, ProofError, UsageError } from '../../model/errors.js';
import { sdx6x } from '../../model/layout.js';
import { largestFileBytes, largestOwnersTableBytes } from '../../model/limits.js';
import { type ArchivePath, displayName, fromBytes, toArchivePath, toBytes } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { Preparation, PreparedFrom } from '../../model/preparation.js';
import type { PreparedEntry, PreparedTree } from '../../model/prepared-tree.js';
import { silent } from '../../model/progress.js';
import type { ReadOptions, Tree, TreeNode } from '../../model/tree.js';
import { sameContent } from '../../model/tree.js';
import { type TargetFilesEntry, writeTargetFilesZip } from '../../package/targetfiles-zip.js';
import { holdOutputsApart } from '../hold-apart.js';
import { type DerivedOwners, deriveOwners } from './prepare-owners.js';
import { assemble, changesOf } from './prepare-plan.js';

/** What to make: plain data. Everything left out stays as it is in the source. */
export interface PrepareRequest {
  /** targetfiles.zip of the firmware that runs on the module, or a folder of its layout. */
  readonly source: string;
  /** The built kernel (`sdxlemur-boot.img`). */
  readonly boot?: string | undefined;
  /** The built boot loader, for MULTIFOTA/abl.elf. */
  readonly abl?: string | undefined;
  /** A folder whose files go over MULTIFOTA/. */
  readonly multifota?: string | undefined;
  /** The new root file system: a folder, or an UBI or UBIFS image. */
  readonly rootfs?: string | undefined;
  /** The new modem files: a folder, or an UBI or UBIFS image; they go over SYSTEM/firmware. */
  readonly modem?: string | undefined;
  /** The new SYSTEM/etc/quectel-project-version. */
  readonly versionFile?: string | undefined;
  /** File with rows of filesystem_config.txt, for entries that no other input describes, or knows wrong. */
  readonly owners?: string | undefined;
  readonly output: string;
  /** Only plan. */
  readonly dryRun?: boolean | undefined;
}

const configPath = sdx6x.filesystemConfig;
const versionPath = toArchivePath(projectVersionPath);

/** A file that is given on its own. */
interface SingleFile {
  readonly from: PreparedFrom;
  readonly path: ArchivePath;
  readonly node: TreeNode;
  readonly bytes: Uint8Array;
}

interface Inputs {
  readonly source: Tree;
  readonly rootfs: (Tree & { readonly root?: Ownership | undefined }) | undefined;
  readonly modem: Tree | undefined;
  readonly multifota: Tree | undefined;
  readonly singles: readonly SingleFile[];
  readonly owners: readonly OwnersRow[];
}

/** Prepares a target, or with `dryRun` says what it would hold. Throws UsageError, InputError, and ProofError when the zip reads back wrong. */
export async function prepare(request: PrepareRequest, ports: Ports = {}): Promise<Preparation> {
  await checkRequest(request);
  const { onProgress = silent, signal } = ports;
  const reading: ReadOptions = { stage: 'prepare', onProgress, signal };
  const open: Tree[] = [];
  try {
    const inputs = await readInputs(request, reading, open);
    const { entries, bytes, preparation } = await planTarget(request, inputs);
    if (request.dryRun === true) return preparation;
    const written = await writeTarget(request, reading, entries, readerOf(inputs, bytes));
    return { ...preparation, written };
  } finally {
    for (const tree of open) await tree.close();
  }
}

const replacing = {
  boot: 'boot',
  abl: 'abl',
  multifota: 'multifota',
  rootfs: 'rootfs',
  modem: 'modem',
  versionFile: 'version-file',
} as const;

function givenInputs(request: PrepareRequest): Preparation['inputs'] {
  return (['boot', 'abl', 'multifota', 'rootfs', 'modem', 'versionFile'] as const).flatMap((name) => {
    const input = request[name];
    return input === undefined ? [] : [{ from: replacing[name], input }];
  });
}

async function checkRequest(request: PrepareRequest): Promise<void> {
  if (givenInputs(request).length === 0 && request.owners === undefined) {
    throw new UsageError({
      code: 'prepare-nothing',
      message: 'nothing is given that would make the target differ from the source',
      expected: 'one of --boot, --abl, --multifota, --rootfs, --modem, --version-file, --owners',
    });
  }
  await holdOutputsApart(
    {
      whole: [
        ['the source', request.source],
        ...givenInputs(request).map(({ from, input }): [string, string] => [`the input for ${from}`, input]),
        ['the table of owners', request.owners],
      ],
      dryRun: request.dryRun,
    },
    [{ role: 'the output', path: request.output, kind: 'file' }],
  );
}

async function readInputs(request: PrepareRequest, reading: ReadOptions, open: Tree[]): Promise<Inputs> {
  const keep = <T extends Tree>(tree: T): T => {
    open.push(tree);
    return tree;
  };
  const isFolder = async (path: string): Promise<boolean> => {
    try {
      return (await stat(path)).isDirectory();
    } catch (error) {
      throw asInputError(error, path);
    }
  };
  const part = async (path: string): Promise<Tree & { readonly root?: Ownership | undefined }> =>
    keep((await isFolder(path)) ? await readFolder(path, reading) : await readImage(path, reading));
  const folder = await isFolder(request.source);
  const source = keep(await (folder ? readFolder(request.source, reading) : readZip(request.source, reading)));
  const faults = layoutFaults(source.origin, source.nodes, undefined);
  if (faults.length > 0) throw new InputError(faults);
  const single = async (from: PreparedFrom, path: string, input: string | undefined): Promise<SingleFile[]> =>
    input === undefined ? [] : [await readSingle(from, toArchivePath(path), input)];
  return {
    source,
    rootfs: request.rootfs === undefined ? undefined : await part(request.rootfs),
    modem: request.modem === undefined ? undefined : await part(request.modem),
    multifota: request.multifota === undefined ? undefined : keep(await readFolder(request.multifota, reading)),
    singles: [
      ...(await single('boot', sdx6x.bootImage, request.boot)),
      ...(await single('abl', sdx6x.bootLoader, request.abl)),
      ...(await single('version-file', versionPath, request.versionFile)),
    ],
    owners: request.owners === undefined ? [] : await readOwners(request.owners),
  };
}

async function readBounded(input: string, limit: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(input);
    if (size > limit) {
      const place = { file: input };
      throw new InputError({
        code: 'file-too-large',
        place,
        message: 'the file is too large',
        found: `${size} bytes`,
        expected: `at most ${limit} bytes`,
      });
    }
    return await readFile(input);
  } catch (error) {
    throw asInputError(error, input);
  }
}

async function readSingle(from: PreparedFrom, path: ArchivePath, input: string): Promise<SingleFile> {
  const bytes = await readBounded(input, largestFileBytes);
  if (bytes.length === 0) {
    throw new InputError({ code: 'prepare-empty', place: { file: input }, message: `the ${from} input is empty` });
  }
  const mode = (await stat(input)).mode & 0o7777;
  const own: Ownership = { uid: 0, gid: 0, mode, origin: 'folder-mode' };
  return { from, path, bytes, node: { kind: 'file', content: { size: bytes.length, sha1: sha1Of(bytes) }, own } };
}

async function readOwners(input: string): Promise<readonly OwnersRow[]> {
  const { rows, faults } = parseOwnersTable(fromBytes(await readBounded(input, largestOwnersTableBytes)), input);
  if (faults.length > 0) throw new InputError(faults);
  return rows;
}

interface Planned {
  readonly entries: ReadonlyMap<ArchivePath, PreparedEntry>;
  /** What is in no tree: single files and the derived filesystem_config.txt. */
  readonly bytes: ReadonlyMap<ArchivePath, Uint8Array>;
  readonly preparation: Preparation;
}

async function planTarget(request: PrepareRequest, inputs: Inputs): Promise<Planned> {
  const { source, rootfs, modem, multifota, singles } = inputs;
  const tree = assemble({
    source: source.nodes,
    files: singles,
    multifota: multifota?.nodes,
    rootfs: rootfs?.nodes,
    modem: modem?.nodes,
  });
  if (tree.faults.length > 0) throw new InputError(tree.faults);
  const entries = new Map(tree.entries);
  const bytes = new Map(singles.map((single) => [single.path, single.bytes]));
  const owners = await ownersOf(request, inputs, tree);
  if (owners?.text !== undefined) {
    const content = toBytes(owners.text);
    bytes.set(configPath, content);
    const node: TreeNode = { kind: 'file', content: { size: content.length, sha1: sha1Of(content) } };
    entries.set(configPath, { path: configPath, node, from: 'derived', origin: configPath });
  }
  const versionBefore = await versionOf(source.nodes.get(versionPath), () => source.read(versionPath));
  const versionEntry = entries.get(versionPath);
  const read = readerOf(inputs, bytes);
  const versionAfter = versionEntry && (await versionOf(versionEntry.node, () => read(versionEntry)));
  const changes = changesOf(source.nodes, entries);
  const unchanged = [...entries.values()].filter(({ path, node }) => sameContent(source.nodes.get(path), node)).length;
  const findings = [
    ...[source, rootfs, modem, multifota].flatMap((input) => input?.findings ?? []),
    ...checkPrepared({
      output: request.output,
      source: source.nodes,
      tree,
      rootfs: rootfs?.nodes,
      hasModem: modem !== undefined,
      hasBoot: request.boot !== undefined,
      versionBefore,
      versionAfter,
    }),
    ...(owners?.findings ?? []),
  ];
  return {
    entries,
    bytes,
    preparation: {
      source: request.source,
      output: request.output,
      inputs: givenInputs(request),
      changes,
      entries: entries.size,
      unchanged,
      versionBefore,
      versionAfter,
      owners: owners?.text === undefined ? undefined : owners.counts,
      findings,
      written: undefined,
    },
  };
}

/** New owners are worked out when SYSTEM has changed or a table was given; else the source's file stays as it is. */
async function ownersOf(
  request: PrepareRequest,
  inputs: Inputs,
  tree: PreparedTree,
): Promise<DerivedOwners | undefined> {
  const { source, rootfs, modem, owners } = inputs;
  if (rootfs === undefined && modem === undefined && request.owners === undefined) return undefined;
  let rows: ReadonlyMap<string, Ownership> | undefined;
  if (source.nodes.get(configPath)?.kind === 'file') {
    const place = { file: source.origin, entry: configPath };
    const parsed = parseFilesystemConfig(fromBytes(await source.read(configPath)), place);
    if (parsed.faults.length > 0) throw new InputError(parsed.faults);
    rows = parsed.rows;
  }
  return deriveOwners(
    tree.entries,
    { table: owners, source: rows, root: rootfs?.root },
    request.owners ?? request.output,
  );
}

async function versionOf(
  node: TreeNode | undefined,
  read: () => Promise<Uint8Array>,
): Promise<ProjectVersion | undefined> {
  return node?.kind === 'file' ? parseProjectVersion(fromBytes(await read())) : undefined;
}

function readerOf(
  inputs: Inputs,
  bytes: ReadonlyMap<ArchivePath, Uint8Array>,
): (entry: PreparedEntry) => Promise<Uint8Array> {
  return async ({ path, from, origin }) => {
    const own = bytes.get(path);
    if (own !== undefined) return own;
    const tree = { source: inputs.source, rootfs: inputs.rootfs, modem: inputs.modem, multifota: inputs.multifota };
    const bringer = from === 'rootfs' || from === 'modem' || from === 'multifota' ? tree[from] : tree.source;
    if (bringer === undefined) throw new Error(`nobody brings ${displayName(path)}`);
    return bringer.read(origin);
  };
}

async function writeTarget(
  request: PrepareRequest,
  reading: ReadOptions,
  entries: ReadonlyMap<ArchivePath, PreparedEntry>,
  read: (entry: PreparedEntry) => Promise<Uint8Array>,
): Promise<NonNullable<Preparation['written']>> {
  const list = [...entries.values()].map((entry): TargetFilesEntry => {
    const { path, node } = entry;
    if (node.kind === 'link') return { path, kind: 'link', destination: node.destination };
    if (node.kind === 'directory') return { path, kind: 'directory', mode: node.own?.mode ?? 0o755 };
    return { path, kind: 'file', mode: node.own?.mode ?? 0o644, size: node.content.size, read: () => read(entry) };
  });
  return writeTargetFilesZip(list, request.output, {
    onProgress: reading.onProgress,
    signal: reading.signal,
    check: (file) => checkWritten(file, reading, entries, request.output),
  });
}

/** Reads the finished zip as any command will, and holds it against the plan. */
async function checkWritten(
  file: string,
  reading: ReadOptions,
  entries: ReadonlyMap<ArchivePath, PreparedEntry>,
  output: string,
): Promise<void> {
  const tree = await readZip(file, { ...reading, onProgress: silent });
  await tree.close();
  const wrong = [...entries.values()].filter(({ path, node }) => !sameContent(tree.nodes.get(path), node));
  if (wrong.length === 0 && tree.nodes.size === entries.size) return;
  throw new ProofError({
    code: 'prepare-read-back',
    place: { file: output },
    message: 'the zip does not read back as it was planned',
    found: wrong.length === 0 ? `${tree.nodes.size} entries` : displayName(wrong[0]?.path ?? ''),
    expected: `${entries.size} entries as planned`,
  });
}
