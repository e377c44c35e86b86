import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEdify } from '../../../src/device/edify/parse.js';
import { EdifySyntaxError, type Expression } from '../../../src/device/edify/syntax.js';

const parse = (script: string): Expression => parseEdify(script, (name) => name !== 'nonsense');

/** The tree in one line: operators prefixed. */
function shape(e: Expression): string {
  switch (e.kind) {
    case 'literal':
      return JSON.stringify(e.value);
    case 'call':
      return `${e.name}(${e.args.map(shape).join(' ')})`;
    case 'chain':
      return `[${e.operator} ${e.items.map(shape).join(' ')}]`;
    case 'compare':
      return `[${e.operator} ${shape(e.left)} ${shape(e.right)}]`;
    case 'not':
      return `[! ${shape(e.operand)}]`;
    case 'if':
      return `[if ${shape(e.condition)} ${shape(e.yes)}${e.no === undefined ? '' : ` ${shape(e.no)}`}]`;
    default:
      return e satisfies never;
  }
}

function refused(script: string, message: RegExp, line?: number, column?: number): void {
  assert.throws(
    () => parse(script),
    (error) => {
      assert.ok(error instanceof EdifySyntaxError);
      assert.match(error.message, message);
      if (line !== undefined) assert.deepEqual([error.line, error.column], [line, column]);
      return true;
    },
  );
}

test('unit: precedence, low to high: ; , || && == != + !', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a; b;', '[; "a" "b"]'],
    ['a;; b', '[; "a" "b"]'],
    ['a', '"a"'],
    ['f(a; b, c;)', 'f([; "a" "b"] "c")'],
    ['a || b && c == d + !e', '[|| "a" [&& "b" [== "c" [+ "d" [! "e"]]]]]'],
    ['!a + b == c && d || e', '[|| [&& [== [+ [! "a"] "b"] "c"] "d"] "e"]'],
    ['a == b != c', '[!= [== "a" "b"] "c"]'],
    ['(a || b) && c', '[&& [|| "a" "b"] "c"]'],
    ['!!a', '[! [! "a"]]'],
    ['a || b || c', '[|| "a" "b" "c"]'],
    ['if a then b endif', '[if "a" "b"]'],
    ['if a; b then c else d; e endif + x', '[+ [if [; "a" "b"] "c" [; "d" "e"]] "x"]'],
    ['f() + g(x)', '[+ f() g("x")]'],
  ];
  for (const [script, expected] of cases) assert.equal(shape(parse(script)), expected, script);
});

test('unit: escapes are \\n \\t \\" \\\\ \\xHH only; a backslash before anything else is text; bytes from 0x80 pass through', () => {
  assert.equal(shape(parse('"a\\n\\t\\"\\\\\\x41\xff"')), JSON.stringify('a\n\t"\\A\xff'));
  assert.equal(shape(parse('"a\\q \\x4 \\xZZ  / __ \\/"')), JSON.stringify('a\\q \\x4 \\xZZ  / __ \\/'));
  refused('"a\\', /not closed/, 1, 1);
  refused('"\\x00"', /NUL/);
  refused('"a\0"', /NUL/);
});

test('unit: bare words are [a-zA-Z0-9_:/.]+ and "-" must be quoted', () => {
  assert.equal(shape(parse('MTD:boot:1/x.y_z')), '"MTD:boot:1/x.y_z"');
  refused('f(-)', /unexpected -/);
  refused('\xe9', /unexpected \\xe9/);
});

test('unit: an unknown function is a parse error even in a branch never taken, and is named', () => {
  refused('if "" then\n  nonsense(1) endif', /unknown function "nonsense"/, 2, 3);
});

test('unit: an empty script is a parse error', () => {
  refused('', /expected an expression/);
  refused('# nothing\n', /expected an expression/);
});

test('unit: a comment needs its newline', () => {
  assert.equal(shape(parse('# words\na # more\n')), '"a"');
  refused('a; # no newline', /comment without a newline/, 1, 4);
});

test('unit: no CRLF', () => {
  refused('a;\r\nb;', /carriage return/, 1, 3);
});

test('unit: a quoted literal must stay within 1,023 bytes', () => {
  assert.equal(shape(parse(`"${'x'.repeat(1023)}"`)).length, 1025);
  refused(`"${'x'.repeat(1024)}"`, /more than 1023 bytes/, 1, 1);
  refused(`"${'\\x41'.repeat(1024)}"`, /more than 1023 bytes/);
  assert.equal(shape(parse(`"${'\\x41'.repeat(1023)}"`)).length, 1025);
  // the limit is the quoted literal's: joined ones make longer texts
  assert.equal(shape(parse(`"${'x'.repeat(1000)}" + "${'y'.repeat(1000)}"`)).length, 2009);
});

test('unit: errors carry line and column', () => {
  refused('a;\n  b c', /unexpected the word c/, 2, 5);
  refused('f(a', /expected "," or "\)"/, 1, 4);
  refused('f(a,)', /unexpected "\)"/);
  refused('(a', /expected "\)"/);
  refused('a + ;', /unexpected ";"/);
  refused(';a', /unexpected ";"/);
  refused('if a then b', /expected "else" or "endif"/);
  refused('if a then b else c else d endif', /expected "endif"/);
  refused('"a', /not closed/, 1, 1);
  refused('a & b', /unexpected &/);
  refused('then', /unexpected "then"/);
  refused('a)', /unexpected "\)"/);
});

test('unit: nested parentheses: 8,000 parse, 9,100 overflow the parser of the device', () => {
  const nested = (n: number) => `${'('.repeat(n)}a${')'.repeat(n)}`;
  assert.equal(shape(parse(nested(8000))), '"a"');
  refused(nested(9100), /nested too deeply/);
  refused('!'.repeat(200_000), /nested too deeply/);
  refused('f('.repeat(100_000), /nested too deeply/);
  refused('if '.repeat(100_000), /nested too deeply/);
  refused('a || ('.repeat(100_000), /nested too deeply/);
});

test('unit: 200,000 statements are parsed without recursion', () => {
  const tree = parse('f(a);\n'.repeat(200_000));
  assert.equal(tree.kind === 'chain' ? tree.items.length : 0, 200_000);
});

test('property: any text gives a tree or an error with a place', () => {
  const word = fc.constantFrom(
    ...[
      'a',
      '"b"',
      'f',
      '(',
      ')',
      ',',
      ';',
      '+',
      '!',
      '==',
      '!=',
      '&&',
      '||',
      'if',
      'then',
      'else',
      'endif',
      '#\n',
      '"',
    ],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      try {
        parse(words.join(' '));
      } catch (error) {
        if (!(error instanceof EdifySyntaxError)) throw error;
        assert.ok(error.line >= 1 && error.column >= 1);
      }
    }),
    { numRuns: 2000 },
  );
});
