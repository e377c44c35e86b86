import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longestLiteral, quote } from '../../src/script/quote.js';

/** Reads a literal the way the device's lexer does; fails on any escape that it does not know. */
function decode(literal: string): string {
  const inner = /^"(.*)"$/s.exec(literal)?.[1];
  assert.ok(inner !== undefined);
  let value = '';
  for (let at = 0; at < inner.length; ) {
    const hex = /^\\x([0-9a-f]{2})/.exec(inner.slice(at));
    if (hex?.[1] !== undefined) {
      value += String.fromCharCode(Number.parseInt(hex[1], 16));
      at += 4;
    } else if (inner[at] === '\\') {
      const meaning = { n: '\n', t: '\t', '"': '"', '\\': '\\' }[inner[at + 1] ?? ''];
      assert.ok(meaning !== undefined, `unknown escape in ${literal}`);
      value += meaning;
      at += 2;
    } else {
      assert.notEqual(inner[at], '"');
      value += inner[at];
      at += 1;
    }
  }
  return value;
}

const cases: readonly (readonly [string, string])[] = [
  ['', '""'],
  ['/system/bin/app', '"/system/bin/app"'],
  ["a b'c$`", '"a b\'c$`"'],
  ['say "hi"\\', '"say \\"hi\\"\\\\"'],
  ['\n\t\r\x01\x7f', '"\\n\\t\\x0d\\x01\\x7f"'],
  ['\x80\xff', '"\x80\xff"'],
];

test('unit: literals are escaped with what edify knows, bytes from 0x80 as they are', () => {
  for (const [bytes, literal] of cases) assert.deepEqual(quote(bytes), [literal]);
});

test('unit: a literal of 1,023 bytes is one, a byte more makes two, and no escape is cut', () => {
  assert.equal(quote('x'.repeat(1023)).length, 1);
  assert.deepEqual(quote('x'.repeat(1024)), [`"${'x'.repeat(1023)}"`, '"x"']);
  assert.deepEqual(quote(`${'x'.repeat(1022)}"`), [`"${'x'.repeat(1022)}"`, '"\\""']);
  assert.deepEqual(quote(`${'x'.repeat(1020)}\x01`), [`"${'x'.repeat(1020)}"`, '"\\x01"']);
});

test('unit: any bytes come back from the literals, each within the limit', () => {
  const bytes = fc
    .array(fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(10, 34, 92, 127)), { maxLength: 4000 })
    .map((codes) => codes.map((code) => String.fromCharCode(code)).join(''));
  fc.assert(
    fc.property(bytes, (value) => {
      const literals = quote(value);
      assert.equal(literals.map(decode).join(''), value);
      for (const literal of literals) assert.ok(literal.length - 2 <= longestLiteral);
    }),
  );
});

test('unit: what no script can hold is refused', () => {
  assert.throws(() => quote('a\0b'), /NUL/);
  assert.throws(() => quote('Ω'), /fromText/);
});
