/** Reads the source and the newly built parts of a target. */
import { readFile, stat } from 'node:fs/promises';
import { bootImageFindings } from '../../checks/guards/boot-image.js';
import { asInputError } from '../../files/system-error.js';
import { projectVersionPath } from '../../formats/text/project-version.js';
import { readFolder } from '../../input/folder-tree.js';
import { readImage } from '../../input/images/hashed-image.js';
import { layoutFaults } from '../../input/layout.js';
import { lookAtBoot } from '../../input/looks.js';
import { type OwnersRow, parseOwnersTable } from '../../input/metadata/owners-table.js';
import { readZip } from '../../input/zip/zip-tree.js';
import type { Ownership } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { largestFileBytes, largestOwnersTableBytes } from '../../model/limits.js';
import { type BuildPath, displayName, fromBytes, toBuildPath } from '../../model/path.js';
import type { PreparedFrom } from '../../model/preparation.js';
import type { PreparedEntry } from '../../model/prepared-tree.js';
import type { ReadOptions, Tree, TreeNode } from '../../model/tree.js';
import { type Guarded, refuseUnallowed, withAllowed } from '../guard-inputs.js';
import type { PrepareRequest } from './prepare-request.js';

const versionPath = toBuildPath(projectVersionPath);

/** A file that is given on its own. */
interface SingleFile {
  readonly from: PreparedFrom;
  readonly path: BuildPath;
  readonly node: TreeNode;
  readonly bytes: Uint8Array;
}

/** The source, and everything that was given to replace parts of it. */
export interface Inputs {
  readonly source: Tree;
  readonly rootfs: (Tree & { readonly root?: Ownership | undefined }) | undefined;
  readonly modem: Tree | undefined;
  readonly multifota: Tree | undefined;
  readonly singles: readonly SingleFile[];
  readonly owners: readonly OwnersRow[];
  /** What is wrong with the inputs and was allowed. */
  readonly guarded: Guarded;
}

/** Opens all inputs. Each tree is put into `open` at once, so that the caller can close it whatever happens. */
export async function readInputs(request: PrepareRequest, reading: ReadOptions, open: Tree[]): Promise<Inputs> {
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
    input === undefined ? [] : [await readSingle(from, toBuildPath(path), input)];
  const boot = await single('boot', sdx6x.bootImage, request.boot);
  const guarded = withAllowed(await otherBoot(boot[0], source, request.boot), request.allow);
  refuseUnallowed(guarded.findings);
  return {
    source,
    rootfs: request.rootfs === undefined ? undefined : await part(request.rootfs),
    modem: request.modem === undefined ? undefined : await part(request.modem),
    multifota: request.multifota === undefined ? undefined : keep(await readFolder(request.multifota, reading)),
    singles: [
      ...boot,
      ...(await single('abl', sdx6x.bootLoader, request.abl)),
      ...(await single('version-file', versionPath, request.versionFile)),
    ],
    owners: request.owners === undefined ? [] : await readOwners(request.owners),
    guarded,
  };
}

/** What speaks against the kernel that was given, held against the source's. */
async function otherBoot(
  single: SingleFile | undefined,
  source: Tree,
  input: string | undefined,
): Promise<readonly Finding[]> {
  if (single === undefined || input === undefined) return [];
  const path = sdx6x.bootImage;
  const before = source.nodes.get(path)?.kind === 'file' ? await source.read(path) : undefined;
  const look = lookAtBoot(single.bytes, before);
  return bootImageFindings(look, before && lookAtBoot(before), { file: input });
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

async function readSingle(from: PreparedFrom, path: BuildPath, input: string): Promise<SingleFile> {
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

/** Reads an entry of the target where its bringer has it. */
export function readerOf(
  inputs: Inputs,
  bytes: ReadonlyMap<BuildPath, Uint8Array>,
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
