import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../../../src/formats/format-error.js';
import { parseFileList, parseMd5Sums } from '../../../src/formats/package-database/file-lists.js';
import { parseOsRelease } from '../../../src/formats/package-database/os-release.js';
import { parseStanzas } from '../../../src/formats/package-database/stanzas.js';
import { parseStatus } from '../../../src/formats/package-database/status.js';
import { mostInstalledPackages } from '../../../src/model/limits/software.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('unit: records are parted by empty lines, fields go on behind a blank', () => {
  const [first, second, ...more] = parseStanzas(
    bytes('Package: a\r\nDescription: one\n two\n .\n\tthree\n \t\n\n\nPackage:b\nEmpty:\n'),
  );
  assert.deepEqual(more, []);
  assert.equal(first?.line, 1);
  assert.equal(first?.fields.get('description'), 'one\ntwo\n.\nthree');
  assert.equal(second?.line, 9);
  assert.deepEqual([second?.fields.get('package'), second?.fields.get('empty')], ['b', '']);
  assert.deepEqual(parseStanzas(bytes('')), []);
});

test('unit: packages that are there are told, removed ones are not', () => {
  const record = (name: string, status: string): string =>
    `Package: ${name}\nVersion: 1:2.0~rc1+b1-3\nArchitecture: arm64\n${status}\n\n`;
  const found = parseStatus(
    bytes(
      [
        record('installed', 'Status: install ok installed'),
        record('removed', 'Status: deinstall ok config-files'),
        record('never', 'Status: unknown ok not-installed'),
        record('first-start', 'Status: install ok unpacked'),
        record('kept', 'Status: install hold,prefer,ok installed'),
        record('status.d', 'License: MIT'),
      ].join(''),
    ),
  );
  assert.deepEqual(
    found.map(({ name }) => name),
    ['installed', 'first-start', 'kept', 'status.d'],
  );
  assert.equal(found[0]?.version, '1:2.0~rc1+b1-3');
  assert.equal(found.at(-1)?.license, 'MIT');
});

test('unit: what is malformed is told with its line', () => {
  for (const [text, said] of [
    ['Package: a\nnonsense\n', /line 2: not of the form/],
    [' goes on\n', /line 1: it goes on/],
    ['Package: a\nVersion: 1\nPackage: b\n', /line 3: the field Package stands twice/],
    ['Package: a\nVersion: 1\0\n', /line 2: a NUL byte/],
    ['Version: 1\n', /line 1: the record names no package/],
    ['\nPackage: a\n', /line 2: the record of a has no version/],
    ['Package: ../../etc/passwd\nVersion: 1\n', /the record's package is not valid/],
    ['Package: a\nVersion: 1 2\n', /the record's version is not valid/],
    ['Package: a\nVersion: 1\nArchitecture: ../x\n', /the record's architecture is not valid/],
    ['Package: a\nVersion: 1\n\n'.repeat(mostInstalledPackages + 1), /more than 50000 records/],
  ] as const) {
    assert.throws(
      () => parseStatus(bytes(text)),
      (error) => error instanceof FormatError && said.test(error.message),
      text.slice(0, 60),
    );
  }
});

test('unit: lists of files take both forms, and no path that climbs', () => {
  assert.deepEqual(parseFileList(bytes('/.\n/bin\n/bin/sh\t0777\tbusybox\n\n')), ['/.', '/bin', '/bin/sh']);
  const sum = '0'.repeat(32);
  assert.deepEqual(
    [...parseMd5Sums(bytes(`${sum}  usr/bin/a b\n${sum} *x\n`))],
    [
      ['usr/bin/a b', sum],
      ['x', sum],
    ],
  );
  assert.throws(() => parseFileList(bytes('/usr/../../x\n')), FormatError);
  assert.throws(() => parseMd5Sums(bytes(`${sum}  ../x\n`)), FormatError);
  assert.throws(() => parseMd5Sums(bytes('abc  x\n')), /line 1: not of the form/);
});

test('unit: a distribution is taken by its id, in any quotes', () => {
  const of = (text: string) => parseOsRelease(bytes(text));
  assert.deepEqual(of('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n'), { id: 'debian', version: '12' });
  assert.deepEqual(of("ID='openwrt'\n"), { id: 'openwrt', version: undefined });
  for (const text of ['', 'ID=\n', 'ID="Two Words"\n', 'ID=$(reboot)\n', 'ID=../x\n'])
    assert.equal(of(text), undefined);
});
