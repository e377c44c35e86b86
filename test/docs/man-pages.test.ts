import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { without } from '../support/tools.js';
import { manPages } from './man-pages.js';

test('unit: each command has a page, which names the pages around it', () => {
  const pages = manPages();
  for (const name of ['dfota.1', 'dfota-generate.1', 'dfota-archive-add.1', 'update_gen.1'])
    assert.ok(pages.has(name), name);
  assert.match(pages.get('dfota-archive.1') ?? '', /\\fBdfota\\-archive\\-add\\fR\(1\)/);
  for (const [name, page] of pages) assert.match(page, /\n\.SH EXAMPLES\n|\n\.SH COMMANDS\n/, name);
});

test('end-to-end: groff shows each page, without a warning', { skip: without('groff') }, () => {
  for (const [name, page] of manPages()) {
    const shown = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-c', '-P-b', '-P-u'], {
      input: page,
      encoding: 'utf8',
    });
    assert.equal(shown.stderr, '', name);
    assert.match(shown.stdout, /NAME\n[\s\S]*SYNOPSIS\n[\s\S]*OPTIONS\n/, name);
    // What is typed has plain hyphens, which can be copied.
    assert.match(shown.stdout, /--help/, name);
  }
});
