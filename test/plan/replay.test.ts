import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ListRules, noListRules, type PathRule } from '../../src/model/list-rules.js';
import { parseParts } from '../../src/model/parts.js';
import { displayName, toBuildPath } from '../../src/model/path.js';
import { deviceOrder } from '../../src/plan/order.js';
import { planDelta } from '../../src/plan/plan.js';
import { replayPlan } from '../../src/plan/replay.js';
import { type AbstractNode, abstractBuild } from '../support/abstract-build.js';
import { settleWith } from '../support/settled.js';

const levers = { moves: true, copies: true, crossBases: true, basesPerFile: 3 };

function rule(list: 'noota' | 'fullota', text: string): PathRule {
  return { at: { list, file: list, line: 1 }, text, form: 'exact', matches: (path) => path === text };
}

function planOf(
  source: Readonly<Record<string, AbstractNode>>,
  target: Readonly<Record<string, AbstractNode>>,
  rules: ListRules = noListRules,
  parts = 'a',
) {
  const chosen = parseParts([parts]);
  assert(chosen !== undefined);
  const [from, to] = [abstractBuild(source), abstractBuild(target)];
  const plan = planDelta({
    source: from,
    target: to,
    rules,
    parts: chosen,
    bootUpdate: 'resumable',
    permissions: 'set_perm',
    chmod: 'merged',
    levers,
    sketches: new Map(),
  });
  return { plan, from, to };
}

const names = ['a', 'b', 'lib', 'lib.so.1', 'lib.so.2', 'x.patch', 'x', 'build.prop'];
const node: fc.Arbitrary<AbstractNode> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', 'one', 'two', 'three', 'four').map((file) => ({ file })) },
  { weight: 2, arbitrary: fc.constantFrom('a', '../b', 'gone').map((link) => ({ link })) },
  { weight: 1, arbitrary: fc.constant({ directory: true } as const) },
);

/** A tree in which what has something below it is a directory. */
const tree: fc.Arbitrary<Readonly<Record<string, AbstractNode>>> = fc
  .array(fc.tuple(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), node), { maxLength: 14 })
  .map((rows) => {
    const nodes: Record<string, AbstractNode> = {};
    for (const [parts, value] of rows) {
      const path = `SYSTEM/${parts.join('/')}`;
      const clash = Object.keys(nodes).some(
        (other) =>
          path === other ||
          other.startsWith(`${path}/`) ||
          (path.startsWith(`${other}/`) && !('directory' in (nodes[other] ?? {}))),
      );
      if (!clash) nodes[path] = value;
    }
    return nodes;
  });

describe('unit: replaying a plan', () => {
  it('leads from any source to any target, whatever the encoder chose', () => {
    fc.assert(
      fc.property(tree, tree, fc.infiniteStream(fc.integer({ min: -1, max: 2 })), (source, target, choices) => {
        const { plan, from, to } = planOf(source, target);
        const settled = settleWith(plan, (_, bases) => Math.min(choices.next().value ?? -1, bases - 1));
        replayPlan(settled, deviceOrder(settled), from);
        for (const [path, entry] of to.entries) assert.equal(plan.outcome.get(path)?.kind, entry.kind);
        assert.equal(plan.decisions.size, new Set([...from.entries.keys(), ...to.entries.keys()]).size);
      }),
      { numRuns: 1500 },
    );
  });

  it('leaves what is kept and what is in other parts as the source has it', () => {
    const source = {
      'SYSTEM/etc/kept': { file: 'one' },
      'SYSTEM/etc/gone': { file: 'two' },
      'SYSTEM/firmware/m': { file: 'three' },
      'SYSTEM/old/kept': { file: 'three' },
      'SYSTEM/old/gone': { file: 'four' },
    };
    const target = { 'SYSTEM/etc/kept': { file: 'two' }, 'SYSTEM/firmware/m': { file: 'four' } };
    const rules = { ...noListRules, keep: [rule('noota', 'SYSTEM/etc/kept'), rule('noota', 'SYSTEM/old/kept')] };
    const { plan, from } = planOf(source, target, rules, 'l');
    const settled = settleWith(plan, () => -1);
    replayPlan(settled, deviceOrder(settled), from);
    const kinds = [...plan.decisions.values()]
      .filter(({ source: entry }) => entry?.kind !== 'directory')
      .map(({ path, reason, operations }) => `${displayName(path)} ${reason} ${operations.length}`);
    assert.deepEqual(kinds, [
      'SYSTEM/etc/gone removed-from-target 1',
      'SYSTEM/etc/kept listed-noota 0',
      'SYSTEM/firmware/m part-not-chosen 0',
      'SYSTEM/old/gone removed-from-target 1',
      'SYSTEM/old/kept listed-noota 0',
    ]);
    assert.equal(plan.outcome.get(toBuildPath('SYSTEM/old'))?.kind, 'directory');
  });

  it('catches a plan that forgets something', () => {
    const { plan, from } = planOf({ 'SYSTEM/a': { file: 'one' } }, { 'SYSTEM/b': { link: 'a' } });
    const settled = settleWith(plan, () => -1);
    const order = deviceOrder(settled);
    assert.throws(() => replayPlan(settled, { ...order, deleteFirst: [] }, from), /1 paths differ, first SYSTEM\/a/);
    assert.throws(() => replayPlan(settled, { ...order, links: [] }, from), /SYSTEM\/b/);
  });

  it('patches a moved file from where it was, and deletes that afterwards', () => {
    const { plan } = planOf({ 'SYSTEM/lib/x': { file: 'one' } }, { 'SYSTEM/usr/lib/x': { file: 'one' } });
    const settled = settleWith(plan, () => 0);
    const order = deviceOrder(settled);
    assert.deepEqual(
      order.patches.map((step) => (step.kind === 'patch' ? `${step.op.base.path} to ${step.op.path}` : step.kind)),
      ['SYSTEM/lib/x to SYSTEM/usr/lib/x', 'delete'],
    );
    assert.deepEqual(order.makeDirectories, ['SYSTEM/usr/lib']);
    assert.deepEqual(order.deleteTreesLate, ['SYSTEM/lib']);
  });

  it('reads a base that stays from a copy', () => {
    const { plan } = planOf(
      { 'SYSTEM/x': { file: 'one' } },
      { 'SYSTEM/x': { file: 'one' }, 'SYSTEM/y': { file: 'one' } },
    );
    const settled = settleWith(plan, () => 0);
    assert.deepEqual(
      deviceOrder(settled).patches.map((step) => step.kind === 'patch' && step.staged),
      [true],
    );
    assert.equal(plan.decisions.get(toBuildPath('SYSTEM/y'))?.change, 'copied');
  });
});
