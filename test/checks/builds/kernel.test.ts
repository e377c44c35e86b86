import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVermagic } from '../../../src/checks/builds/kernel.js';
import { toBuildPath } from '../../../src/model/path.js';

const module = (name: string) => toBuildPath(`SYSTEM/lib/modules/${name}.ko`);

test('unit: modules for another kernel are an error, modules for several a warning', () => {
  const vermagic = new Map([
    [module('a'), '5.4.210 SMP'],
    [module('b'), '5.4.180 SMP'],
  ]);
  const codes = (release: string | undefined) =>
    checkVermagic({ origin: 'v2.zip', release, vermagic }).map(({ severity, code, found }) => [severity, code, found]);
  assert.deepEqual(codes('5.4.210'), [['error', 'vermagic-mismatch', '5.4.180 (SYSTEM/lib/modules/b.ko)']]);
  assert.equal(codes('5.10.1').length, 2);
  assert.equal(codes(undefined)[0]?.[1], 'vermagic-mixed');
  assert.deepEqual(checkVermagic({ origin: 'v2.zip', release: undefined, vermagic: new Map() }), []);
});
