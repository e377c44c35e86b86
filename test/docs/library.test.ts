/** Compiles the examples of docs/library.md as a strict project that has this package installed, and runs them on the sample pair. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { makeSample } from '../../samples/make.js';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const document = readFileSync(join(root, 'docs/library.md'), 'utf8');
const sources = [...document.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

test('end-to-end: the examples of docs/library.md compile under strict settings, and do what they say', () => {
  const folder = workFolder('library');
  makeSample(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/dfota'), 'junction');
  for (const types of ['@types', 'undici-types'])
    symlinkSync(join(root, 'node_modules', types), join(folder, 'node_modules', types), 'junction');
  const files = sources.map((text, at) => {
    const file = join(folder, `example-${at}.ts`);
    writeFileSync(file, text);
    return file;
  });
  assert.equal(files.length, 4);

  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    // The declarations of the package are part of what is looked at.
    skipLibCheck: false,
    preserveSymlinks: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    typeRoots: [join(folder, 'node_modules/@types')],
  };
  const program = ts.createProgram(files, options);
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  assert.equal(
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => folder,
      getNewLine: () => '\n',
    }),
    '',
  );

  for (const file of files) {
    const run = spawnSync(process.execPath, [file.replace(/ts$/, 'js')], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, XDG_CACHE_HOME: folder },
    });
    assert.equal(run.status, 0, `${readFileSync(file, 'utf8')}\n${run.stderr}`);
  }
  assert.ok(existsSync(join(folder, 'update.zip.json')));
  assert.ok(!existsSync(join(folder, 'never.zip')));
});
