/** Holds one state of the module against another that it should be like. */
import { compareBytes, displayName } from '../model/path.js';
import type { Difference, DifferenceKind } from '../model/verification.js';
import { sameBlob } from './blob.js';
import { type FileSystem, inodeOf, rootInode } from './file-system.js';
import type { Flash } from './machine.js';
import { mapEach, mapEntries, mapGet } from './persistent-map.js';
import { type IsShared, sharedInodes } from './tree-difference.js';

/** Compares the /system and the partitions of two states; what the second should be is what the first is. */
export function compareStates(
  wanted: Flash,
  found: Flash,
  most: number,
): { readonly differences: readonly Difference[]; readonly count: number } {
  const all: Difference[] = [];
  const [a, b] = [mapGet(wanted.volumes, '/system'), mapGet(found.volumes, '/system')];
  if (a !== undefined && b !== undefined && a !== b) {
    const both = { a, b, isShared: sharedInodes(a, b), all };
    compareInodes(both, rootInode, rootInode, '/system');
  }
  for (const [name, content] of mapEntries(wanted.partitions)) {
    const other = mapGet(found.partitions, name);
    if (other === undefined || !sameBlob(content, other))
      all.push({ path: `partition ${displayName(name)}`, what: 'content' });
  }
  return { differences: all.sort((x, y) => compareBytes(x.path, y.path)).slice(0, most), count: all.length };
}

interface Both {
  readonly a: FileSystem;
  readonly b: FileSystem;
  readonly isShared: IsShared;
  readonly all: Difference[];
}

function compareInodes(both: Both, inA: number, inB: number, path: string): void {
  if (both.isShared(inA, inB)) return;
  const { a, b, all } = both;
  const [x, y] = [inodeOf(a, inA), inodeOf(b, inB)];
  const differ = (what: DifferenceKind): void => {
    all.push({ path: displayName(path), what });
  };
  if (x.kind !== y.kind) differ('kind');
  if (x.kind === 'link' && y.kind === 'link' && x.destination !== y.destination) differ('link');
  if (x.kind === 'file' && y.kind === 'file' && !sameBlob(x.content, y.content)) differ('content');
  if ((x.kind === 'file' && y.kind === 'file') || (x.kind === 'directory' && y.kind === 'directory')) {
    if (x.mode !== y.mode) differ('mode');
    if (x.uid !== y.uid || x.gid !== y.gid) differ('owner');
    if (x.selabel !== y.selabel) differ('label');
    if (x.capabilities !== y.capabilities) differ('capabilities');
  }
  if (x.kind !== 'directory' || y.kind !== 'directory') return;
  mapEach(x.children, (name, ino) => {
    const other = mapGet(y.children, name);
    const below = `${path}/${name}`;
    if (other === undefined) all.push({ path: displayName(below), what: 'absent' });
    else compareInodes(both, ino, other, below);
  });
  mapEach(y.children, (name) => {
    if (mapGet(x.children, name) === undefined) all.push({ path: displayName(`${path}/${name}`), what: 'extra' });
  });
}
