/** Holds how options are written in src/: `x?: T | undefined`, and passed on as they are. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compiled to WebAssembly by a compiler of its own. */
const compiledApart = /^(encode\/stretches|encode\/deflate|encode\/estimate|applypatch\/deflate)\/wasm\//;

/** The places in a text that break the rule, as `line: what to do`. */
function faultsIn(text: string): readonly string[] {
  const file = ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true);
  const faults: string[] = [];
  const tell = (node: ts.Node, advice: string): void => {
    faults.push(`${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}: ${advice}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) {
      const { questionToken, type } = node;
      const types = type !== undefined && ts.isUnionTypeNode(type) ? type.types : [];
      const open = types.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword);
      if (questionToken !== undefined && !open) tell(node, 'write x?: T | undefined, so that callers can pass it on');
    }
    if (ts.isSpreadAssignment(node) && ts.isParenthesizedExpression(node.expression)) {
      const { expression } = node.expression;
      const conditional = ts.isConditionalExpression(expression);
      const and =
        ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
      if (conditional || and) tell(node, 'give the property as undefined, instead of spreading it on a condition');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
}

test('unit: optional properties may be undefined, and none is spread on a condition', () => {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !compiledApart.test(name));
  const faults = names.flatMap((name) =>
    faultsIn(readFileSync(join(root, 'src', name), 'utf8')).map((fault) => `src/${name}:${fault}`),
  );
  assert.deepEqual(faults, []);
});

test('unit: the rule on options finds what it should', () => {
  const at = (text: string): readonly string[] => faultsIn(text).map((fault) => fault.slice(0, 2));
  assert.deepEqual(at('interface A { x?: number }'), ['1:']);
  assert.deepEqual(at('const a = {\n...(x === undefined ? {} : { x }),\n...(x && { x }) }'), ['2:', '3:']);
  assert.deepEqual(at('interface A { x?: number | undefined; y: string }\nconst a = { ...(x ?? y), ...z };'), []);
});
