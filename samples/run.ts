/**
 * `npm run sample`: makes the sample pair, generates its package, proves it, and shows what is in it, each with the
 * command that a user would type. The files stay in a folder whose name is printed, for looking around.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSample } from './make.js';

const program = fileURLToPath(new URL('../../bin/dfota.js', import.meta.url));

/** Runs one command in the folder, shown as typed there; ends everything when it fails. */
function step(folder: string, why: string, words: readonly string[], shownLines: number): void {
  process.stdout.write(`\n# ${why}\n$ dfota ${words.join(' ')}\n`);
  const { status, stdout } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = stdout.trimEnd().split('\n');
  process.stdout.write(`${lines.slice(0, shownLines).join('\n')}\n`);
  if (lines.length > shownLines) process.stdout.write(`… and ${lines.length - shownLines} more lines\n`);
  if (status !== 0) {
    process.stderr.write(`dfota ${words[0]} ended with exit code ${status}\n`);
    process.exit(status ?? 1);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'dfota-sample-'));
makeSample(folder);
process.stdout.write(`The sample pair is in ${folder}; samples/README.md says what each file in it is there for.\n`);

const [source, target] = ['v1/targetfiles.zip', 'v2/targetfiles.zip'];
const everything = Number.POSITIVE_INFINITY;
step(folder, 'Make the package, and prove it', ['generate', source, target, '--lists', '.', '--no-cache'], everything);
step(
  folder,
  'Prove it again, taking the power away at every single point',
  ['verify', 'update.zip', '--source', source, '--target', target, '--lists', '.', '--power-cuts', 'all'],
  everything,
);
step(folder, 'Look inside', ['inspect', 'update.zip'], 48);
process.stdout.write(`\nAll done: ${join(folder, 'update.zip')}\n`);
