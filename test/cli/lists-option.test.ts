/** Which list files a command goes by when it is not told: those of the folder that the user stands in. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { dfota } from '../../src/cli/dfota.js';
import { starterListsTold } from '../../src/cli/lists-option.js';
import { run } from '../../src/cli/run.js';
import { listFilesIn } from '../../src/usecases/find-lists.js';
import { inspectPackage } from '../../src/usecases/inspect/inspect.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('lists-option');
const sample = makeSample(join(work, 'sample'));
const starter = fileURLToPath(new URL('../../../templates/lists', import.meta.url));
const lists = ['noota', 'fullota', 'chmod', 'multifota'].map((list) => `quectel_${list}_filelist.txt`);
const keepList = 'quectel_noota_filelist.txt';

const before = process.cwd();
after(() => process.chdir(before));

/** Runs dfota in a folder, as a user who stands there. */
async function dfotaIn(folder: string, ...words: string[]) {
  process.chdir(folder);
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  process.chdir(before);
  return { code, stdout: stdout(), stderr: stderr(), told: stderr().match(/^lists: .*$/gm) ?? [] };
}

function folder(name: string, files: Readonly<Record<string, string>> = {}): string {
  const path = join(work, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

/** As docs/formats/lists.md says, for whoever wants to know which lists a digest is of. */
function digestOf(path: string): string {
  const hash = createHash('sha256');
  const present = new Set(readdirSync(path));
  for (const name of lists) {
    const bytes = present.has(name) ? readFileSync(join(path, name)) : Buffer.alloc(0);
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

async function madeWith(file: string): Promise<string | undefined> {
  const { metadata } = await inspectPackage({ package: file });
  return metadata.find(({ key }) => key === 'dfota-lists')?.value;
}

// Neither the sample's lists nor the starter lists keep this; the target has it otherwise, or not at all.
const kept = 'SYSTEM/etc/quectel-project-version';
const empty = folder('empty');
const own = folder('own', { [keepList]: `${kept}\n` });
const pair = [sample.source, sample.target];
const told = `lists: ${keepList} in this folder; --lists DIR or --starter-lists for others`;

test('unit: the four list files that are read make a folder one of lists, nothing else', async () => {
  const project = folder('project', { 'quectel_project_filelist.txt': '', 'noota_filelist.txt': '' });
  const one = folder('one', { 'quectel_chmod_filelist.txt': '' });
  assert.deepEqual(await listFilesIn(empty), []);
  assert.deepEqual(await listFilesIn(join(work, 'nowhere')), []);
  assert.deepEqual(await listFilesIn(project), []);
  assert.deepEqual(await listFilesIn(one), ['quectel_chmod_filelist.txt']);
  assert.deepEqual(await listFilesIn(starter), lists);
});

for (const command of ['check', 'audit']) {
  test(`integration: ${command} goes by the lists of the folder it is run in, and says so in one line`, async () => {
    const here = await dfotaIn(own, command, ...pair, '--json');
    const named = await dfotaIn(empty, command, ...pair, '--json', '--lists', own);
    const none = await dfotaIn(empty, command, ...pair, '--json');
    const starters = await dfotaIn(own, command, ...pair, '--json', '--starter-lists');
    const others = await dfotaIn(own, command, ...pair, '--json', '--lists', starter);
    const shown = ({ stdout }: { readonly stdout: string }, path: string) => stdout.replaceAll(`${path}/`, '');
    assert.deepEqual(here.told, [told]);
    assert.deepEqual(none.told, [starterListsTold]);
    for (const { told } of [named, starters, others]) assert.deepEqual(told, []);
    assert.equal(starters.stdout, none.stdout);
    assert.notEqual(here.stdout, none.stdout);
    assert.match(here.stdout, /quectel_noota_filelist\.txt/);
    if (command === 'check') assert.equal(here.stdout, shown(named, own));
  });
}

test('integration: a file that the lists here keep is kept, the package tells which lists, and verify holds them against its own', async () => {
  const made = await dfotaIn(own, 'generate', ...pair, '--parts', 'l', '--verify', 'quick', '--no-cache');
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual(made.told, [told]);
  const file = join(own, 'update.zip');
  const digest = digestOf(own);
  assert.equal(await madeWith(file), digest);
  const proof = ['verify', file, '--source', sample.source, '--target', sample.target, '--parts', 'l'];
  const here = await dfotaIn(own, ...proof);
  assert.equal(here.code, 0, here.stdout);
  assert.deepEqual(here.told, [told]);
  assert.ok(
    here.stdout.includes(`lists: the lists in this folder (SHA-256 ${digest}), which the package was made with`),
  );
  const other = await dfotaIn(empty, ...proof);
  assert.equal(other.code, 1);
  const [line, remedy] = other.stdout
    .split('\n')
    .slice(other.stdout.split('\n').findIndex((each) => each.startsWith('lists:')));
  assert.equal(
    line,
    `lists: the starter lists (SHA-256 ${digestOf(starter)}); the package was made with others (SHA-256 ${digest})`,
  );
  assert.equal(remedy, '  give the lists that it was made with: --lists DIR, or --starter-lists');
  assert.deepEqual(JSON.parse((await dfotaIn(empty, ...proof, '--json')).stdout).lists, {
    digest: digestOf(starter),
    madeWith: digest,
  });
  assert.match((await dfotaIn(empty, 'inspect', file)).stdout, new RegExp(`lists +SHA-256 ${digest}`));
});

test('integration: without list files here the starter lists are used, and the package tells that', async () => {
  const made = await dfotaIn(empty, 'generate', ...pair, '--parts', 'l', '--verify', 'off', '--no-cache');
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual(made.told, [starterListsTold]);
  assert.equal(await madeWith(join(empty, 'update.zip')), digestOf(starter));
});

test('integration: a fault of a list here is told with its line, and no package is made', async () => {
  const wrong = folder('wrong');
  copyFileSync(join(own, keepList), join(wrong, keepList));
  writeFileSync(join(wrong, 'quectel_fullota_filelist.txt'), '/etc/x\n');
  const { code, stderr } = await dfotaIn(wrong, 'generate', ...pair, '--no-cache');
  assert.equal(code, 3);
  assert.match(stderr, /quectel_fullota_filelist\.txt:1:1: /);
  assert.deepEqual(readdirSync(wrong).sort(), ['quectel_fullota_filelist.txt', keepList]);
});

test('unit: --lists and --starter-lists do not go together', async () => {
  assert.equal((await dfotaIn(own, 'check', ...pair, '--lists', '.', '--starter-lists')).code, 2);
});
