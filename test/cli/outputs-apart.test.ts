/** No output costs the user an input: every command, every pair of an input and an output, by every way to name the same file. */
import assert from 'node:assert/strict';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('outputs-apart');

interface CommandLine {
  readonly words: readonly string[];
  /** `file` or `folder` is what stands at the path; an option without a dash is a word. */
  readonly inputs: Readonly<Record<string, 'file' | 'folder' | 'lists'>>;
  readonly outputs: Readonly<Record<string, 'file' | 'new-folder' | 'store'>>;
}

/** Every command that writes, with every option that names a file or a folder. */
const lines: Readonly<Record<string, CommandLine>> = {
  generate: {
    words: ['generate'],
    inputs: { source: 'file', to: 'file', '--companion': 'file', '--lists': 'lists', '--config': 'file' },
    outputs: { '--output': 'file', '--plan': 'file', '--cache': 'store', '--provenance': 'file', '--sbom': 'file' },
  },
  'generate from folders': {
    words: ['generate'],
    inputs: { source: 'folder', to: 'folder', '--companion': 'folder' },
    outputs: { '--output': 'file', '--plan': 'file', '--cache': 'store', '--provenance': 'file', '--sbom': 'file' },
  },
  'generate from an archive': {
    words: ['generate', '--source-version', 'V1'],
    inputs: { '--from-archive': 'folder', '--target': 'file', '--lists': 'lists' },
    outputs: { '--output': 'file', '--plan': 'file', '--cache': 'store', '--provenance': 'file', '--sbom': 'file' },
  },
  'generate with --from': {
    words: ['generate'],
    inputs: { '--from': 'file', to: 'file' },
    outputs: { '--output': 'file', '--plan': 'file', '--cache': 'store', '--provenance': 'file', '--sbom': 'file' },
  },
  audit: {
    words: ['audit'],
    inputs: {
      source: 'file',
      target: 'folder',
      '--companion': 'file',
      '--lists': 'lists',
      '--package': 'file',
      '--policy': 'file',
      '--config': 'file',
    },
    outputs: { '--output': 'file' },
  },
  'audit --exact': {
    words: ['audit', '--exact'],
    inputs: { source: 'file', target: 'folder', '--companion': 'file', '--lists': 'lists', '--policy': 'file' },
    outputs: { '--output': 'file', '--cache': 'store' },
  },
  prepare: {
    words: ['prepare'],
    inputs: {
      '--source': 'file',
      '--boot': 'file',
      '--abl': 'file',
      '--multifota': 'folder',
      '--rootfs': 'folder',
      '--modem': 'file',
      '--version-file': 'file',
      '--owners': 'file',
      '--config': 'file',
    },
    outputs: { '--output': 'file' },
  },
  sign: {
    words: ['sign', '--scheme', 'detached'],
    inputs: { package: 'file', '--key': 'file', '--certificate': 'file', '--public-key': 'file' },
    outputs: { '--output': 'file' },
  },
  reproduce: {
    words: ['reproduce'],
    inputs: { record: 'file', '--source': 'file', '--target': 'folder', '--lists': 'lists', '--companion': 'file' },
    outputs: { '--output': 'file' },
  },
  release: {
    words: ['release', '--scheme', 'le'],
    inputs: {
      source: 'file',
      target: 'file',
      '--companion': 'file',
      '--lists': 'lists',
      '--policy': 'file',
      '--key': 'file',
      '--certificate': 'file',
      '--public-key': 'file',
      '--config': 'file',
    },
    outputs: { '--output': 'new-folder', '--cache': 'store' },
  },
  support: {
    words: ['support'],
    inputs: {
      source: 'file',
      target: 'folder',
      '--companion': 'file',
      '--lists': 'lists',
      '--package': 'file',
      '--log': 'file',
    },
    outputs: { '--output': 'new-folder' },
  },
  extract: { words: ['extract'], inputs: { input: 'folder' }, outputs: { '--output': 'new-folder' } },
  'image-delta': {
    words: ['image-delta'],
    inputs: { old: 'file', new: 'file', '--key': 'file' },
    outputs: { '--output': 'file' },
  },
  'image-apply': {
    words: ['image-apply'],
    inputs: { old: 'file', patch: 'file', '--public-key': 'file' },
    outputs: { '--output': 'file' },
  },
  'nvs make': {
    words: ['nvs', 'make', '--size', '0x3000'],
    inputs: { csv: 'file', '--key-file': 'file', '--hmac-key': 'file' },
    outputs: { '--output': 'file', '--generate-key': 'file' },
  },
  'quecpython update': {
    words: ['quecpython', 'update'],
    inputs: { old: 'folder', new: 'folder' },
    outputs: { '--output': 'new-folder' },
  },
  'quecpython backup': {
    words: ['quecpython', 'backup'],
    inputs: { tree: 'folder' },
    outputs: { '--output': 'new-folder' },
  },
  'nvs mass': {
    words: ['nvs', 'mass', '--size', '0x3000'],
    inputs: { '--config': 'file', '--values': 'file', '--key-file': 'file', '--hmac-key': 'file' },
    outputs: { '--output': 'store' },
  },
  'nvs as published': {
    words: ['nvs', '--size', '0x3000'],
    inputs: { '--input': 'file', '--key-file': 'file', '--hmac-key': 'file' },
    outputs: { '--output': 'file', '--generate-key': 'file' },
  },
  'littlefs make': {
    words: ['littlefs', 'make', '--size', '1M'],
    inputs: { folder: 'folder' },
    outputs: { '--output': 'file' },
  },
  'squashfs make': {
    words: ['squashfs', 'make'],
    inputs: { folder: 'folder' },
    outputs: { '--output': 'file' },
  },
  'littlefs extract': {
    words: ['littlefs', 'extract'],
    inputs: { image: 'file' },
    outputs: { '--output': 'new-folder' },
  },
  'archive add': { words: ['archive', 'add'], inputs: { build: 'folder' }, outputs: { '--to': 'store' } },
  'archive get': {
    words: ['archive', 'get', 'A01'],
    inputs: { '--from': 'folder' },
    outputs: { '--output': 'file' },
  },
  'archive add of a zip': { words: ['archive', 'add'], inputs: { build: 'file' }, outputs: { '--to': 'store' } },
};

const list = 'quectel_noota_filelist.txt';
let folders = 0;

function newFolder(): string {
  folders += 1;
  const folder = join(work, String(folders));
  mkdirSync(folder);
  return folder;
}

/** Makes the inputs of a command line: their content does not matter, for nothing of it is read. */
function makeInputs(line: CommandLine, folder: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const [option, kind] of Object.entries(line.inputs)) {
    const path = join(folder, `input-${option.replaceAll('-', '')}`);
    // The configuration alone is read before all.
    if (kind === 'file') writeFileSync(path, option === '--config' ? 'products: {a: {}}' : `content of ${option}`);
    else {
      mkdirSync(path);
      writeFileSync(join(path, kind === 'lists' ? list : 'file'), `content of ${option}`);
    }
    paths.set(option, path);
  }
  return paths;
}

function wordsOf(options: ReadonlyMap<string, string>): string[] {
  return [...options].flatMap(([option, path]) => (option.startsWith('--') ? [option, path] : [path]));
}

/** All files below a folder with their content. */
function contents(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    found.set(path, stats.isFile() ? readFileSync(path, 'utf8') : '');
    if (stats.isDirectory()) for (const [below, text] of contents(path)) found.set(below, text);
  }
  return found;
}

async function refused(words: readonly string[], folder: string, what: string): Promise<void> {
  const before = contents(folder);
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), [...words, '--quiet', '--json'], terminal);
  assert.equal(code, 2, `${what}: ${stderr()}`);
  const { error } = JSON.parse(stdout());
  assert.deepEqual([error.kind, error.faults[0].code], ['usage', 'output-over-input'], what);
  assert.deepEqual(contents(folder), before, what);
}

/** Other names for what is at a path. */
function aliases(path: string, folder: string): ReadonlyMap<string, string> {
  const isFile = statSync(path).isFile();
  const link = join(folder, 'link');
  symlinkSync(path, link);
  const names = new Map([
    ['itself', path],
    ['roundabout', `${dirname(path)}//./${basename(path)}`],
    ['a link', link],
  ]);
  const around = join(folder, 'around');
  symlinkSync(dirname(path), around);
  names.set('through a linked folder', join(around, basename(path)));
  if (!isFile) {
    for (const name of ['new', 'new/deeper']) names.set(`inside as ${name}`, join(path, name));
    return names;
  }
  const hard = join(folder, 'hard');
  linkSync(path, hard);
  return names.set('a hard link', hard);
}

for (const [title, line] of Object.entries(lines)) {
  for (const output of Object.keys(line.outputs)) {
    test(`integration: ${title}: ${output} never costs an input`, async () => {
      for (const [input, kind] of Object.entries(line.inputs)) {
        const folder = newFolder();
        const inputs = makeInputs(line, folder);
        const path = inputs.get(input) ?? '';
        // Of a folder of lists only the lists are inputs.
        const at = kind === 'lists' ? join(path, list) : path;
        if (kind === 'lists' && line.outputs[output] === 'store') continue;
        for (const [way, alias] of aliases(at, folder)) {
          const options = new Map([...inputs, [output, alias]]);
          const other = Object.keys(line.outputs).filter((each) => each !== output && each !== '--cache');
          for (const each of other) options.set(each, join(folder, `free${each}`));
          await refused([...line.words, ...wordsOf(options)], folder, `${output} is ${input}, by ${way}`);
        }
      }
    });
  }

  test(`integration: ${title}: outputs of their own are let through`, async () => {
    const folder = newFolder();
    const inputs = makeInputs(line, folder);
    const options = new Map(inputs);
    for (const output of Object.keys(line.outputs)) options.set(output, join(folder, `free${output}`));
    const { terminal, stdout } = testTerminal();
    await run(dfota('0.0.0'), [...line.words, ...wordsOf(options), '--quiet', '--json'], terminal);
    assert.doesNotMatch(stdout(), /output-over-input/);
  });
}

test('integration: two outputs are never the same file', async () => {
  for (const way of ['itself', 'link', 'existing', 'hard']) {
    const folder = newFolder();
    const [source, to, output, plan] = ['v1.zip', 'v2.zip', 'u.zip', 'plan'].map((name) => join(folder, name));
    assert.ok(source !== undefined && to !== undefined && output !== undefined && plan !== undefined);
    for (const build of [source, to]) writeFileSync(build, '');
    if (way !== 'itself' && way !== 'link') writeFileSync(output, 'old');
    if (way === 'link') symlinkSync('u.zip', plan);
    if (way === 'hard') linkSync(output, plan);
    const named = way === 'link' || way === 'hard' ? plan : output;
    await refused(['generate', source, to, '--no-cache', '--output', output, '--plan', named], folder, way);
    await refused(['generate', source, to, '--cache', output, '--output', output], folder, `${way}, cache`);
  }
});

test('integration: what is written beside a zip into the folder that it was packed from would be packed next time', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'targetfiles/SYSTEM'), { recursive: true });
  const zip = join(folder, 'targetfiles.zip');
  writeFileSync(zip, '');
  writeFileSync(join(folder, 'v1.zip'), '');
  const words = ['generate', join(folder, 'v1.zip'), zip, '--no-cache', '--output'];
  await refused([...words, join(folder, 'targetfiles/update.zip')], folder, 'packed from');
});

test('integration: an option that names a file or a folder is in this table, or names nothing that a command writes or loses', async () => {
  const neither = new Set(
    (
      'quiet verbose help version json parts modes effort jobs memory no-cache verify profile boot-update script-dialect ' +
      'permissions no-moves no-copies no-cross-bases cache-size system-free usrdata-free device-memory source-version format ' +
      'with-firmware no-record builder-id scheme signer-command signer-timeout passphrase-env replace ' +
      'exact today allow size only under volume dry-run power-cuts system-size trace replay block preset ubi page ' +
      'product no-config recompress engine prefix unique file-id digest base-url writable ' +
      'erase-block property allow-program starter-lists cache-read-only with-rollback'
    )
      .split(' ')
      .map((name) => `--${name}`),
  );
  const known = new Set(Object.values(lines).flatMap(({ inputs, outputs }) => Object.keys({ ...inputs, ...outputs })));
  for (const command of [
    'generate',
    'audit',
    'prepare',
    'sign',
    'reproduce',
    'release',
    'support',
    'extract',
    'archive add',
    'archive get',
    'nvs make',
    'nvs mass',
    'quecpython update',
    'quecpython backup',
    'squashfs make',
    'littlefs make',
    'littlefs extract',
  ]) {
    const { terminal, stdout } = testTerminal();
    await run(dfota('0.0.0'), [...command.split(' '), '--help'], terminal);
    const options = [...stdout().matchAll(/^ +(?:-\w, )?(--[a-z][a-z-]*)/gm)].flatMap(([, option]) => option ?? []);
    assert.ok(options.length > 3, command);
    for (const option of options) assert.ok(known.has(option) || neither.has(option), `${command} ${option}`);
  }
});

test('integration: an output that is a folder is refused before anything is read', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'there'));
  for (const name of ['there', 'there/', 'new/', 'missing/file']) {
    for (const words of [
      ['generate', 'no-v1.zip', 'no-v2.zip', '--no-cache', '--output', join(folder, name)],
      ['generate', 'no-v1.zip', 'no-v2.zip', '--no-cache', '--plan', join(folder, name)],
      ['audit', 'no-v1.zip', 'no-v2.zip', '--output', join(folder, name)],
      ['prepare', '--source', 'no-v1.zip', '--boot', 'no-boot.img', '--output', join(folder, name)],
    ]) {
      const asked = name.endsWith('/')
        ? words.map((word) => (word === join(folder, name) ? `${folder}/${name}` : word))
        : words;
      const { terminal, stdout } = testTerminal();
      assert.equal(await run(dfota('0.0.0'), [...asked, '--json', '--quiet'], terminal), 3);
      const { error } = JSON.parse(stdout());
      assert.equal(
        error.faults[0].code,
        name === 'missing/file' ? 'output-folder' : 'output-is-folder',
        asked.join(' '),
      );
    }
  }
  assert.deepEqual(readdirSync(folder), ['there']);
});

test('integration: nothing that the original needs is refused: lists and the package in the same folder', async () => {
  const folder = newFolder();
  for (const name of ['v1.zip', 'v2.zip', list]) writeFileSync(join(folder, name), '');
  const words = ['generate', join(folder, 'v1.zip'), join(folder, 'v2.zip'), '--no-cache', '--lists', folder];
  const { terminal, stderr } = testTerminal();
  await run(dfota('0.0.0'), [...words, '--output', join(folder, 'update.zip')], terminal);
  assert.match(stderr(), /v2\.zip: /);
});
