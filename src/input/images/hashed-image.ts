import { createHash } from 'node:crypto';
import { type Content, type Ownership, ownership } from '../../model/build.js';
import { sha1Of, toSha1 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { type InputTree, readWhole } from '../../model/input-tree.js';
import { largestFileBytes, largestFileInWords } from '../../model/limits.js';
import { type BuildPath, displayName, fromBytes, toBuildPath } from '../../model/path.js';
import type { ReadOptions, Tree, TreeNode } from '../../model/tree.js';
import { digestOfNodes } from '../../model/tree-digest.js';
import type { TreeEntry } from '../../model/tree-entry.js';
import { linkFault } from '../links.js';
import { permittedCapabilities } from './capability.js';
import { openImageTree } from './image-tree.js';

/** The tree of one image, every file read once and hashed; paths are the image's own. */
export interface HashedImage extends Tree {
  /** Owner and mode of the root directory. */
  readonly root?: Ownership | undefined;
  /** Bytes of the physical erase blocks. */
  readonly eraseBlock?: number | undefined;
  /** A module changes no single files in it. */
  readonly readOnly?: boolean | undefined;
}

/**
 * Reads an image whole. Owner, mode, label and capabilities of each node are the image's. Devices, pipes and sockets are
 * left out with a finding. An image that is not whole is refused: what could not be read would look as if it had been deleted.
 * Throws InputError.
 */
export async function readImage(path: string, options: ReadOptions): Promise<HashedImage> {
  const tree = await openImageTree(path);
  try {
    refuseDamaged(tree);
    const { nodes, special } = await readNodes(tree, options);
    const findings: readonly Finding[] = special === 0 ? tree.findings : [...tree.findings, leftOut(path, special)];
    return {
      origin: path,
      digest: digestOfNodes(nodes),
      nodes,
      findings,
      root: tree.root && imageOwnership({ ...tree.root, attributes: new Map() }),
      eraseBlock: tree.eraseBlock,
      readOnly: tree.readOnly,
      read: async (file) => {
        const node = nodes.get(file);
        if (node?.kind !== 'file') throw new RangeError(`no file ${displayName(file)} in ${path}`);
        const bytes = await readWhole(tree, file);
        if (sha1Of(bytes) === node.content.sha1) return bytes;
        const place = { file: path, entry: displayName(file) };
        throw new InputError({ code: 'input-changed', place, message: 'the input was changed while it was in use' });
      },
      close: () => tree.close(),
    };
  } catch (error) {
    await tree.close();
    throw error;
  }
}

function leftOut(path: string, count: number): Finding {
  return {
    severity: 'information',
    code: 'image-left-out',
    place: { file: path },
    message: 'devices, pipes and sockets are left out: a package cannot carry them',
    found: `${count} entries`,
  };
}

function refuseDamaged(tree: InputTree): void {
  const errors = tree.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new InputError(
    errors.map(({ severity: _severity, ...fault }) => ({
      ...fault,
      remedy: fault.remedy ?? 'make the image again; `dfota extract` saves what can be read of this one',
    })),
  );
}

async function readNodes(
  tree: InputTree,
  options: ReadOptions,
): Promise<{ readonly nodes: ReadonlyMap<BuildPath, TreeNode>; readonly special: number }> {
  const nodes = new Map<BuildPath, TreeNode>();
  const totalBytes = tree.entries.reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0);
  let doneBytes = 0;
  let special = 0;
  for (const [index, entry] of tree.entries.entries()) {
    options.signal?.throwIfAborted();
    const at = toBuildPath(entry.path);
    if (entry.kind === 'file') {
      nodes.set(at, { kind: 'file', content: await digest(tree, entry), own: imageOwnership(entry) });
      doneBytes += entry.size;
    } else if (entry.kind === 'directory') nodes.set(at, { kind: 'directory', own: imageOwnership(entry) });
    else if (entry.kind === 'link') {
      const destination = entry.destination ?? '';
      const fault = linkFault(destination, { file: tree.origin, entry: displayName(entry.path) });
      if (fault !== undefined) throw new InputError(fault);
      nodes.set(at, { kind: 'link', destination });
    } else special += 1;
    options.onProgress({
      stage: options.stage,
      doneBytes,
      totalBytes,
      doneItems: index + 1,
      totalItems: tree.entries.length,
      item: displayName(entry.path),
    });
  }
  return { nodes, special };
}

async function digest(tree: InputTree, entry: TreeEntry): Promise<Content> {
  if (entry.size > largestFileBytes) {
    throw new InputError({
      code: 'file-too-large',
      place: { file: tree.origin, entry: displayName(entry.path) },
      message: 'the file is too large',
      found: `${entry.size} bytes`,
      expected: largestFileInWords,
    });
  }
  const hash = createHash('sha1');
  let size = 0;
  for await (const bytes of tree.content(entry.path)) {
    hash.update(bytes);
    size += bytes.length;
  }
  return { size, sha1: toSha1(hash.digest('hex')) };
}

/** Owner, mode, label and capabilities as the image states them. */
function imageOwnership(entry: Pick<TreeEntry, 'mode' | 'uid' | 'gid' | 'attributes'>): Ownership {
  const label = entry.attributes.get('security.selinux');
  const capability = entry.attributes.get('security.capability');
  const capabilities = capability && permittedCapabilities(capability);
  return ownership(
    { uid: entry.uid ?? 0, gid: entry.gid ?? 0, mode: entry.mode ?? 0o755, origin: 'image' },
    label === undefined ? undefined : fromBytes(label).replace(/\0+$/, ''),
    capabilities,
  );
}
