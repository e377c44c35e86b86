import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ColourEnvironment, coloured, plain, wantsColour } from '../../src/cli/style.js';

test('unit: FORCE_COLOR, then NO_COLOR, then the terminal decide about colour', () => {
  const cases: [environment: ColourEnvironment, isTerminal: boolean, wanted: boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  ];
  for (const [environment, isTerminal, wanted] of cases) {
    assert.equal(wantsColour(environment, isTerminal), wanted, JSON.stringify({ environment, isTerminal }));
  }
});

test('unit: a style colours or leaves alone', () => {
  assert.equal(plain('red', 'x'), 'x');
  assert.equal(coloured('red', 'x'), '\u001b[31mx\u001b[39m');
});
