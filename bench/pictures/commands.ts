/**
 * Pictures of the main commands on the sample pair, as the README and the guide show them, made of real runs.
 *
 *   node dist/bench/pictures/commands.js [FOLDER]
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { terminalSvg } from './terminal-svg.js';

/** A picture: its file, what is seen, the words, how many lines are shown. */
export interface CommandPicture {
  readonly file: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly lines: number;
}

const pair = ['v1/targetfiles.zip', 'v2/targetfiles.zip', '--lists', '.'];

/** The pictures, in the order in which they are made: later ones look at what earlier ones wrote. */
export const commandPictures: readonly CommandPicture[] = [
  {
    file: 'generate.svg',
    title: 'dfota generate: the package is made, and proved on the simulated device',
    words: ['generate', ...pair, '--no-cache'],
    lines: 60,
  },
  {
    file: 'verify.svg',
    title: 'dfota verify: the package is proved with a power cut at every point',
    words: [
      'verify',
      'update.zip',
      '--source',
      'v1/targetfiles.zip',
      '--target',
      'v2/targetfiles.zip',
      '--lists',
      '.',
      '--power-cuts',
      'all',
    ],
    lines: 30,
  },
  {
    file: 'audit.svg',
    title: 'dfota audit: what changed, and what it costs',
    words: ['audit', ...pair, '--package', 'update.zip'],
    lines: 45,
  },
  {
    file: 'release.svg',
    title: 'dfota release: everything that is handed over, in one archive',
    words: ['release', ...pair, '--no-cache', '--quiet', '--output', 'release.zip'],
    lines: 30,
  },
];

const bin = fileURLToPath(new URL('../../../bin/dfota.js', import.meta.url));

/** What the words print in the folder, both streams in the order in which they come. */
function shown(folder: string, words: readonly string[]): string {
  const file = join(folder, 'shown');
  const both = openSync(file, 'w');
  const env = { ...process.env, FORCE_COLOR: '1', NO_COLOR: '', LC_ALL: 'C.UTF-8', XDG_CACHE_HOME: folder };
  spawnSync(process.execPath, [bin, ...words], { cwd: folder, env, stdio: ['ignore', both, both] });
  closeSync(both);
  return readFileSync(file, 'utf8');
}

/** Makes the pictures in a folder. Times are left out, so that the same program makes the same bytes. */
export function makeCommandPictures(output: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-pictures-'));
  try {
    makeSample(folder);
    mkdirSync(output, { recursive: true });
    for (const { file, title, words, lines } of commandPictures) {
      const text = shown(folder, words).replaceAll(/ in \d+(?:\.\d+)? s$/gm, '');
      const all = text.trimEnd().split('\n');
      const more = all.length > lines ? [`\x1b[90m… and ${all.length - lines} more lines\x1b[0m`] : [];
      const typed = `\x1b[90m$\x1b[0m \x1b[1mdfota ${words.join(' ')}\x1b[0m`;
      writeFileSync(join(output, file), terminalSvg([typed, ...all.slice(0, lines), ...more, ''].join('\n'), title));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  makeCommandPictures(process.argv[2] ?? fileURLToPath(new URL('../../../docs/pictures/', import.meta.url)));
}
