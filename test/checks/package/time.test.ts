import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPackageTime } from '../../../src/checks/package/time.js';
import { abstractBuild } from '../../support/abstract-build.js';

test('unit: files that are days newer than the Package Time are found', () => {
  const told = (packageTime: string, time: string) =>
    checkPackageTime(
      { ...abstractBuild({}), projectVersion: { bytes: '', packageTime } },
      { entry: 'SYSTEM/bin/app', time },
    ).map(({ found }) => found);
  assert.deepEqual(told('2022-06-30,23:50', '2022-07-01,22:00'), []);
  assert.deepEqual(told('2022-06-30,23:50', '2022-07-02,22:00'), ['SYSTEM/bin/app of 2022-07-02,22:00']);
  assert.deepEqual(told('2022-06-30,23:50', '2021-01-01,00:00'), []);
  assert.deepEqual(told('yesterday', '2022-07-02,22:00'), []);
  assert.deepEqual(checkPackageTime(abstractBuild({}), undefined), []);
});
