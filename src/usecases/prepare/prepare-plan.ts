/** What a prepared target is made of: the note's section 2.2.2 over trees instead of a shell. Pure: no bytes are read here. */

import type { Fault } from '../../model/errors.js';
import { isBelowSystem, sdx6x } from '../../model/layout.js';
import { type BuildPath, compareBytes, displayName, isWithin, parentOf, toBuildPath } from '../../model/path.js';
import type { PreparedFrom, PreparedPath } from '../../model/preparation.js';
import type { PreparedEntry, PreparedTree } from '../../model/prepared-tree.js';
import { sameContent, type TreeNode } from '../../model/tree.js';

type Nodes = ReadonlyMap<BuildPath, TreeNode>;

/** The inputs that replace something, as trees. */
export interface PreparedInputs {
  readonly source: Nodes;
  /** Single files by where they go. */
  readonly files: readonly { readonly from: PreparedFrom; readonly path: BuildPath; readonly node: TreeNode }[];
  readonly multifota: Nodes | undefined;
  readonly rootfs: Nodes | undefined;
  readonly modem: Nodes | undefined;
}

/** Left where they are when the root file system is replaced, and not taken from the new one. */
const keptInSystem = [sdx6x.modem, `${sdx6x.system}/dev`];

/**
 * 1. Everything of the source. 2. Single files and MULTIFOTA over it. 3. SYSTEM without `firmware` and `dev` goes, the new root file system
 * comes without its own `firmware` and `dev`. 4. The modem's files over SYSTEM/firmware.
 */
export function assemble(inputs: PreparedInputs): PreparedTree {
  const entries = new Map<BuildPath, PreparedEntry>();
  const faults: Fault[] = [];
  let notTaken = 0;
  let modemKept = 0;
  let modemMet = 0;
  const put = (path: BuildPath, node: TreeNode, from: PreparedFrom, origin: BuildPath): void => {
    const before = entries.get(path)?.node.kind;
    if (before === 'directory' && node.kind === 'directory' && from !== 'rootfs') return;
    if (before !== undefined && (before === 'directory') !== (node.kind === 'directory')) {
      faults.push({
        code: 'prepare-kind',
        place: { file: from, entry: displayName(path) },
        message: `the source has a ${before} here and the ${from} input a ${node.kind}`,
        remedy: 'check that the right folder level was given',
      });
      return;
    }
    entries.set(path, { path, node, from, origin });
  };
  for (const [path, node] of inputs.source) {
    const goes =
      inputs.rootfs !== undefined && isBelowSystem(path) && !keptInSystem.some((kept) => isWithin(path, kept));
    if (!goes) entries.set(path, { path, node, from: 'source', origin: path });
  }
  for (const [inside, node] of inputs.rootfs ?? []) {
    const path = toBuildPath(`${sdx6x.system}/${inside}`);
    if (keptInSystem.some((kept) => isWithin(path, kept))) {
      if (!keptInSystem.includes(path)) notTaken += 1;
      continue;
    }
    put(path, node, 'rootfs', inside);
  }
  for (const [inside, node] of inputs.multifota ?? [])
    put(toBuildPath(`${sdx6x.minorImages}/${inside}`), node, 'multifota', inside);
  if (inputs.modem !== undefined) {
    for (const [inside, node] of inputs.modem) {
      const path = toBuildPath(`${sdx6x.modem}/${inside}`);
      if (node.kind === 'file' && inputs.source.get(path)?.kind === 'file') modemMet += 1;
      put(path, node, 'modem', inside);
    }
    for (const { path, node, from } of entries.values()) {
      if (from === 'source' && node.kind === 'file' && path.startsWith(`${sdx6x.modem}/`)) modemKept += 1;
    }
  }
  for (const { from, path, node } of inputs.files) put(path, node, from, path);
  // A zip may leave out the directories above its files; the target names all of them, as an unpacked one would.
  for (const path of [...entries.keys()]) {
    for (let parent = parentOf(path); parent !== undefined && !entries.has(parent); parent = parentOf(parent)) {
      entries.set(parent, { path: parent, node: { kind: 'directory' }, from: 'source', origin: parent });
    }
  }
  const sorted = new Map([...entries].sort(([a], [b]) => compareBytes(a, b)));
  return { entries: sorted, notTaken, modemKept, modemMet, faults };
}

/** What is not as it was in the source, in byte order. */
export function changesOf(source: Nodes, target: ReadonlyMap<BuildPath, PreparedEntry>): readonly PreparedPath[] {
  const changes: PreparedPath[] = [];
  for (const [path, node] of source) {
    if (!target.has(path)) changes.push({ path, kind: node.kind, change: 'removed', from: 'rootfs' });
  }
  for (const { path, node, from } of target.values()) {
    const before = source.get(path);
    const implied = from === 'source' && before === undefined;
    if (implied || sameContent(before, node)) continue;
    changes.push({ path, kind: node.kind, change: before === undefined ? 'added' : 'replaced', from });
  }
  return changes.sort((a, b) => compareBytes(a.path, b.path));
}
