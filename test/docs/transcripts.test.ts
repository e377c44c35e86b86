/**
 * Runs every command of the documents that stands in a block marked `console`, in the folder of the sample pair, and holds what
 * the document quotes against what was printed. `DFOTA_UPDATE_GOLDENS=1` writes the figures anew.
 *
 * A block's lines: `$ command` as typed into bash, then what it prints on both streams; `…` stands for lines that are left out. A
 * line `[exit code N]` ends what a command that fails prints. Blocks of one document share a folder.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { printedFor, withoutTimes } from '../support/quoted-output.js';
import { debianToolsIn, without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const block = /^```console\n([\s\S]*?)^```$/gm;

/** A folder with the sample pair in it, and the programs on the path of what runs there. */
function samplePlace(name: string): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const place = workFolder(`transcript-${name}`);
  const [folder, bin, home] = ['work', 'bin', 'home'].map((part) => join(place, part));
  if (folder === undefined || bin === undefined || home === undefined) assert.fail();
  for (const made of [folder, bin, home]) mkdirSync(made);
  makeSample(folder);
  for (const program of ['dfota', 'update_gen']) symlinkSync(join(root, `bin/${program}.js`), join(bin, program));
  symlinkSync(process.execPath, join(bin, 'node'));
  const env = {
    ...process.env,
    PATH: [bin, process.env.PATH].join(delimiter),
    HOME: home,
    XDG_CACHE_HOME: home,
    LC_ALL: 'C.UTF-8',
    // Told by dfota as a word that nothing reads.
    DFOTA_UPDATE_GOLDENS: undefined,
  };
  return { folder, env };
}

/** The block with the figures that its commands print now. Fails where other words are printed, or another exit code is given. */
function played(document: string, text: string, place: ReturnType<typeof samplePlace>): string {
  const steps = text.split(/^(?=\$ )/m).filter((step) => step !== '');
  return steps
    .map((step) => {
      const [typed = '', ...quoted] = step.replaceAll('\\\n', '').trimEnd().split('\n');
      const command = typed.slice(2);
      const { status, stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${command}`], {
        cwd: place.folder,
        env: place.env,
        encoding: 'utf8',
      });
      const printed = status === 0 ? stdout : `${stdout}[exit code ${status}]\n`;
      if (status !== 0)
        assert.ok(quoted.includes(`[exit code ${status}]`), `${document}: ${command} ends with ${status}\n${stdout}`);
      else assert.ok(!quoted.some((line) => line.startsWith('[exit code')), `${document}: ${command} ends with 0`);
      const head = step.slice(0, step.length - quoted.join('\n').length - (step.length - step.trimEnd().length));
      return quoted.length === 0
        ? step
        : `${head}${printedFor(quoted.join('\n'), printed, `${document}: ${command}:`).join('\n')}\n`;
    })
    .join('');
}

for (const document of documents) {
  const path = join(root, document);
  const text = readFileSync(path, 'utf8');
  const typed = [...text.matchAll(block)].flatMap(([, inner = '']) => inner.match(/^\$ .*$/gm) ?? []);
  if (typed.length === 0) continue;
  const skip = without(...debianToolsIn(typed.join('\n')));
  test(`end-to-end: the commands of ${document} print what it quotes`, { skip }, () => {
    const place = samplePlace(document.replace(/\W/g, '-'));
    const now = text.replace(block, (_, inner: string) => `\`\`\`console\n${played(document, inner, place)}\`\`\``);
    if (process.env.DFOTA_UPDATE_GOLDENS === '1') writeFileSync(path, now);
    else
      assert.deepEqual(
        text.split('\n').map(withoutTimes),
        now.split('\n').map(withoutTimes),
        'npm run goldens writes the figures anew',
      );
  });
}
