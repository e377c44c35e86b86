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
    'error: v2.zip(SYSTEM/a): wrong\n  found:    1\n  expected: 2\n  to do:    mend it\nnote: worth knowing\n',
  );
  assert.equal(
    findingsText([error], (what, text) => `<${what}>${text}`).split('\n')[0],
    '<error>error: <place>v2.zip(SYSTEM/a): wrong',
  );
});

test('unit: findings are counted in words', () => {
  assert.equal(countFindings([]), 'no findings');
  assert.equal(countFindings([error, note, note]), '1 error, 2 notes');
});
