import { createHash } from 'node:crypto';
import { type Sha256, toSha256 } from './digest.js';
import { type BuildPath, toBytes } from './path.js';
import type { TreeNode } from './tree.js';

/** SHA-256 of a sorted listing with digests, owners and modes. */
export function digestOfNodes(nodes: ReadonlyMap<BuildPath, TreeNode>): Sha256 {
  const hash = createHash('sha256');
  for (const [path, node] of nodes) {
    const own =
      node.kind === 'link' || node.own === undefined
        ? ''
        : `${node.own.uid}:${node.own.gid}:${node.own.mode.toString(8)}`;
    const what = node.kind === 'file' ? node.content.sha1 : node.kind === 'link' ? node.destination : '';
    hash.update(toBytes(`${node.kind}\0${path}\0${own}\0${what}\0`));
  }
  return toSha256(hash.digest('hex'));
}
