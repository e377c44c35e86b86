import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HostSystem, hostName, hostNames, hostPath } from '../../src/files/host-names.js';
import { unsafeName } from '../../src/model/path.js';

const systems: readonly HostSystem[] = ['posix', 'darwin', 'win32'];

test('unit: what Windows does not take is escaped', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['SYSTEM/bin/app', 'SYSTEM/bin/app'],
    ['SYSTEM/..\\..\\evil.dll', 'SYSTEM/..%5C..%5Cevil.dll'],
    ['..\\evil', '..%5Cevil'],
    ['a:b', 'a%3Ab'],
    ['C:', 'C%3A'],
    ['file:stream:$DATA', 'file%3Astream%3A$DATA'],
    ['aux', '%61ux'],
    ['SYSTEM/AUX/x', 'SYSTEM/%41UX/x'],
    ['nul.txt', '%6Eul.txt'],
    ['nul.tar.gz', '%6Eul.tar.gz'],
    ['com1 .log', '%63om1 .log'],
    ['COM\xc2\xb9', '%43OM\xc2\xb9'],
    ['conin$', '%63onin$'],
    ['auxiliary', 'auxiliary'],
    ['console', 'console'],
    ['com10', 'com10'],
    ['name.', 'name%2E'],
    ['name ', 'name%20'],
    ['name. .', 'name. %2E'],
    ['...', '..%2E'],
    [' leading', ' leading'],
    ['bell\x07', 'bell%07'],
    ['line\nbreak', 'line%0Abreak'],
    ['a<b>c"d|e?f*g', 'a%3Cb%3Ec%22d%7Ce%3Ff%2Ag'],
    ['100%', '100%'],
    ['a%3Ab', 'a%253Ab'],
    ['\xc3\xa4', '\xc3\xa4'],
    ['\xe4', '%E4'],
  ];
  for (const [path, expected] of cases) assert.equal(hostPath(path, 'win32'), expected, JSON.stringify(path));
});

test('unit: macOS wants UTF-8, and Linux takes every name as it is', () => {
  for (const name of ['a:b', 'aux', 'name.', 'bell\x07', '..\\evil']) {
    assert.equal(hostName(name, 'darwin'), name);
    assert.equal(hostName(name, 'posix'), name);
  }
  assert.equal(hostName('\xe4', 'darwin'), '%E4');
  assert.equal(hostName('\xe4', 'posix'), '\xe4');
});

const letters = [...'aAuUxXnNlL.%5cC:/\\ \x00\x01\n\xc3\xa4\xe4$<?*1'];
const names = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 })
  .filter((name) => unsafeName(name) === undefined);

test('property: whatever the name, it stays below the folder, part by part', () => {
  fc.assert(
    fc.property(names, (path) => {
      const parts = path.split('/').length;
      const written = Buffer.from(hostPath(path, 'win32'), 'latin1').toString('utf8');
      const below = win32.relative('C:\\out', win32.resolve('C:\\out', written));
      assert.ok(below !== '' && !win32.isAbsolute(below) && !below.split('\\').includes('..'), below);
      assert.equal(below.split('\\').length, parts);
      assert.doesNotMatch(below, /[\x00-\x1f<>:"|?*]/);
      for (const part of below.split('\\')) assert.doesNotMatch(part, /[. ]$|^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i);
      for (const system of systems) {
        const at = posix.relative('/out', posix.resolve('/out', hostPath(path, system)));
        assert.equal(at, hostPath(path, system));
        assert.equal(at.split('/').length, parts);
      }
    }),
    { numRuns: 2000 },
  );
});

test('property: different names stay different', () => {
  fc.assert(
    fc.property(names, names, (one, other) => {
      for (const system of systems) assert.equal(hostPath(one, system) === hostPath(other, system), one === other);
    }),
    { numRuns: 2000 },
  );
});

test('unit: where case does not count, the first of two names is written and the second told, with all below it', () => {
  const paths = ['etc', 'Etc', 'etc/a', 'etc/A', 'Etc/b', 'e\xcc\x81', '\xc3\xa9', 'other'];
  const { names, renamed, colliding } = hostNames(paths, 'darwin', true);
  assert.deepEqual([...names.keys()], ['etc', 'etc/a', 'e\xcc\x81', 'other']);
  assert.deepEqual(
    [...colliding],
    [
      ['Etc', 'etc'],
      ['etc/A', 'etc/a'],
      ['\xc3\xa9', 'e\xcc\x81'],
    ],
  );
  assert.deepEqual(renamed, []);
  const all = hostNames(paths, 'posix', false);
  assert.deepEqual(
    [...all.names],
    paths.map((path) => [path, path]),
  );
  assert.equal(all.colliding.size, 0);
});

test('unit: what has another name is told', () => {
  assert.deepEqual(hostNames(['a', 'aux', 'b'], 'win32', true).renamed, ['aux']);
});
