import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNames } from '../../src/input/names.js';

const check = (name: string) => checkNames('v1.zip', [{ name, kind: 'file' }]).faults;

test('unit: names as long and as deep as a module has them are taken', () => {
  assert.deepEqual(check(`SYSTEM/${'n'.repeat(4088)}`), []);
  assert.deepEqual(check(`${'a/'.repeat(127)}b`), []);
});

test('unit: a name that would be thousands of directories is refused', () => {
  const [long] = check(`SYSTEM/${'n'.repeat(4089)}`);
  assert.deepEqual([long?.code, long?.found, long?.expected], ['unsafe-name', '4096 bytes', 'at most 4095 bytes']);
  const [deep] = check(`${'a/'.repeat(128)}b`);
  assert.deepEqual([deep?.code, deep?.found, deep?.expected], ['unsafe-name', '129 parts', 'at most 128']);
  assert.equal(check(`${'a/'.repeat(30_000)}b`)[0]?.code, 'unsafe-name');
});
