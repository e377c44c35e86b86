/** Two states of a module held against each other: as a plain comparison of all paths would, whatever they share. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blobOfBytes } from '../../src/device/blob.js';
import { compareStates } from '../../src/device/compare-states.js';
import {
  addInode,
  directoryOf,
  emptyFileSystem,
  type FileSystem,
  type Inode,
  inodeOf,
  moveName,
  removeName,
  replaceInode,
  rootInode,
} from '../../src/device/file-system.js';
import { emptyMap, mapEntries, mapGet, mapSet } from '../../src/device/persistent-map.js';
import { type Moment, momentParts } from '../../src/device/reuse/moments.js';
import { sameTree } from '../../src/device/tree-difference.js';

const owner = { uid: 0, gid: 0, mode: 0o644 };
const bytes = (text: string) => blobOfBytes(new Uint8Array(Buffer.from(text)));

interface Place {
  readonly parent: number;
  readonly name: string;
  readonly ino: number;
  readonly path: string;
}

function places(fs: FileSystem): readonly Place[] {
  const all: Place[] = [];
  const look = (parent: number, above: string): void => {
    for (const [name, ino] of mapEntries(directoryOf(fs, parent).children)) {
      const path = `${above}/${name}`;
      all.push({ parent, name, ino, path });
      if (inodeOf(fs, ino).kind === 'directory') look(ino, path);
    }
  };
  look(rootInode, '');
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The whole tree as text. */
function listing(fs: FileSystem): readonly string[] {
  const told = (inode: Inode): string => {
    if (inode.kind === 'file') return `${inode.uid} ${inode.mode} ${JSON.stringify(inode.content.size)}${keyOf(inode)}`;
    if (inode.kind === 'directory') return `dir ${inode.uid} ${inode.mode}`;
    return inode.kind === 'link' ? `-> ${inode.destination}` : inode.partition;
  };
  const keyOf = (inode: Extract<Inode, { kind: 'file' }>): string =>
    inode.content.kind === 'whole' ? inode.content.sha1 : 'pieces';
  return [told(inodeOf(fs, rootInode)), ...places(fs).map(({ path, ino }) => `${path} ${told(inodeOf(fs, ino))}`)];
}

type Step = readonly [kind: number, first: number, second: number];

/** One of some changes at places that are told by their paths, so that it does the same whatever the numbers of the inodes. */
function change(fs: FileSystem, [kind, first, second]: Step): FileSystem {
  const all = places(fs);
  const directories = [{ ino: rootInode, path: '' }, ...all.filter(({ ino }) => inodeOf(fs, ino).kind === 'directory')];
  const at = all[first % Math.max(all.length, 1)];
  const into = directories[second % directories.length] ?? { ino: rootInode, path: '' };
  const name = 'abc'[first % 3] ?? 'a';
  const isFree = (parent: number): boolean => mapGet(directoryOf(fs, parent).children, name) === undefined;
  if (kind <= 2) {
    if (!isFree(into.ino)) return fs;
    const made: readonly Inode[] = [
      { kind: 'file', content: bytes(`${first % 2}`), ...owner },
      { kind: 'directory', children: emptyMap(), ...owner, mode: 0o755 },
      { kind: 'link', destination: `${second % 2}` },
    ];
    const inode = made[kind];
    return inode === undefined ? fs : addInode(fs, into.ino, name, inode).fs;
  }
  if (at === undefined) return fs;
  const inode = inodeOf(fs, at.ino);
  if (kind === 3) {
    const isEmpty = inode.kind !== 'directory' || inode.children.size === 0;
    return isEmpty ? removeName(fs, at.parent, at.name) : fs;
  }
  if (kind === 4 && inode.kind === 'file')
    return replaceInode(fs, at.ino, { ...inode, content: bytes(`${second % 2}`) });
  if (kind === 5 && (inode.kind === 'file' || inode.kind === 'directory'))
    return replaceInode(fs, at.ino, { ...inode, mode: second % 2 === 0 ? 0o600 : 0o644 });
  if (kind === 6 && isFree(into.ino) && into.ino !== at.ino && !`${into.path}/`.startsWith(`${at.path}/`))
    return moveName(fs, at, { parent: into.ino, name });
  return fs;
}

const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(30), fc.nat(30)), { maxLength: 12 });
const empty = emptyFileSystem(2 ** 30, 4096, 4096, { uid: 0, gid: 0, mode: 0o755 });

test('property: two trees are the same where a listing of all paths is, whatever the inodes are called', () => {
  let same = 0;
  fc.assert(
    fc.property(steps, steps, steps, fc.boolean(), (made, more, other, alike) => {
      const base = made.reduce(change, empty);
      // made and removed again: what follows has other numbers
      const spare = addInode(base, rootInode, 'spare', { kind: 'link', destination: 'x' }).fs;
      const a = more.reduce(change, base);
      const b = (alike ? more : other).reduce(change, removeName(spare, rootInode, 'spare'));
      const isSame = JSON.stringify(listing(a)) === JSON.stringify(listing(b));
      if (isSame && a !== b) same++;
      assert.equal(sameTree(a, b), isSame);
      const flash = (fs: FileSystem) => ({
        volumes: mapSet(emptyMap<string, FileSystem>(), '/system', fs),
        partitions: emptyMap<string, never>(),
        stage: '',
      });
      assert.equal(compareStates(flash(a), flash(b), 5).count === 0, isSame);
    }),
    { numRuns: 2000 },
  );
  assert.ok(same > 100);
});

test('property: each inode knows the directory that holds its name', () => {
  fc.assert(
    fc.property(steps, (made) => {
      const fs = made.reduce(change, empty);
      const all = places(fs);
      for (const { ino, parent } of all) assert.equal(mapGet(fs.parents, ino), parent);
      assert.equal(fs.parents.size, all.length);
      assert.equal(fs.inodes.size, all.length + 1);
    }),
  );
});

test('unit: two moments that differ in one part differ in that part alone', () => {
  const volumes = mapSet(emptyMap<string, FileSystem>(), '/system', empty);
  const moment: Moment = {
    flash: { volumes, partitions: mapSet(emptyMap(), 'boot', bytes('old')), stage: '' },
    ram: empty,
    mounts: new Map([[3, '/cache']]),
    wipesCache: false,
  };
  const { flash } = moment;
  const mode = { ...directoryOf(empty, rootInode), mode: 0o700 };
  const others: Readonly<Record<keyof typeof momentParts, Moment>> = {
    wipesCache: { ...moment, wipesCache: true },
    mounts: { ...moment, mounts: new Map([[3, '/system']]) },
    stage: { ...moment, flash: { ...flash, stage: '1' } },
    space: { ...moment, flash: { ...flash, volumes: mapSet(volumes, '/system', { ...empty, used: 8192 }) } },
    ram: { ...moment, ram: replaceInode(empty, rootInode, mode) },
    partitions: { ...moment, flash: { ...flash, partitions: mapSet(emptyMap(), 'boot', bytes('new')) } },
    trees: {
      ...moment,
      flash: { ...flash, volumes: mapSet(volumes, '/system', replaceInode(empty, rootInode, mode)) },
    },
  };
  for (const [part, other] of Object.entries(others)) {
    const differing = Object.entries(momentParts).filter(([, isSame]) => !isSame(moment, other));
    assert.deepEqual(
      differing.map(([name]) => name),
      [part],
    );
    for (const isSame of Object.values(momentParts)) assert.ok(isSame(other, other));
  }
  // the numbers of the RAM disk's inodes are what is mounted on
  const added = (names: readonly string[]): Moment => ({
    ...moment,
    ram: names.reduce((ram, name) => addInode(ram, rootInode, name, { kind: 'link', destination: 'x' }).fs, empty),
  });
  assert.equal(momentParts.ram(added(['a', 'b']), added(['b', 'a'])), false);
  assert.equal(momentParts.ram(added(['a', 'b']), added(['a', 'b'])), true);
});
