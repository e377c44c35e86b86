/**
 * Every command of the documents. Those in blocks that are not marked `console` (test/docs/transcripts.test.ts runs these) are run here, each
 * document's in a folder of its own with the sample pair and what its commands name; what cannot be run stands in a list, with the reason, and
 * is held against the help, as are the commands within sentences.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { helpPages } from '../../src/cli/command-line.js';
import { dfota } from '../../src/cli/dfota.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    // Decisions are dated: what they name may be gone since.
    .filter((name) => name.endsWith('.md') && !name.startsWith('docs/decisions/')),
].sort();

/** What is not run here, by a part of it, and why. */
const notRun: Readonly<Record<string, string>> = {
  'SOURCE.zip TARGET.zip': 'a synopsis',
  '/srv/patches': 'a folder of the system: the same runs with --no-cache, and in test/store',
  'https://': 'a server elsewhere: test/store runs it with one of its own',
  'redis://': 'a server elsewhere: test/fleet/queue runs it with one of its own',
  '/archive/': 'a folder of the system: the same runs without the option',
  'unzip -p PACKAGE': 'test/usecases/sign runs it on a signed package',
  'npm ci': 'what the tests themselves were started by',
  'sudo apt-get': 'installs on the machine: test/support/tools.test.ts holds it against the tools',
  'npm test': 'these tests',
};

const blocks = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The commands of a document in the order in which they stand; a line that ends in a backslash goes on. What a line says behind two blanks is about it. */
function commandsOf(document: string): readonly string[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(blocks)].flatMap(([, language, inner = '']) =>
    (language === '' ? inner : '')
      .replace(/ *\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => /^(?:[A-Z_]+=\S+ )?(?:dfota|update_gen|openssl|unzip|npm|sudo) /.test(line))
      .map((line) => line.replace(/(?<=\S) {2,}(?!-).*$/, '').replace(/ #.*$/, '')),
  );
}

const reasonOf = (command: string): string | undefined =>
  Object.entries(notRun).find(([part]) => command.includes(part))?.[1];

/** A folder with what the documents' commands name. */
function placeOf(document: string): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const place = workFolder(`commands-${document.replace(/\W/g, '-')}`);
  const [folder, bin, home] = [join(place, 'work'), join(place, 'bin'), join(place, 'home')];
  for (const made of [folder, bin, home]) mkdirSync(made);
  const sample = makeSample(folder);
  copyFileSync(sample.source, join(folder, 'v1.zip'));
  copyFileSync(sample.target, join(folder, 'v2.zip'));
  for (const name of ['usr', 'bak', 'factory', 'data', 'v1', 'v2']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'main.py'), `print("${name}")\n`);
  }
  writeFileSync(join(folder, 'mass.csv'), 'key,type,encoding,value\nnet,namespace,,\nmode,data,u8,3\n');
  for (const program of ['dfota', 'update_gen']) symlinkSync(join(root, `bin/${program}.js`), join(bin, program));
  symlinkSync(process.execPath, join(bin, 'node'));
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), HOME: home, XDG_CACHE_HOME: home };
  return { folder, env };
}

/** Outputs that a document makes twice: the first is put away, since nothing is written over. */
const again: readonly string[] = ['usr', 'customer_fs.bin', 'signed.zip'];

for (const document of documents) {
  const commands = commandsOf(document).filter((command) => reasonOf(command) === undefined);
  if (commands.length === 0) continue;
  test(`end-to-end: the commands in the blocks of ${document} run`, { skip: without('openssl', 'unzip') }, () => {
    const { folder, env } = placeOf(document);
    const run = (command: string): void => {
      const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, env, encoding: 'utf8' });
      // A check that finds something ends with 1, and says what.
      const fine = status === 0 || (status === 1 && /^dfota (?:check|audit) /.test(command));
      assert.ok(fine, `${document}: ${command}: ${status}\n${stdout}${stderr}`);
    };
    if (commands.some((command) => command.includes('update.zip'))) {
      run('dfota generate v1.zip v2.zip --lists . --effort fast --verify off --no-cache --quiet');
    }
    // Keys are made first, wherever the document tells how.
    const [keys, others] = [true, false].map((isKey) => commands.filter((one) => one.startsWith('openssl') === isKey));
    if (others?.some((command) => command.includes('data-old.ubi'))) {
      run('dfota squashfs make bak --output data-old.ubi --ubi --volume data');
    }
    for (const command of [...(keys ?? []), ...(others ?? [])]) {
      const output = /--output (\S+)/.exec(command)?.[1] ?? '';
      if (again.includes(output))
        run(`rm -rf '${output}'.before; if [ -e '${output}' ]; then mv '${output}' '${output}'.before; fi`);
      run(command);
    }
  });
}

test('unit: each reason not to run a command is one of a command that is there', () => {
  const all = [...documents, 'CONTRIBUTING.md'].flatMap(commandsOf);
  for (const part of Object.keys(notRun))
    assert.ok(
      all.some((command) => command.includes(part)),
      part,
    );
});

test('unit: commands and options that documents name are those of the help', () => {
  const pages = helpPages(dfota('0.0.0'));
  const faults: string[] = [];
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    const named = [...text.matchAll(/`(dfota [^`\n]+)`/g)].map(([, command = '']) => command);
    for (const command of [...named, ...commandsOf(document).filter((one) => /(?:^| )dfota /.test(one))]) {
      const words = command.slice(command.indexOf('dfota ') + 6).split(/[\s[\]]+/);
      const page = pages
        .filter(({ words: own }) => own.every((word, index) => words[index] === word))
        .sort((a, b) => b.words.length - a.words.length)[0];
      if (/^(?!help$)[a-z]/.test(words[0] ?? '') && page?.words.length === 0)
        faults.push(`${document}: ${command}: no such command`);
      const known = new Set(page?.groups.flatMap(({ options }) => options.map(({ name }) => name)));
      for (const word of words) {
        const option = /^--([a-z][a-z-]*)/.exec(word)?.[1];
        if (option !== undefined && !known.has(option)) faults.push(`${document}: ${command}: no option --${option}`);
      }
    }
  }
  assert.deepEqual(faults, []);
});
