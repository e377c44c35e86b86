/** What ends the run is derived from the source: codes that errors are thrown with, and no finding tells. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { endsRun } from '../../src/model/codes/ends-run.js';

const root = fileURLToPath(new URL('../../../src/', import.meta.url));
const isErrorName = (name: string): boolean => /^(Input|Usage|Proof)Error$/.test(name);

/** Thrown where one thing is wanted, and told as a finding where all of it is looked at, by an object that takes the code over. */
const toldToo: readonly string[] = [
  // A damaged volume is read as far as it goes; a file of it that is wanted whole ends the run.
  'squashfs-data',
  'ubi-volume-gaps',
  'ubi-block-missing',
  'ubi-data-crc',
  'littlefs-file',
  // `archive check` goes on to the next.
  'archive-blob-missing',
  'archive-blob-damaged',
  'archive-manifest',
  // A bundle goes without the list of packages; asked for alone it is refused.
  'package-database',
];

interface Codes {
  readonly thrown: ReadonlySet<string>;
  readonly told: ReadonlySet<string>;
}

/** The codes of the objects of a source text that are given to an error, and of those that are findings. */
function codesOf(text: string): Codes {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const thrown = new Set<string>();
  const told = new Set<string>();
  const given = new Set<string>();
  /** Whether the object goes into an error: as it stands there, by a name, or pushed to what has a name. */
  const goesToError = (node: ts.Node): boolean => {
    for (let up = node.parent; up !== undefined && !ts.isBlock(up); up = up.parent) {
      if (ts.isNewExpression(up) && isErrorName(up.expression.getText(file))) return true;
      if (ts.isCallExpression(up) && ts.isPropertyAccessExpression(up.expression) && up.expression.name.text === 'push')
        return given.has(up.expression.expression.getText(file));
      if (ts.isVariableDeclaration(up)) return given.has(up.name.getText(file));
    }
    return false;
  };
  const names = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && isErrorName(node.expression.getText(file))) {
      const [first] = node.arguments ?? [];
      if (first !== undefined && ts.isIdentifier(first)) given.add(first.text);
    }
    ts.forEachChild(node, names);
  };
  const literals = (node: ts.Node): readonly string[] => {
    if (ts.isStringLiteral(node)) return [node.text];
    return ts.isConditionalExpression(node) ? [...literals(node.whenTrue), ...literals(node.whenFalse)] : [];
  };
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const of = (name: string) => node.properties.find((property) => property.name?.getText(file) === name);
      const code = of('code');
      const codes = code !== undefined && ts.isPropertyAssignment(code) ? literals(code.initializer) : [];
      const to = of('severity') !== undefined ? told : goesToError(node) ? thrown : undefined;
      for (const each of codes) to?.add(each);
    }
    ts.forEachChild(node, visit);
  };
  names(file);
  visit(file);
  return { thrown, told };
}

function ofSource(): Codes {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => codesOf(readFileSync(join(root, name), 'utf8')));
  return {
    thrown: new Set(all.flatMap(({ thrown }) => [...thrown])),
    told: new Set(all.flatMap(({ told }) => [...told])),
  };
}

const { thrown, told } = ofSource();

test('unit: a code that errors are thrown with, and that no finding tells, ends the run', () => {
  assert.ok(thrown.size > 130, `${thrown.size} codes are found`);
  const listed: ReadonlySet<string> = new Set([...endsRun, ...toldToo]);
  assert.deepEqual(
    [...thrown].filter((code) => !told.has(code) && !listed.has(code)),
    [],
    'put these codes into src/model/codes/ends-run.ts',
  );
  assert.deepEqual(
    toldToo.filter((code) => !thrown.has(code)),
    [],
    'no longer thrown: take them out of this test',
  );
});

test('unit: no finding has a code that ends the run, but the one after which check has nothing to plan', () => {
  assert.deepEqual(
    endsRun.filter((code) => told.has(code)),
    ['same-input-twice'],
  );
});

test('unit: thrown and told codes are told apart', () => {
  const { thrown, told } = codesOf(`
    throw new InputError({ code: 'a', message: 'x' });
    throw new UsageError(rows.map((row) => ({ code: row ? 'b' : 'c', message: 'x' })));
    function f() { const faults = []; faults.push({ code: 'd', message: 'x' }); throw new ProofError(faults); }
    const fault: Fault = { code: 'e', message: 'x' }; throw new InputError(fault, { cause });
    findings.push({ code: 'f', severity: 'error' });
    others.push({ code: 'g', message: 'x' });
    throw new TypeError({ code: 'h' });
  `);
  assert.deepEqual([...thrown].sort(), ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual([...told], ['f']);
});
