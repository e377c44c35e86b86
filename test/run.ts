/**
 * Runs the compiled tests: every `*.test.js` below dist/test, or those whose path contains one of the given words.
 * An odd locale and time zone are set, so that a test that leans on either fails here and not at a user's.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const sources = fileURLToPath(new URL('../../test/', import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.js') && (words.length === 0 || words.some((word) => name.includes(word))))
  // The compiler leaves the output of a test that was moved or deleted where it was.
  .filter((name) => existsSync(join(sources, name.replace(/\.js$/, '.ts'))))
  .sort()
  .map((name) => join(root, name));
if (files.length === 0) {
  console.error(`no test file matches ${words.join(', ')}`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
  stdio: 'inherit',
  env: { ...process.env, LC_ALL: 'sk_SK.UTF-8', TZ: 'Pacific/Chatham', NO_COLOR: '1', FORCE_COLOR: undefined },
});
process.exit(status ?? 1);
