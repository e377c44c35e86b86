/** Random trees become each other on the simulated device, whenever the power goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sumOf } from '../../src/quecpython/device/check-sums.js';
import { flashOf } from '../../src/quecpython/device/flash.js';
import { deviceOf, lives, restoreFrom } from '../../src/quecpython/device/life.js';
import { crc32Text } from '../../src/quecpython/maker/crc32.js';
import { checkList, namesOf, type UserFiles } from '../../src/quecpython/maker/lists.js';
import { finalTree, updateSet } from '../../src/quecpython/maker/update-set.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Names that may become files of one tree and folders of another, and some that differ in case. */
const names = fc.constantFrom(
  'a.py',
  'b.py',
  'main.py',
  'lib/c.py',
  'lib/d.py',
  'lib/deep/e.py',
  'lib/deep',
  'B.py',
  'empty',
);
const trees = fc
  .dictionary(names, fc.oneof(fc.string(), fc.constantFrom('', 'same', 'other')), { maxKeys: 9 })
  .map((files): UserFiles => new Map(Object.entries(files).map(([name, text]) => [name, bytes(text)])))
  .filter((files) =>
    [...files.keys()].every((name) => ![...files.keys()].some((other) => other.startsWith(`${name}/`))),
  );

function device(old: UserFiles) {
  const list = bytes(checkList(old, undefined, 'crc32').text);
  const files = new Map([
    ['/bak/backup_restore.json', bytes('{"enable": 1}')],
    ['/bak/checksum.json', list],
    ['/usr/checksum.json', list],
  ]);
  for (const [name, content] of old) files.set(`/usr/${name}`, content).set(`/bak/usr/${name}`, content);
  return deviceOf(files);
}

test('property: with the power cut after any change the tree becomes the new one, and the restore changes nothing', () => {
  let made = 0;
  fc.assert(
    fc.property(trees, trees, (old, next) => {
      const result = updateSet(old, next, 'https://example.com/');
      if ('faults' in result) {
        assert.ok(result.faults.length > 0);
        return;
      }
      made += 1;
      const { set } = result;
      const wanted = finalTree(next, set);
      const staged = new Map([...set.staged].map(([name, content]) => [`/usr/.updater/${name}`, content]));
      let outcomes = 0;
      for (const { files, restored } of lives(device(old), staged)) {
        outcomes += 1;
        const has = [...files].filter(([path]) => path.startsWith('/usr/') && !path.startsWith('/usr/.updater/'));
        assert.deepEqual(has.map(([path]) => path).sort(), [...wanted.keys()].map((name) => `/usr/${name}`).sort());
        for (const [path, content] of has)
          assert.equal(Buffer.compare(content, wanted.get(path.slice(5)) ?? bytes('\0none')), 0, path);
        assert.deepEqual(restored, []);
      }
      assert.ok(outcomes > 3 * set.files.length, 'each file is brought, copied, struck off and removed');
    }),
    { numRuns: 300 },
  );
  assert.ok(made > 80, `${made} of 300 pairs could be made`);
});

test('unit: without the list as the last file the restore would undo the update: the simulated device can tell', () => {
  const old = new Map([['a.py', bytes('one')]]);
  const next = new Map([['a.py', bytes('two')]]);
  const result = updateSet(old, next, '');
  assert.ok('set' in result);
  const staged = new Map([...result.set.staged].map(([name, content]) => [`/usr/.updater/${name}`, content]));
  staged.set('/usr/.updater/usr/checksum.json', bytes(checkList(old, undefined, 'crc32').text));
  const [outcome] = [...lives(device(old), staged)];
  assert.deepEqual(outcome?.restored, ['/usr/a.py']);
});

test('unit: what the device cannot do is a fault', () => {
  const codes = (old: Record<string, string>, next: Record<string, string>): readonly string[] => {
    const tree = (files: Record<string, string>) =>
      new Map(Object.entries(files).map(([name, text]) => [name, bytes(text)]));
    const result = updateSet(tree(old), tree(next), '');
    return 'faults' in result ? result.faults.map(({ code }) => code) : [];
  };
  assert.deepEqual(codes({ a: '1' }, { 'a/b': '1' }), ['quecpython-kind']);
  assert.deepEqual(codes({ 'a/b': '1' }, { a: '1' }), ['quecpython-kind']);
  assert.deepEqual(codes({ a: '1' }, { a: '1' }), ['quecpython-same']);
  assert.deepEqual(codes({ a: '1' }, { a: '' }), ['quecpython-emptied']);
  assert.deepEqual(codes({ a: '1' }, { b: '1', B: '2' }), ['quecpython-case']);
  assert.deepEqual(codes({ b: '1', B: '2' }, { a: '1' }), ['quecpython-case']);
  assert.deepEqual(codes({ a: '1' }, { '.updater/x': '1' }), ['quecpython-reserved']);
  assert.deepEqual(codes({ a: '1' }, { a: '2', 'checksum.json': '{' }), ['quecpython-list']);
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`folder/file-${at}.py`, `${at}`]));
  assert.deepEqual(codes({ a: '1' }, many), ['quecpython-list-long', 'quecpython-list-long']);
});

test('property: check sums are those that the device computes, without leading zeros, and an empty file has none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (content) => {
      const flash = flashOf(new Map([['/x', content]]));
      assert.equal(crc32Text(content), `0x${sumOf(flash, '/x')?.toString(16)}`);
    }),
  );
  assert.equal(crc32Text(bytes('123456789')), '0xcbf43926');
  assert.equal(crc32Text(new Uint8Array()), undefined);
});

test('unit: a list keeps the names that are given, and says which are empty or not there', () => {
  const files = new Map([
    ['a', bytes('1')],
    ['b', bytes('')],
    ['c', bytes('3')],
  ]);
  const { text, remarks } = checkList(
    files,
    namesOf('[{"name": "/usr/a"}, {"name": "usr/b"}, {"name": "/usr/z"}]'),
    'crc32',
  );
  assert.equal(text, `[{"name": "/usr/a", "crc32": "${crc32Text(bytes('1'))}"}]`);
  assert.deepEqual(
    remarks.map(({ code, name }) => [code, name]),
    [
      ['quecpython-empty-file', 'b'],
      ['quecpython-not-there', 'z'],
    ],
  );
});

test('unit: the simulated device restores an empty file at every start, as the firmware does', () => {
  const list = bytes('[{"name": "/usr/a", "crc32": "0x0"}]');
  const files = new Map([
    ['/bak/backup_restore.json', bytes('{"enable": 1}')],
    ['/bak/checksum.json', list],
    ['/bak/usr/a', bytes('')],
    ['/usr/a', bytes('')],
  ]);
  assert.deepEqual(restoreFrom(deviceOf(files)), [['/usr/a'], ['/usr/a']]);
  files.set('/bak/backup_restore.json', bytes('{"enable": 0}'));
  assert.deepEqual(restoreFrom(deviceOf(files)), [[], []]);
});
