import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/model/finding.js';
import { countFindings, findingsText, sortFindings } from '../../src/report/findings.js';

const note: Finding = { severity: 'information', code: 'nothing-to-update', message: 'worth knowing' };
const error: Finding = {
  severity: 'error',
  code: 'zip-damaged',
  place: { file: 'v2.zip', entry: 'SYSTEM/a' },
  message: 'wrong',
  found: '1',
  expected: '2',
  remedy: 'mend it',
};

test('unit: errors come first, and nothing is told twice', () => {
  assert.deepEqual(sortFindings([note, error, { ...note }, { ...error, found: '3' }]), [
    error,
    { ...error, found: '3' },
    note,
  ]);
});

test('unit: a finding is told with place, found, expected and remedy', () => {
  assert.equal(
    findingsText([note, error]),
    'Cannot be used as it is:\nerror: v2.zip(SYSTEM/a): wrong\n  found:    1\n  expected: 2\n  to do:    mend it\n\nFor information:\nnote: worth knowing\n',
  );
  assert.equal(
    findingsText([error], (what, text) => `<${what}>${text}`).split('\n')[0],
    '<error>error: <place>v2.zip(SYSTEM/a): wrong',
  );
});

const warning = (code: Finding['code'], message: string, remedy?: string): Finding => ({
  severity: 'warning',
  code,
  message,
  remedy,
});

test('unit: what costs a module is told first, and what is mended in one way stands together with its remedy once', () => {
  const findings = [
    note,
    warning('version-equal', 'same version', 'count up'),
    warning('files-deleted', 'one is gone', 'put it back'),
    warning('usrdata-needed', 'no room'),
    warning('chmod-row-not-there', 'another', 'correct it'),
    warning('empty-directories-lost', 'two is gone', 'put it back'),
    warning('links-flattened', 'no links', 'zip again'),
  ];
  const text = [
    'May cost the module:',
    'warning: no links',
    '  to do:    zip again',
    '',
    'The update may fail on the module:',
    'warning: no room',
    '',
    'The module may not get what is meant:',
    'warning: one is gone',
    'warning: two is gone',
    '  to do for these 2: put it back',
    'warning: another',
    '  to do:    correct it',
    '',
    'Worth a look:',
    'warning: same version',
    '  to do:    count up',
    '',
    'For information:',
    'note: worth knowing',
    '',
  ].join('\n');
  assert.equal(findingsText(findings), text);
  assert.deepEqual(
    sortFindings(findings).map(({ message }) => message),
    ['no links', 'no room', 'one is gone', 'two is gone', 'another', 'same version', 'worth knowing'],
  );
});

test('unit: a note stands last, even where its code can cost a module', () => {
  const told: Finding = { severity: 'information', code: 'links-flattened', message: 'a note' };
  assert.deepEqual(sortFindings([told, warning('list-crlf', 'a warning')]).at(-1), told);
});

test('unit: findings are counted in words', () => {
  assert.equal(countFindings([]), 'no findings');
  assert.equal(countFindings([error, note, note]), '1 error, 2 notes');
});
