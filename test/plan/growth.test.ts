import { test } from 'node:test';
import { auditRows } from '../../src/audit/rows.js';
import { totalsOf } from '../../src/audit/totals.js';
import { layoutPackage } from '../../src/package/layout.js';
import { deviceOrder } from '../../src/plan/order.js';
import { replayPlan } from '../../src/plan/replay.js';
import { deviceNeeds } from '../../src/plan/space.js';
import { printScript } from '../../src/script/printer.js';
import { writeScript } from '../../src/script/writer.js';
import { growthShapes } from '../support/growth-shapes.js';
import { planShape, settleWithFirst } from '../support/settled.js';
import { assertLinear } from '../support/work-count.js';

for (const [name, shapeOf] of Object.entries(growthShapes)) {
  test(`unit: twice as much is twice the work from plan to script: ${name}`, () => {
    assertLinear((n) => {
      const shape = shapeOf(n);
      const delta = planShape(shape);
      const plan = settleWithFirst(delta);
      const order = deviceOrder(plan);
      const statements = writeScript(plan, order, {
        dialect: 'assert',
        permissions: 'set_perm',
        toolVersion: '1',
      });
      return {
        plan: () => planShape(shape),
        settle: () => settleWithFirst(delta),
        order: () => deviceOrder(plan),
        replay: () => replayPlan(plan, order, shape.source),
        space: () => deviceNeeds(plan, order, 0),
        script: () => writeScript(plan, order, { dialect: 'assert', permissions: 'set_perm', toolVersion: '1' }),
        print: () => printScript(statements),
        layout: () => layoutPackage(plan, order, { script: '', updateBinary: new Uint8Array(1) }),
        rows: () => totalsOf(auditRows(plan, { whole: new Map() })),
      };
    });
  });
}
