import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fraction, integer, octal } from '../../src/script/numbers.js';
import { printScript, printStatement } from '../../src/script/printer.js';
import {
  and,
  assert as assertThat,
  blank,
  call,
  choice,
  comment,
  type Expression,
  equal,
  join,
  not,
  or,
  orAbort,
  run,
  str,
  together,
  unequal,
  word,
  wrappedCall,
} from '../../src/script/statements.js';

const before = 'b'.repeat(40);
const after = 'a'.repeat(40);

const applyPatch = wrappedCall(
  'apply_patch',
  '/system/bin/app',
  '-',
  word(after),
  integer(20000),
  together(word(before), call('package_extract_file', 'patch/system/bin/app.p')),
);

const a = word('a');
const b = word('b');
const c = word('c');

const cases: readonly (readonly [string, Expression, string])[] = [
  [
    'a short call stays on its line',
    call('mount', 'ubifs', 'UBI', 'system', '/system'),
    'mount("ubifs", "UBI", "system", "/system");',
  ],
  ['numbers are bare', call('show_progress', fraction(0.1), integer(0)), 'show_progress(0.100000, 0);'],
  ['no parameters', call('getprop'), 'getprop();'],
  ['no parameters, wrapped', wrappedCall('delete'), 'delete();'],
  [
    'modes are octal',
    call('set_perm', integer(0), integer(0), octal(0o4755), '/system/bin/su'),
    'set_perm(0, 0, 04755, "/system/bin/su");',
  ],
  [
    'a guard leaves a long check on its line',
    assertThat(call('apply_patch_check', '/system/bin/app', after, before)),
    `assert(apply_patch_check("/system/bin/app", "${after}", "${before}"));`,
  ],
  [
    'a wrapped call breaks as the ancestor does',
    applyPatch,
    `apply_patch("/system/bin/app", "-",
            ${after}, 20000,
            ${before}, package_extract_file("patch/system/bin/app.p"));`,
  ],
  [
    'assert moves the lines to the right and leaves the breaks alone',
    assertThat(applyPatch),
    `assert(apply_patch("/system/bin/app", "-",
                   ${after}, 20000,
                   ${before}, package_extract_file("patch/system/bin/app.p")));`,
  ],
  [
    'abort stands below, indented',
    orAbort(applyPatch, 'cannot patch "/system/bin/app"'),
    `apply_patch("/system/bin/app", "-",
            ${after}, 20000,
            ${before}, package_extract_file("patch/system/bin/app.p")) ||
    abort("cannot patch \\"/system/bin/app\\"");`,
  ],
  [
    'abort behind a short call stays beside it',
    orAbort(call('apply_patch_space', integer(6)), 'no'),
    'apply_patch_space(6) || abort("no");',
  ],
  [
    'abort joins the operands that are there',
    orAbort(or(call('apply_patch_check', '/a', after), applyPatch), 'no'),
    `apply_patch_check("/a", "${after}") ||
    apply_patch("/system/bin/app", "-",
                ${after}, 20000,
                ${before}, package_extract_file("patch/system/bin/app.p")) ||
    abort("no");`,
  ],
  [
    'links: destination and first link stay together',
    wrappedCall('symlink', together('busybox', '/a'), '/b'),
    'symlink("busybox", "/a",\n        "/b");',
  ],
  ['links: one', wrappedCall('symlink', together('x', '/a')), 'symlink("x", "/a");'],
  ['a tighter operand needs no parentheses', or(and(equal(join(a, b), c), a), b), 'a + b == c && a || b;'],
  ['a looser operand needs them', and(or(a, b), not(and(a, b))), '(a || b) && !(a && b);'],
  ['equal tightness: on the right alone', unequal(equal(a, b), equal(b, c)), 'a == b != (b == c);'],
  ['not binds tighter than +', join(not(a), b), '!a + b;'],
  ['not of not', not(not(a)), '!!a;'],
  [
    'a long literal is joined',
    call('ui_print', 'x'.repeat(1500)),
    `ui_print("${'x'.repeat(1023)}" + "${'x'.repeat(477)}");`,
  ],
  ['not of a long literal', not(str('x'.repeat(1024))), `!("${'x'.repeat(1023)}" + "x");`],
  [
    'a choice',
    choice(equal(call('getprop', 'x'), str('1')), [call('delete', '/a'), call('delete', '/b')], [a]),
    `if getprop("x") == "1" then
    delete("/a");
    delete("/b")
else
    a
endif;`,
  ],
  [
    'a choice inside of a wrapped call is one piece',
    wrappedCall('f', choice(a, [b, c]), a),
    `f(if a then b; c endif,
  a);`,
  ],
];

test('unit: every kind of statement has its layout', () => {
  for (const [name, expression, expected] of cases) assert.equal(printStatement(run(expression)), expected, name);
});

test('unit: comments, blank lines, line ends', () => {
  assert.equal(
    printScript([comment('dfota 1.0.0'), blank, run(call('ui_print', 'a')), comment('one\r\ntwo \xff')]),
    '# dfota 1.0.0\n\nui_print("a");\n# one  two \xff\n',
  );
});

test('unit: what the device cannot read is refused', () => {
  assert.throws(() => printScript([]), RangeError);
  assert.throws(() => printScript([comment('a'), blank]), RangeError);
  assert.throws(() => printScript([run(call('ui_print', 'Ω'))]), /fromText/);
  assert.throws(() => printScript([run(a), comment('Ω')]), /fromText/);
  assert.throws(() => word('-'), RangeError);
  assert.throws(() => word(''), RangeError);
  assert.throws(() => word('endif'), RangeError);
  assert.throws(() => call('two words'), RangeError);
});
