import type { Fault } from '../model/errors.js';
import { longestEntryNameBytes } from '../model/limits/input.js';
import { type BuildPath, compareBytes, displayName, type NameFault, toBuildPath, unsafeName } from '../model/path.js';
import { together } from './together.js';

/** A name as the input spells it, without a trailing slash, and what it names. */
export interface NamedNode {
  readonly name: string;
  readonly kind: 'file' | 'link' | 'directory';
}

function whyUnsafe(fault: NameFault): string {
  switch (fault) {
    case 'empty':
      return 'the name is empty';
    case 'absolute':
      return 'the name starts with a slash';
    case 'parent-part':
      return 'the name has a part `..`, which could lead out of the tree';
    case 'dot-part':
      return 'the name has a part `.`';
    case 'empty-part':
      return 'the name has two slashes in a row';
    case 'nul-byte':
      return 'the name has a NUL byte';
    case 'backslash-root':
      return 'the name starts like a path of Windows';
    default:
      return fault satisfies never;
  }
}

const deepestName = 128;

function tooLarge(name: string): { message: string; found: string; expected: string } | undefined {
  if (name.length > longestEntryNameBytes) {
    const message = 'the name is longer than a path of Linux can be';
    return { message, found: `${name.length} bytes`, expected: `at most ${longestEntryNameBytes} bytes` };
  }
  const depth = name.split('/').length;
  if (depth <= deepestName) return undefined;
  const message = 'the name lies deeper than any file of a module';
  return { message, found: `${depth} parts`, expected: `at most ${deepestName}` };
}

/**
 * Names as they are meant: some packers (bsdtar) begin every name with `./`. Where all do, that is left out, and the
 * entry of the top itself has no name: it is left out as well. Where only some do, nothing is changed.
 */
export function withoutDots<Node extends NamedNode>(nodes: readonly Node[]): readonly Node[] {
  const dotted = ({ name }: NamedNode): boolean => name === '.' || name.startsWith('./');
  if (nodes.length === 0 || !nodes.every(dotted)) return nodes;
  return nodes.filter(({ name }) => name !== '.').map((node) => ({ ...node, name: node.name.slice(2) }));
}

/**
 * Checks the names of an input: each safe, each once, and nothing below a file or a link. Returns the build path of
 * each name, and every fault, in byte order of the names.
 */
export function checkNames(
  file: string,
  nodes: Iterable<NamedNode>,
): { readonly paths: ReadonlyMap<string, BuildPath>; readonly faults: readonly Fault[] } {
  const paths = new Map<string, BuildPath>();
  const kinds = new Map<string, NamedNode['kind']>();
  const faults: Fault[] = [];
  const sorted = [...nodes].sort((a, b) => compareBytes(a.name, b.name));
  for (const { name, kind } of sorted) {
    const place = { file, entry: displayName(name) };
    const unsafe = unsafeName(name);
    if (unsafe !== undefined) {
      const expected = 'names relative to the top of the zip or folder, such as SYSTEM/bin/app';
      const remedy = 'pack it again in its folder, on Linux: zip -qry0 ../targetfiles.zip ./*';
      faults.push({ code: 'unsafe-name', place, message: whyUnsafe(unsafe), expected, remedy });
      continue;
    }
    const large = tooLarge(name);
    if (large !== undefined) {
      faults.push({ code: 'unsafe-name', place: { file, entry: displayName(name.slice(0, 120)) }, ...large });
      continue;
    }
    const before = kinds.get(name);
    if (before !== undefined) {
      const found = before === kind ? `${kind}, twice` : `a ${before} and a ${kind}`;
      faults.push({ code: 'duplicate-name', place, message: 'the name occurs more than once', found });
      continue;
    }
    kinds.set(name, kind);
    paths.set(name, toBuildPath(name));
  }
  for (const name of paths.keys()) {
    for (let cut = name.lastIndexOf('/'); cut > 0; cut = name.lastIndexOf('/', cut - 1)) {
      const parent = name.slice(0, cut);
      const kind = kinds.get(parent);
      if (kind === 'directory') break;
      if (kind === undefined) continue;
      faults.push({
        code: 'parent-not-directory',
        place: { file, entry: displayName(name) },
        message: `it lies below ${displayName(parent)}, which is a ${kind}`,
        expected: 'a directory above it',
      });
      break;
    }
  }
  return { paths, faults: together(faults, 'names') };
}
