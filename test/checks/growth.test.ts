import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBuilds } from '../../src/checks/builds/check-builds.js';
import { comparedInputFindings } from '../../src/checks/builds/compared-inputs.js';
import { listFindings } from '../../src/checks/lists/check-lists.js';
import { checkText } from '../../src/report/check.js';
import { growthShapes } from '../support/growth-shapes.js';
import { allParts } from '../support/settled.js';
import { assertLinear } from '../support/work-count.js';

test('unit: more clashing lines than a call takes arguments are told', () => {
  const none = growthShapes['many images']?.(1);
  assert(none !== undefined);
  const [rule] = none.rules.images;
  assert(rule !== undefined);
  const images = Array.from({ length: 200_000 }, () => rule);
  const found = listFindings({ ...none.rules, images }, none.source, none.target);
  assert.equal(found.filter(({ code }) => code === 'multifota-mapped-twice').length, 199_999);
});

for (const [name, shapeOf] of Object.entries(growthShapes)) {
  test(`unit: twice as much is twice the work of the checks: ${name}`, () => {
    assertLinear((n) => {
      const shape = shapeOf(n);
      const { source, target, rules } = shape;
      const facts = { ...shape, parts: allParts() };
      const findings = listFindings(rules, source, target);
      return {
        builds: () => checkBuilds({ ...facts, rules: { ...rules, keep: [...rules.keep] } }),
        inputs: () => comparedInputFindings(source, target),
        lists: () => listFindings(rules, source, target),
        report: () => checkText({ source, target, findings }),
      };
    });
  });
}
