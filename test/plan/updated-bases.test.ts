import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Content } from '../../src/model/build.js';
import type { Sha1 } from '../../src/model/digest.js';
import { noListRules } from '../../src/model/list-rules.js';
import type { Base } from '../../src/model/operation.js';
import { displayName, fromText, toBuildPath } from '../../src/model/path.js';
import type { DeltaPlan } from '../../src/model/plan.js';
import { deviceOrder } from '../../src/plan/order.js';
import { planDelta } from '../../src/plan/plan.js';
import { replayPlan } from '../../src/plan/replay.js';
import { encodeOperations } from '../../src/plan/settle.js';
import type { Sketch } from '../../src/plan/sketch.js';
import { type AbstractNode, abstractBuild, contentOf } from '../support/abstract-build.js';
import { allParts, settleWith } from '../support/settled.js';
import { assertLinear } from '../support/work-count.js';

/** A file of 40,000 bytes for a word. */
function fileWith(name: string): { readonly node: AbstractNode; readonly content: Content } {
  const file = name.padEnd(1000, '.');
  return { node: { file }, content: contentOf(file) };
}

/** Twenty hashes for each letter of the word. */
function sketchOfWord(word: string): Sketch {
  const hashes = [...word].flatMap((letter) => Array.from({ length: 20 }, (_, i) => letter.charCodeAt(0) * 1000 + i));
  return { hashes: [...new Set(hashes)].sort((a, b) => a - b) };
}

interface Tree {
  readonly [path: string]: string;
}

/** The plan of two trees; a file's content is a word, and two files are as alike as their words have letters in common. */
function planWords(source: Tree, target: Tree, crossBases = true): DeltaPlan {
  const sketches = new Map<Sha1, Sketch>();
  const nodesOf = (tree: Tree): Record<string, AbstractNode> =>
    Object.fromEntries(
      Object.entries(tree).map(([path, word]) => {
        const { node, content } = fileWith(word);
        sketches.set(content.sha1, sketchOfWord(word));
        return [`SYSTEM/${path}`, node];
      }),
    );
  const [from, to] = [abstractBuild(nodesOf(source)), abstractBuild(nodesOf(target))];
  return planDelta({
    source: from,
    target: to,
    rules: noListRules,
    parts: allParts(),
    bootUpdate: 'resumable',
    permissions: 'set_perm',
    chmod: 'on-top',
    levers: { moves: true, copies: true, crossBases, basesPerFile: 3 },
    sketches,
  });
}

function basesOf(plan: DeltaPlan, path: string): readonly Base[] {
  const op = encodeOperations(plan).find((each) => each.path === toBuildPath(fromText(`SYSTEM/${path}`)));
  assert(op?.kind === 'encode-file');
  return op.bases;
}

function shown(bases: readonly Base[]): string {
  return bases.map(({ path, kind }) => `${kind} ${displayName(path)}`).join(', ');
}

describe('unit: bases that the package has updated', () => {
  const source = { one: 'ABCD', two: 'EFGH' };

  it('are offered where another file of the target is more alike than the source', () => {
    const plan = planWords(source, { one: 'ABCDKLMN', two: 'EKLMN' });
    assert.equal(shown(basesOf(plan, 'two')), 'updated SYSTEM/one');
    assert.equal(shown(basesOf(plan, 'one')), 'same-path SYSTEM/one');
  });

  it('are tried beside the source where that has nearly as much', () => {
    const plan = planWords(source, { one: 'ABCDEFGK', two: 'EFKLM' });
    assert.equal(shown(basesOf(plan, 'two')), 'same-path SYSTEM/two, updated SYSTEM/one');
  });

  it('are not offered where the source has as much, nor without the lever', () => {
    assert.equal(shown(basesOf(planWords(source, { one: 'ABEFGH', two: 'EFGHI' }), 'two')), 'same-path SYSTEM/two');
    const without = planWords(source, { one: 'ABCDKLMN', two: 'EKLMN' }, false);
    assert.equal(shown(basesOf(without, 'two')), 'same-path SYSTEM/two');
  });

  it('serve files that are new, and all paths of one content alike', () => {
    const plan = planWords({ one: 'ABCD' }, { one: 'ABCDKLMN', new1: 'KLMNO', new2: 'KLMNO' });
    assert.equal(shown(basesOf(plan, 'new1')), 'updated SYSTEM/one');
    assert.deepEqual(basesOf(plan, 'new1'), basesOf(plan, 'new2'));
  });

  it('are never files that are new themselves and like nothing in the source', () => {
    const plan = planWords({ other: 'XYZ' }, { other: 'XYZ', new1: 'KLMN', new2: 'KLMNO' });
    for (const path of ['new1', 'new2']) assert(!shown(basesOf(plan, path)).includes('updated'));
  });

  it('come before what is made from them; what the source has is checked, what is new needs no check', () => {
    const target = { one: 'ABCDKLMN', two: 'EKLMNRSTU', three: 'RSTUKV', young: 'KLMN' };
    const plan = planWords({ ...source, three: 'P' }, target);
    const settled = settleWith(plan, (_, bases) => bases - 1);
    const order = deviceOrder(settled);
    assert.deepEqual(
      order.patches.map((step) => step.kind === 'patch' && `${displayName(step.op.path)} ${step.staged}`),
      ['SYSTEM/one false', 'SYSTEM/two true', 'SYSTEM/young true', 'SYSTEM/three true'],
    );
    const contents = new Map(Object.entries({ ...source, three: 'P' }).map(([name, word]) => [name, fileWith(word)]));
    for (const { path, base } of order.checks) {
      assert.equal(base.path, path);
      assert.deepEqual(base.content, contents.get(displayName(path).slice('SYSTEM/'.length))?.content);
    }
    assert.deepEqual(
      order.checks.map(({ path }) => displayName(path)),
      ['SYSTEM/one', 'SYSTEM/three', 'SYSTEM/two'],
    );
    assert.equal(order.patched.length, 4);
    assert.equal(settled.decisions.get(toBuildPath(fromText('SYSTEM/two')))?.reason, 'patched-from-updated');
  });

  it('are given up where they travel whole, one after the other', () => {
    const plan = planWords({ ...source, three: 'P' }, { one: 'ABCDKLMN', two: 'EKLMNRSTU', three: 'RSTUKV' });
    const whole = settleWith(plan, (path) => (path.endsWith('one') || path.endsWith('two') ? -1 : 0));
    const kinds = [...whole.decisions.values()].flatMap(({ operations }) =>
      operations.map((op) => (op.kind === 'patch-file' ? `${op.kind} ${op.base.kind}` : op.kind)),
    );
    assert.deepEqual(kinds, ['extract-file', 'patch-file same-path', 'extract-file']);
  });
});

const word = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'ABCDEFGHIJ') });
const names = ['a', 'b', 'c', 'd/e', 'd/f', 'd/g', 'h', 'i', 'd.so.1', 'd.so.2'];
const tree = fc.dictionary(fc.constantFrom(...names), word, { maxKeys: 10 });

describe('property: bases that the package has updated', () => {
  it('lead to the target whatever the encoder chose, and to no circle', () => {
    let used = 0;
    fc.assert(
      fc.property(tree, tree, fc.infiniteStream(fc.integer({ min: -1, max: 3 })), (source, target, choices) => {
        const plan = planWords(source, target);
        const settled = settleWith(plan, (_, bases) => Math.min(choices.next().value ?? -1, bases - 1));
        const order = deviceOrder(settled);
        used += order.patched.filter(({ base }) => base.kind === 'updated').length;
        const nodes = Object.entries(source).map(([path, content]) => [`SYSTEM/${path}`, fileWith(content).node]);
        replayPlan(settled, order, abstractBuild(Object.fromEntries(nodes)));
        for (const op of encodeOperations(plan))
          if (op.kind === 'encode-file')
            assert.equal(new Set(op.bases.map(({ path }) => path)).size, op.bases.length, 'each path is offered once');
      }),
      { numRuns: 1500 },
    );
    assert(used > 100, `only ${used} were used`);
  });
});

describe('unit: twice as many files that resemble each other are twice the work', () => {
  const shapes: Readonly<Record<string, (i: number) => string>> = {
    'each like the next': (i) => String.fromCodePoint(200 + i, 201 + i, 202 + i),
    'all alike': (i) => `KLMN${String.fromCodePoint(200 + i)}`,
    'in groups of twenty': (i) => String.fromCodePoint(200 + Math.floor(i / 20), 100_000 + i),
  };
  for (const [name, wordOf] of Object.entries(shapes)) {
    it(name, () => {
      assertLinear((n) => {
        const all = Array.from({ length: n }, (_, i) => i);
        const source = Object.fromEntries(all.map((i) => [`f${i}`, `!${String.fromCodePoint(200_000 + i)}`]));
        const target = Object.fromEntries(all.map((i) => [`f${i}`, `!${wordOf(i)}`]));
        return { plan: () => planWords(source, target) };
      });
    });
  }
});
