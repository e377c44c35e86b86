import { test } from 'node:test';
import { checkBuilds } from '../../src/checks/builds/check-builds.js';
import { comparedInputFindings } from '../../src/checks/builds/compared-inputs.js';
import { listFindings } from '../../src/checks/lists/check-lists.js';
import { checkText } from '../../src/report/check.js';
import { growthShapes } from '../support/growth-shapes.js';
import { allParts } from '../support/settled.js';
import { assertLinear } from '../support/work-count.js';

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
