import type { Code } from '../model/codes.js';
import type { Fault } from '../model/errors.js';
import { isBelowSystem, sdx6x } from '../model/layout.js';
import { displayName } from '../model/path.js';
import type { TreeNode } from '../model/tree.js';
import { type Packing, strayed, topOf } from './build-names.js';
import { misplacedFault } from './misplaced.js';

/** Which of the two builds an input is: the target must bring the program that runs on the device. */
export type Role = 'source' | 'target';

type Nodes = ReadonlyMap<string, Pick<TreeNode, 'kind'>>;

function missing(file: string, nodes: Nodes, path: string, code: Code, message: string, expected: string): Fault[] {
  const kind = nodes.get(path)?.kind;
  if (kind === 'file') return [];
  const elsewhere = kind === undefined ? strayed(nodes.keys(), path) : undefined;
  const found = elsewhere === undefined ? (kind === undefined ? 'nothing' : `a ${kind}`) : displayName(elsewhere);
  const remedy = elsewhere === undefined ? undefined : `move ${displayName(elsewhere)} to ${path}`;
  return [{ code, place: { file, entry: path }, message, found, expected, remedy }];
}

/** What the layout of targetfiles.zip demands and the tree has not. Where all of it is something else, that alone is told. */
export function layoutFaults(
  file: string,
  nodes: Nodes,
  role: Role | undefined,
  packing: Packing = 'zip',
): readonly Fault[] {
  const misplaced = misplacedFault(file, [...nodes.keys()], packing);
  if (misplaced !== undefined) return [misplaced];
  const faults: Fault[] = [];
  const system = [...nodes.keys()].some((path) => isBelowSystem(path));
  const top = nodes.get(sdx6x.system)?.kind;
  if (!system || (top !== undefined && top !== 'directory')) {
    const none = nodes.size === 0 ? 'nothing at all' : `no SYSTEM; at the top: ${topOf(nodes.keys())}`;
    const found = top === undefined ? none : `a ${top} SYSTEM with nothing in it`;
    const expected = 'a folder SYSTEM with the root file system';
    faults.push({ code: 'no-system', place: { file }, message: 'there is no root file system', found, expected });
  }
  const misc = sdx6x.miscInfo;
  faults.push(
    ...missing(file, nodes, misc, 'no-misc-info', 'the description of the build is missing', `a file ${misc}`),
  );
  if (role === 'target') faults.push(...updaterFaults(file, nodes));
  return faults;
}

/** A target must bring OTA/bin/updater, which becomes the package's update-binary. */
function updaterFaults(file: string, nodes: Nodes): Fault[] {
  const { updater } = sdx6x;
  const expected = `a file ${updater}, which becomes the package's update-binary`;
  return missing(file, nodes, updater, 'no-updater', 'the program that runs on the device is missing', expected);
}
