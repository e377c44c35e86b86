/** Works out the whole target: entries, owners, versions, findings. Nothing is written. */
import { checkPrepared } from '../../checks/prepared/check-prepared.js';
import { parseProjectVersion, projectVersionPath } from '../../formats/text/project-version.js';
import { parseFilesystemConfig } from '../../input/metadata/filesystem-config.js';
import type { Ownership, ProjectVersion } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, fromBytes, toBuildPath, toBytes } from '../../model/path.js';
import type { Preparation } from '../../model/preparation.js';
import type { PreparedEntry, PreparedTree } from '../../model/prepared-tree.js';
import type { TreeNode } from '../../model/tree.js';
import { sameContent } from '../../model/tree.js';
import { type PreparedBoot, prepareBoot } from './prepare-boot.js';
import { type Inputs, readerOf } from './prepare-inputs.js';
import { type DerivedOwners, deriveOwners } from './prepare-owners.js';
import { assemble, changesOf } from './prepare-plan.js';
import { givenInputs, type PrepareRequest } from './prepare-request.js';

const configPath = sdx6x.filesystemConfig;
const versionPath = toBuildPath(projectVersionPath);

/** A target that is worked out and not written. */
export interface Planned {
  readonly entries: ReadonlyMap<BuildPath, PreparedEntry>;
  /** What is in no tree: single files and the derived filesystem_config.txt. */
  readonly bytes: ReadonlyMap<BuildPath, Uint8Array>;
  readonly preparation: Preparation;
}

/** Puts the target together, derives its owners, and checks it. */
export async function planTarget(request: PrepareRequest, inputs: Inputs): Promise<Planned> {
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
  const boot = await bootOf(request, inputs, entries.get(sdx6x.bootImage), bytes);
  if (boot?.image !== undefined) {
    bytes.set(sdx6x.bootImage, boot.image);
    const content = { size: boot.image.length, sha1: sha1Of(boot.image) };
    const before = entries.get(sdx6x.bootImage);
    const own = before?.node.kind === 'file' ? before.node.own : undefined;
    const from = before?.from === 'boot' ? 'boot' : 'derived';
    entries.set(sdx6x.bootImage, {
      path: sdx6x.bootImage,
      node: { kind: 'file', content, own },
      from,
      origin: sdx6x.bootImage,
    });
  }
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
    ...inputs.guarded.findings,
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
    ...(boot?.findings ?? []),
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
      allowed: inputs.guarded.allowed,
      written: undefined,
    },
  };
}

/** The boot image packed again, where that was asked for. */
async function bootOf(
  request: PrepareRequest,
  inputs: Inputs,
  entry: PreparedEntry | undefined,
  bytes: ReadonlyMap<BuildPath, Uint8Array>,
): Promise<PreparedBoot | undefined> {
  if (request.recompress === undefined) return undefined;
  const place = request.boot === undefined ? { file: request.source, entry: sdx6x.bootImage } : { file: request.boot };
  if (entry?.node.kind !== 'file') {
    throw new InputError({
      code: 'prepare-boot-unreadable',
      place,
      message: 'there is no boot image to pack again',
      remedy: 'give one with --boot, or leave --recompress out',
    });
  }
  return prepareBoot(await readerOf(inputs, bytes)(entry), place, inputs);
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
