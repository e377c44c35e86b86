import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesByConsequence, consequenceOf, consequenceOrder } from '../../src/model/codes/consequences.js';
import { codeTexts, isCode } from '../../src/model/codes.js';

test('unit: each code has one consequence', () => {
  const listed = consequenceOrder.flatMap((consequence) => codesByConsequence[consequence]);
  assert.deepEqual([...listed].sort(), Object.keys(codeTexts).sort());
  for (const code of Object.keys(codeTexts)) assert.ok(isCode(code) && consequenceOrder.includes(consequenceOf(code)));
  assert.equal(consequenceOf('links-flattened'), 'module-lost');
});
