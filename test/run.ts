/**
 * Runs the compiled tests: every `*.test.js` below dist/test, or those whose path contains one of the given words.
 *
 *     node dist/test/run.js [WORD...] [--level unit|property|integration|end-to-end] [--coverage] [--goldens]
 *                           [--limit SECONDS] [--folder FOLDER]
 *
 * An odd locale and time zone are set, so that a test that leans on either fails here and not at a user's. A test file
 * that takes longer than the limit is killed and fails, also where it never gives the thread back (see watchdog.ts).
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingText, missingTools, withSystemFolders } from './support/tools.js';

/** The compiled tests of this project. */
const ownFolder = fileURLToPath(new URL('.', import.meta.url));

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    level: { type: 'string' },
    coverage: { type: 'boolean', default: false },
    goldens: { type: 'boolean', default: false },
    limit: { type: 'string', default: '600' },
    folder: { type: 'string', default: ownFolder },
  },
});
const { level, limit } = values;
const path = withSystemFolders(process.env.PATH ?? '');
const root = resolve(values.folder);

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}

if (level !== undefined && !/^(unit|property|integration|end-to-end)$/.test(level)) {
  refuse(`--level ${level}: unit, property, integration or end-to-end`);
}
if (!(Number(limit) > 0)) refuse(`--limit ${limit}: a number of seconds`);

/** Whether a file has a test of the level: its title is in it, right behind a quotation mark. */
function hasLevel(file: string): boolean {
  return level === undefined || new RegExp(`['"\`]${level}: `).test(readFileSync(file, 'utf8'));
}

/** Whether the test that a file was compiled from is still there: what is gone stays behind in dist. */
function hasSource(name: string): boolean {
  const source = fileURLToPath(new URL('../../test/', import.meta.url));
  return root !== resolve(ownFolder) || existsSync(join(source, name.replace(/\.js$/, '.ts')));
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(
    (name) =>
      name.endsWith('.test.js') && hasSource(name) && (words.length === 0 || words.some((word) => name.includes(word))),
  )
  .sort()
  .map((name) => join(root, name))
  .filter(hasLevel);
if (files.length === 0) refuse(`no test file matches ${[...words, level ?? ''].join(' ')}`);

// Of the compiled files: Node 20 can report no coverage by source maps, and cannot leave the tests themselves out.
const excluded = Number(process.versions.node.split('.')[0]) >= 22 ? ['--test-coverage-exclude=**/test/**'] : [];
const runner = spawn(
  process.execPath,
  [
    ...(values.coverage ? ['--experimental-test-coverage', ...excluded] : ['--enable-source-maps']),
    `--import=${new URL('./watchdog.js', import.meta.url).href}`,
    '--test',
    // As many as there are processors; Node's own number is one less, which leaves one of two idle.
    `--test-concurrency=${availableParallelism()}`,
    ...(level === undefined ? [] : [`--test-name-pattern=^${level}: `]),
    ...files,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: path,
      LC_ALL: 'sk_SK.UTF-8',
      TZ: 'Pacific/Chatham',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      // Set where this runner itself is under test: Node would take the tests for those of the outer run.
      NODE_TEST_CONTEXT: undefined,
      TEST_TIME_LIMIT: limit,
      DFOTA_UPDATE_GOLDENS: values.goldens ? '1' : process.env.DFOTA_UPDATE_GOLDENS,
    },
  },
);
runner.once('error', (error) => refuse(`the tests cannot be run: ${error.message}`));
runner.once('exit', (status) => {
  const missing = missingTools(path);
  if (missing.length > 0) console.error(missingText(missing));
  process.exit(status ?? 1);
});
