/** Every type that a public function takes or returns, at any depth, can be imported by its name from the package. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The public names, and the types that are reached from the public functions and are declared in src/. */
function publicTypes(): { readonly names: ReadonlySet<string>; readonly reached: ReadonlyMap<string, string> } {
  const index = join(root, 'src/index.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([index], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(index);
  const module = source && checker.getSymbolAtLocation(source);
  assert.ok(module !== undefined);
  const exported = checker.getExportsOfModule(module);
  const reached = new Map<string, string>();
  const visit = (node: ts.Node, from: string): void => {
    if (ts.isTypeReferenceNode(node)) {
      const found = checker.getSymbolAtLocation(node.typeName);
      const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
      for (const declaration of symbol?.declarations ?? []) {
        const { fileName } = declaration.getSourceFile();
        const isType = ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
        if (symbol === undefined || !isType || !fileName.startsWith(join(root, 'src/'))) continue;
        if (reached.has(symbol.name)) continue;
        reached.set(symbol.name, from);
        ts.forEachChild(declaration, (child) => visit(child, symbol.name));
      }
    }
    ts.forEachChild(node, (child) => visit(child, from));
  };
  for (const each of exported) {
    const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
    for (const declaration of symbol.declarations ?? []) {
      if (!ts.isFunctionDeclaration(declaration)) continue;
      for (const parameter of declaration.parameters) if (parameter.type) visit(parameter.type, each.name);
      if (declaration.type) visit(declaration.type, each.name);
    }
  }
  return { names: new Set(exported.map(({ name }) => name)), reached };
}

test('unit: a user can name every type that a public function takes or returns', () => {
  const { names, reached } = publicTypes();
  for (const name of ['Audit', 'Inspection', 'Preparation', 'Listing', 'Extraction', 'GenerateRequest', 'Build']) {
    assert.ok(reached.has(name), `${name} is not reached: this test looks away`);
  }
  const missing = [...reached].filter(([name]) => !names.has(name)).map(([name, from]) => `${name}, of ${from}`);
  assert.deepEqual(missing, [], 'export these types from src/index.ts');
});
