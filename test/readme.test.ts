import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    // Decisions are dated: what they name may be gone since.
    .filter((name) => name.endsWith('.md') && !name.startsWith('decisions/'))
    .map((name) => `docs/${name}`),
];

test('unit: files and folders that the documents name are there', () => {
  const missing: string[] = [];
  for (const document of documents) {
    const named = read(document).matchAll(/`((?:src|test|docs|samples|templates|bench|bin)\/[A-Za-z0-9_./-]*)`/g);
    for (const [, path = ''] of named) if (!existsSync(join(root, path))) missing.push(`${document}: ${path}`);
  }
  assert.deepEqual(missing, []);
});

test('unit: every command is in the README', () => {
  const readme = read('README.md');
  const commands = readdirSync(join(root, 'src/cli/commands')).map((name) => name.replace(/\.ts$/, ''));
  // A file may hold a subcommand: `nvs-mass` is `dfota nvs mass`.
  for (const command of commands)
    assert.match(readme, new RegExp(`\`dfota (?:${command}|${command.replace('-', ' ')})[ \`]`), command);
});
