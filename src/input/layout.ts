import type { Code } from '../model/codes.js';
import type { Fault } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { displayName } from '../model/path.js';
import type { TreeNode } from '../model/tree.js';

/** Which of the two builds an input is: the target must bring the program that runs on the device. */
export type Role = 'source' | 'target';

type Nodes = ReadonlyMap<string, Pick<TreeNode, 'kind'>>;

/** The single folder that everything is below, where it holds a SYSTEM or META of its own. */
function wrappingFolder(nodes: Nodes): string | undefined {
  const tops = new Set([...nodes.keys()].map((path) => path.split('/', 1)[0]));
  const [top] = tops;
  if (tops.size !== 1 || top === undefined) return undefined;
  const inside = [...nodes.keys()].some((path) => /^[^/]*\/(SYSTEM|META)(\/|$)/.test(path));
  return inside ? top : undefined;
}

function missing(file: string, nodes: Nodes, path: string, code: Code, message: string, expected: string): Fault[] {
  const kind = nodes.get(path)?.kind;
  if (kind === 'file') return [];
  const found = kind === undefined ? 'nothing' : `a ${kind}`;
  return [{ code, place: { file, entry: path }, message, found, expected }];
}

/** What the layout of targetfiles.zip demands and the tree has not. */
export function layoutFaults(file: string, nodes: Nodes, role: Role | undefined): readonly Fault[] {
  const wrapper = wrappingFolder(nodes);
  if (wrapper !== undefined) {
    return [
      {
        code: 'wrapped-in-folder',
        place: { file, entry: displayName(`${wrapper}/`) },
        message: `everything is inside a folder ${displayName(wrapper)}`,
        expected: 'SYSTEM, META and the others at the top',
        remedy: 'zip from inside that folder: zip -qry0 ../targetfiles.zip ./*',
      },
    ];
  }
  const faults: Fault[] = [];
  const system = [...nodes.keys()].some((path) => path.startsWith('SYSTEM/'));
  if (!system || (nodes.has('SYSTEM') && nodes.get('SYSTEM')?.kind !== 'directory')) {
    const found = nodes.has('SYSTEM') ? `a ${nodes.get('SYSTEM')?.kind} SYSTEM with nothing in it` : 'no SYSTEM';
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
  const updater = sdx6x.updater;
  const expected = `a file ${updater}, which becomes the package's update-binary`;
  return missing(file, nodes, updater, 'no-updater', 'the program that runs on the device is missing', expected);
}
