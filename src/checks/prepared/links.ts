import { sdx6x } from '../../model/layout.js';
import type { TreeNode } from '../../model/tree.js';
import type { PreparedCheck } from './facts.js';

function hasLinks(nodes: ReadonlyMap<string, TreeNode>): boolean {
  for (const [path, { kind }] of nodes) if (kind === 'link' && !path.startsWith(`${sdx6x.modem}/`)) return true;
  return false;
}

/** A root file system that was copied without its links replaces each by a file. */
export const checkLinksCopied: PreparedCheck = (facts) => {
  if (facts.rootfs === undefined || !hasLinks(facts.source) || hasLinks(facts.rootfs)) return [];
  return [
    {
      severity: 'error',
      code: 'prepare-links-flattened',
      place: { file: facts.output },
      message: 'the source has links, the new root file system has none: they were lost',
      remedy: 'copy the root file system with cp -a, or give its image',
    },
  ];
};
