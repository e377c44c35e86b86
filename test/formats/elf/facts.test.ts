import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFacts } from '../../../src/formats/elf/facts.js';
import { run } from '../../audit/support.js';
import { without } from '../../support/tools.js';

/** Programs and libraries that every system with glibc has. */
function systemFiles(): readonly string[] {
  const libraries = ['/lib', '/usr/lib', '/lib64']
    .filter(existsSync)
    .flatMap((root) => [
      root,
      ...readdirSync(root)
        .filter((name) => name.endsWith('-linux-gnu') || name.includes('-linux-gnueabi'))
        .map((name) => join(root, name)),
    ])
    .flatMap((folder) => ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libstdc++.so.6'].map((name) => join(folder, name)));
  return [
    ...new Set(
      ['/bin/ls', '/bin/cp', '/usr/bin/env', '/bin/sh', ...libraries]
        .filter(existsSync)
        .map((path) => realpathSync(path)),
    ),
  ];
}

for (const path of systemFiles()) {
  test(`integration: ${path} reads as readelf reads it`, { skip: without('readelf') }, () => {
    const facts = readFacts(readFileSync(path));
    const dynamic = run('readelf', ['-dW', path]);
    const header = run('readelf', ['-hW', path]);
    const segments = run('readelf', ['-lW', path]);
    const notes = run('readelf', ['-nW', path]);
    const bracketed = (key: string): readonly string[] =>
      [...dynamic.matchAll(new RegExp(`\\(${key}\\)[^\\[]*\\[(.*)\\]`, 'g'))].map((match) => match[1] ?? '');
    assert.deepEqual(facts.needed, bracketed('NEEDED'));
    assert.equal(facts.soname, bracketed('SONAME')[0]);
    assert.equal(facts.runpath, bracketed('RUNPATH')[0]);
    assert.equal(facts.buildId, /Build ID: ([0-9a-f]+)/.exec(notes)?.[1]);
    assert.equal(facts.interpreter, /interpreter: (.*)\]/.exec(segments)?.[1]);
    assert.equal(facts.image.segments.length, Number(/Number of program headers:\s*(\d+)/.exec(header)?.[1]));
    const bindNow = /BIND_NOW|Flags:.*NOW/.test(dynamic);
    assert.equal(facts.hardening.relro, segments.includes('GNU_RELRO') ? (bindNow ? 'full' : 'partial') : 'none');
    assert.equal(facts.hardening.nx, /GNU_STACK\s+(\S+\s+){5}RW\s/.test(segments));
    assert.equal(facts.hardening.pie, /INTERP/.test(segments) || /PIE/.test(dynamic) ? true : undefined);
    assert.deepEqual(facts.notes, []);
  });

  test(`integration: ${path} has the symbols and versions that readelf lists`, { skip: without('readelf') }, () => {
    const facts = readFacts(readFileSync(path));
    const exported: string[] = [];
    const wanted: string[] = [];
    for (const line of run('readelf', ['--dyn-syms', '-W', path]).split('\n')) {
      const match =
        /^\s*\d+: [0-9a-f]+\s+\S+\s+\S+\s+(GLOBAL|WEAK|UNIQUE)\s+(DEFAULT|PROTECTED)\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)/.exec(
          line,
        );
      if (match === null) continue;
      const name = (match[4] ?? '').replace('@@', '@');
      const [plain, version] = name.split('@');
      const shown = plain === version ? (plain ?? '') : name;
      if (match[3] === 'UND') wanted.push(shown);
      else exported.push(shown);
    }
    assert.deepEqual([...facts.symbols.undefined].sort(), wanted.sort());
    assert.deepEqual([...facts.symbols.exported].sort(), exported.sort());
  });

  test(`integration: ${path} has the sections that readelf lists`, { skip: without('readelf') }, () => {
    const facts = readFacts(readFileSync(path));
    const listed = [
      ...run('readelf', ['-SW', path]).matchAll(/^\s*\[\s*\d+\] (\S+)\s+\S+\s+[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) /gm),
    ].map((match) => `${match[1]} ${Number.parseInt(match[2] ?? '', 16)}`);
    assert.deepEqual(
      facts.image.sections.filter((section) => section.name !== '').map((section) => `${section.name} ${section.size}`),
      listed,
    );
  });
}
