import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/model/build.js';
import { toSha1 } from '../../src/model/digest.js';
import { type BuildPath, toBuildPath } from '../../src/model/path.js';
import { realPaths } from '../../src/model/real-path.js';

const ownership = { uid: 0, gid: 0, mode: 0o644, origin: 'zip-mode' } as const;
const content = { size: 0, sha1: toSha1('da39a3ee5e6b4b0d3255bfef95601890afd80709') };

/** Entries out of names: `a/` is a folder, `a -> b` a link. */
function entriesOf(...names: readonly string[]): ReadonlyMap<BuildPath, Entry> {
  return new Map(
    names.map((name): [BuildPath, Entry] => {
      const [at = '', destination] = name.split(' -> ');
      const path = toBuildPath(`SYSTEM/${at}`.replace(/\/$/, ''));
      if (destination !== undefined) return [path, { kind: 'link', path, destination }];
      return [
        path,
        at.endsWith('/') ? { kind: 'directory', path, ownership } : { kind: 'file', path, content, ownership },
      ];
    }),
  );
}

test('unit: folders that are links lead on, in chains, absolute, and upwards', () => {
  const { ofName, ofGoal } = realPaths(
    entriesOf(
      'usr/',
      'usr/bin/',
      'usr/bin/busybox',
      'usr/bin/sh -> busybox',
      'bin -> usr/bin',
      'sbin -> /bin',
      'usr/local/',
      'usr/local/up -> ../../sbin/.',
    ),
  );
  assert.equal(ofName('/bin/sh'), 'SYSTEM/usr/bin/sh');
  assert.equal(ofName('sbin/sh'), 'SYSTEM/usr/bin/sh');
  assert.equal(ofName('./usr/local/up//sh'), 'SYSTEM/usr/bin/sh');
  assert.equal(ofName('bin'), 'SYSTEM/bin');
  assert.equal(ofName('/bin/not-there'), 'SYSTEM/usr/bin/not-there');
  assert.equal(ofGoal('sbin/sh'), 'SYSTEM/usr/bin/busybox');
  assert.equal(ofGoal('sbin'), 'SYSTEM/usr/bin');
});

test('unit: circles, the root, what is not there, and what climbs above the root', () => {
  const { ofName, ofGoal } = realPaths(
    entriesOf('a -> b', 'b -> a', 'self -> self', 'out -> ../../../etc', 'etc/', 'etc/x', 'deep -> deep/x'),
  );
  for (const path of ['a/x', 'self/x', 'deep/x', 'none/x', '/', '.', '..']) assert.equal(ofName(path), undefined, path);
  assert.equal(ofGoal('a'), undefined);
  // As on the device, `..` of the root is the root.
  assert.equal(ofName('out/x'), 'SYSTEM/etc/x');
});
