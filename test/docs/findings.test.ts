/** Holds docs/findings.md against the codes; `npm run docs` writes it anew. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { codeTexts } from '../../src/model/codes.js';
import { findingsDocument } from './findings-document.js';

const path = new URL('../../../docs/findings.md', import.meta.url);

test('unit: docs/findings.md is what the codes say', () => {
  const text = findingsDocument();
  assert.equal(readFileSync(path, 'utf8'), text, 'docs/findings.md is stale: npm run docs');
  for (const code of Object.keys(codeTexts)) assert.ok(text.includes(`| \`${code}\` | `), code);
});
