import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEdify } from '../../src/device/edify/parse.js';
import type { Expression as Parsed } from '../../src/device/edify/syntax.js';
import { printScript } from '../../src/script/printer.js';
import {
  and,
  call,
  choice,
  type Expression,
  equal,
  join,
  not,
  or,
  type Parameter,
  run,
  str,
  together,
  unequal,
  word,
  wrappedCall,
} from '../../src/script/statements.js';

/** What an expression means, without how it is spelled: chains are flat, joined literals are one. */
type Meaning = string | readonly [string, ...Meaning[]];

function chained(operator: string, items: readonly Meaning[]): Meaning {
  const flat = items.flatMap((item) => (typeof item !== 'string' && item[0] === operator ? item.slice(1) : [item]));
  if (operator !== '+') return [operator, ...flat];
  const joined: Meaning[] = [];
  for (const item of flat) {
    const last = joined.at(-1);
    if (typeof item === 'string' && typeof last === 'string') joined[joined.length - 1] = last + item;
    else joined.push(item);
  }
  const [only] = joined;
  return joined.length === 1 && only !== undefined ? only : [operator, ...joined];
}

function compared(operator: string, operands: readonly Meaning[]): Meaning {
  return operands.reduce((left, right) => [operator, left, right]);
}

function sequence(items: readonly Meaning[]): Meaning {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : chained(';', items);
}

function written(expression: Expression): Meaning {
  switch (expression.kind) {
    case 'text':
      return expression.bytes;
    case 'word':
      return expression.word;
    case 'call': {
      const parameters = expression.parameters.flatMap((one) => (one.kind === 'together' ? one.expressions : [one]));
      return ['call', expression.name, ...parameters.map(written)];
    }
    case 'operation': {
      const { operator, operands } = expression;
      const meanings = operands.map(written);
      return operator === '==' || operator === '!=' ? compared(operator, meanings) : chained(operator, meanings);
    }
    case 'not':
      return ['!', written(expression.operand)];
    case 'choice': {
      const otherwise = expression.otherwise === undefined ? [] : [sequence(expression.otherwise.map(written))];
      return ['if', written(expression.condition), sequence(expression.then.map(written)), ...otherwise];
    }
    default:
      return expression satisfies never;
  }
}

function read(expression: Parsed): Meaning {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'call':
      return ['call', expression.name, ...expression.args.map(read)];
    case 'chain':
      return chained(expression.operator, expression.items.map(read));
    case 'compare':
      return [expression.operator, read(expression.left), read(expression.right)];
    case 'not':
      return ['!', read(expression.operand)];
    case 'if':
      return [
        'if',
        read(expression.condition),
        read(expression.yes),
        ...(expression.no === undefined ? [] : [read(expression.no)]),
      ];
    default:
      return expression satisfies never;
  }
}

const byte = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(9, 10, 13, 34, 92, 127));
const bytes = fc
  .tuple(fc.array(byte, { maxLength: 12 }), fc.constantFrom(1, 1, 1, 1, 200))
  .map(([codes, times]) => String.fromCharCode(...codes).repeat(times));

const { expression } = fc.letrec<{ expression: Expression; parameter: Parameter }>((tie) => ({
  parameter: fc.oneof(
    { weight: 5, arbitrary: tie('expression') },
    { weight: 1, arbitrary: fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => together(a, b)) },
  ),
  expression: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    bytes.map(str),
    fc.constantFrom('a', '0755', '/system/x', 'ui_print').map(word),
    fc
      .tuple(fc.constantFrom(call, wrappedCall), fc.array(tie('parameter'), { maxLength: 4 }))
      .map(([make, parameters]) => make('f', ...parameters)),
    fc
      .tuple(
        fc.constantFrom(or, and, equal, unequal, join),
        tie('expression'),
        tie('expression'),
        fc.array(tie('expression'), { maxLength: 2 }),
      )
      .map(([make, first, second, more]) => make(first, second, ...more)),
    tie('expression').map(not),
    fc
      .tuple(tie('expression'), tie('expression'), fc.array(tie('expression'), { maxLength: 2 }), fc.boolean())
      .map(([condition, first, more, otherwise]) =>
        choice(condition, [first, ...more], otherwise ? [first, ...more] : undefined),
      ),
  ),
}));

test('unit: whatever is printed, the device reads as it was meant', () => {
  fc.assert(
    fc.property(fc.array(expression, { minLength: 1, maxLength: 4 }), (expressions) => {
      const script = printScript(expressions.map(run));
      assert.deepEqual(read(parseEdify(script, () => true)), sequence(expressions.map(written)));
    }),
    { numRuns: 1000 },
  );
});
