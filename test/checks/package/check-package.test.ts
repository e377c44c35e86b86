import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPackage } from '../../../src/checks/package/check-package.js';
import { abstractBuild } from '../../support/abstract-build.js';

const source = { ...abstractBuild({}), projectVersion: { bytes: 'v1' } };
const small = { origin: 'update.zip', bytes: 1_000_000, unpackedBytes: 2_000_000, projectVersion: 'v1' };

test('unit: the package is held against the limits of the note', () => {
  const codes = (edits: Partial<typeof small>) => checkPackage({ ...small, ...edits }, source).map(({ code }) => code);
  assert.deepEqual(codes({}), []);
  assert.deepEqual(codes({ projectVersion: 'v0' }), ['package-other-source']);
  assert.deepEqual(checkPackage({ ...small, projectVersion: undefined }, source)[0]?.found, 'no version');
  assert.deepEqual(codes({ unpackedBytes: 60_000_000 }), ['usrdata-needed']);
  assert.deepEqual(codes({ bytes: 70_000_001, unpackedBytes: 70_000_000 }), ['package-too-large', 'usrdata-needed']);
  const [finding] = checkPackage({ ...small, unpackedBytes: 110_000_000 }, source);
  assert.deepEqual([finding?.severity, finding?.found], ['warning', '111.0 MB']);
});
