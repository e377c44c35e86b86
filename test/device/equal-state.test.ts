import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Blob, blobOfBytes, joinBlobs } from '../../src/device/blob.js';
import { compareWith, expect, nothingCompared } from '../../src/device/compare.js';
import type { ContentStore } from '../../src/device/content.js';
import {
  addInode,
  directoryOf,
  emptyFileSystem,
  type FileSystem,
  inodeOf,
  moveName,
  removeName,
  replaceInode,
  rootInode,
} from '../../src/device/file-system.js';
import type { Flash } from '../../src/device/machine.js';
import { emptyMap, mapDelete, mapDifference, mapEntries, mapGet, mapSet } from '../../src/device/persistent-map.js';
import type { Entry, Ownership } from '../../src/model/build.js';
import { type BuildPath, toBuildPath } from '../../src/model/path.js';

const owner = { uid: 0, gid: 0, mode: 0o644 };
const bytes = (text: string): Blob => blobOfBytes(new Uint8Array(Buffer.from(text)));
const store: ContentStore = {
  bytes: () => Promise.reject(new Error('no bytes are asked for here')),
  learnt: () => ({ outcomes: new Map(), formats: new Map() }),
  whole: async (blob) => {
    if (blob.kind === 'whole') return blob;
    return blobOfBytes(new Uint8Array(Buffer.from(`pieces of ${blob.size}`)));
  },
  patch: () => Promise.reject(new Error('nothing is patched here')),
  isPatch: async () => false,
};

/** A tree of two levels: six directories with four files each, and the expectation that it meets. */
function madeTree() {
  let fs: FileSystem = emptyFileSystem(2 ** 30, 4096, 4096, { uid: 0, gid: 0, mode: 0o755 });
  const entries = new Map<BuildPath, Entry>();
  const ownership = (mode: number): Ownership => ({ uid: 0, gid: 0, mode, origin: 'filesystem-config' });
  for (let d = 0; d < 6; d += 1) {
    const parent = d % 2 === 0 ? rootInode : rootInode + 1;
    const path = `SYSTEM/${d % 2 === 0 ? '' : 'd0/'}d${d}`;
    const made = addInode(fs, parent, `d${d}`, { kind: 'directory', children: emptyMap(), ...owner, mode: 0o755 });
    fs = made.fs;
    entries.set(toBuildPath(path), { kind: 'directory', path: toBuildPath(path), ownership: ownership(0o755) });
    for (let f = 0; f < 4; f += 1) {
      const content = bytes(`${d} ${f}`);
      fs = addInode(fs, made.ino, `f${f}`, { kind: 'file', content, ...owner }).fs;
      const file = toBuildPath(`${path}/f${f}`);
      if (content.kind !== 'whole') throw new Error('a small blob is whole');
      const { size, sha1 } = content;
      entries.set(file, { kind: 'file', path: file, ownership: ownership(0o644), content: { size, sha1 } });
    }
  }
  return { fs, expectation: expect(entries, 'boot', undefined, false) };
}

const flashOf = (fs: FileSystem): Flash => ({
  volumes: mapSet(emptyMap<string, FileSystem>(), '/system', fs),
  partitions: emptyMap(),
  stage: '',
});

/** Where a name is: the directory that holds it. */
function places(fs: FileSystem): readonly { parent: number; name: string; ino: number }[] {
  const all: { parent: number; name: string; ino: number }[] = [];
  const look = (parent: number): void => {
    for (const [name, ino] of mapEntries(directoryOf(fs, parent).children)) {
      all.push({ parent, name, ino });
      if (inodeOf(fs, ino).kind === 'directory') look(ino);
    }
  };
  look(rootInode);
  return all;
}

/** One of many changes, chosen by numbers: some of them make no difference. */
function change(fs: FileSystem, [kind, first, second]: readonly [number, number, number]): FileSystem {
  const all = places(fs);
  const [a, b] = [all[first % all.length], all[second % all.length]];
  if (a === undefined || b === undefined) return fs;
  const inode = inodeOf(fs, a.ino);
  const isBelow = (ino: number, top: number): boolean => {
    for (let at: number | undefined = ino; at !== undefined; at = all.find((each) => each.ino === at)?.parent)
      if (at === top) return true;
    return false;
  };
  switch (kind) {
    case 0:
      return inode.kind === 'file' ? replaceInode(fs, a.ino, { ...inode, content: bytes(`other ${second}`) }) : fs;
    case 1:
      return inode.kind === 'file' || inode.kind === 'directory'
        ? replaceInode(fs, a.ino, { ...inode, mode: second % 2 === 0 ? 0o600 : 0o644 })
        : fs;
    case 2:
      return inode.kind === 'file' ? removeName(fs, a.parent, a.name) : fs;
    case 3:
      return addInode(fs, rootInode, `new${first}-${fs.nextInode}`, { kind: 'link', destination: 'x' }).fs;
    case 4: {
      // the same bytes, another object
      if (inode.kind !== 'file' || inode.content.kind !== 'whole') return fs;
      return { ...fs, inodes: mapSet(fs.inodes, a.ino, { ...inode, content: { ...inode.content } }) };
    }
    case 5: {
      // two names change places
      if (isBelow(a.ino, b.ino) || isBelow(b.ino, a.ino)) return fs;
      const aside = moveName(fs, a, { parent: rootInode, name: 'aside' });
      return moveName(moveName(aside, b, a), { parent: rootInode, name: 'aside' }, b);
    }
    case 6:
      return inode.kind === 'file'
        ? replaceInode(fs, a.ino, { ...inode, content: joinBlobs(bytes('half'), bytes(`and ${second}`)) })
        : fs;
    default: {
      // a directory becomes another with the same names
      if (inode.kind !== 'directory') return fs;
      const other = addInode(fs, a.parent, 'copy', { ...inode, children: emptyMap() });
      let made = other.fs;
      for (const [name, ino] of mapEntries(inode.children)) {
        const child = inodeOf(fs, ino);
        if (child.kind === 'file') made = addInode(made, other.ino, name, child).fs;
      }
      return made;
    }
  }
}

test('property: what was compared before hides nothing: the same differences are found as without', async () => {
  const { fs, expectation } = madeTree();
  const before = nothingCompared();
  assert.equal((await compareWith(expectation, flashOf(fs), store, 1000, before)).count, 0);
  const step = fc.tuple(fc.nat(7), fc.nat(60), fc.nat(60));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
      const changed = flashOf(steps.reduce(change, fs));
      const found = await compareWith(expectation, changed, store, 1000, before);
      assert.deepEqual(found, await compareWith(expectation, changed, store, 1000));
    }),
    { numRuns: 500 },
  );
});

test('unit: a difference in a place that was equal before is found, and directories that changed places too', async () => {
  const { fs, expectation } = madeTree();
  const before = nothingCompared();
  await compareWith(expectation, flashOf(fs), store, 20, before);
  const all = places(fs);
  const [d2, d4] = ['d2', 'd4'].map((name) => all.find((each) => each.name === name));
  assert.ok(d2 !== undefined && d4 !== undefined);
  const file = all.find(({ parent, name }) => parent === d4.ino && name === 'f3');
  const inode = inodeOf(fs, file?.ino ?? 0);
  assert.ok(inode.kind === 'file');
  const spoilt = replaceInode(fs, file?.ino ?? 0, { ...inode, content: bytes('planted') });
  const { differences } = await compareWith(expectation, flashOf(spoilt), store, 20, before);
  assert.deepEqual(
    differences.map(({ path, what }) => [path, what]),
    [['/system/d4/f3', 'content']],
  );
  const aside = moveName(fs, d2, { parent: rootInode, name: 'aside' });
  const swapped = moveName(moveName(aside, d4, d2), { parent: rootInode, name: 'aside' }, d4);
  assert.equal((await compareWith(expectation, flashOf(swapped), store, 20, before)).count, 8);
  assert.equal((await compareWith(expectation, flashOf(fs), store, 20, before)).count, 0);
});

test('unit: a state that differs is not kept for the next', async () => {
  const { fs, expectation } = madeTree();
  const spoilt = change(fs, [2, 1, 0]);
  const before = nothingCompared();
  const first = await compareWith(expectation, flashOf(spoilt), store, 20, before);
  assert.ok(first.count > 0);
  assert.deepEqual(await compareWith(expectation, flashOf(spoilt), store, 20, before), first);
});

test('property: the difference of two maps is every key that one of them has otherwise', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 3000 })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, steps, (made, changed) => {
      type Values = ReturnType<typeof emptyMap<number, object>>;
      const apply = (map: Values, [set, at]: readonly [boolean, number]): Values =>
        set ? mapSet(map, at, {}) : mapDelete(map, at);
      const a = made.reduce(apply, emptyMap<number, object>());
      const b = changed.reduce(apply, a);
      const found: number[] = [];
      mapDifference(a, b, (key) => found.push(key));
      const keys = new Set([...mapEntries(a), ...mapEntries(b)].map(([key]) => key));
      const wanted = [...keys].filter((key) => mapGet(a, key) !== mapGet(b, key));
      assert.deepEqual(
        found.sort((x, y) => x - y),
        wanted.sort((x, y) => x - y),
      );
    }),
  );
});
