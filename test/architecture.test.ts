/** Holds the imports of src/ against the table of docs/architecture.md. Each rule says why it is there. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Built-in modules that compute and nothing else. */
const pure = ['node:buffer', 'node:crypto', 'node:path', 'node:util'];

interface Rule {
  /** Folders of src that it may import. */
  readonly folders: readonly string[];
  /** Built-in modules; `undefined`: any. */
  readonly builtins: readonly string[] | undefined;
  readonly packages: readonly string[];
  readonly why: string;
}

const stages = [
  'model',
  'input',
  'audit',
  'plan',
  'patch',
  'applypatch',
  'script',
  'package',
  'device',
  'report',
  'explain',
];
const rules: Readonly<Record<string, Rule>> = {
  model: {
    folders: [],
    builtins: pure,
    packages: [],
    why: 'the dictionary: everything may depend on it, so it depends on nothing',
  },
  plan: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'decisions are pure, so they can be tested and replayed',
  },
  script: { folders: ['model'], builtins: pure, packages: [], why: 'the same plan gives the same script' },
  report: { folders: ['model'], builtins: pure, packages: [], why: 'a report is a view of data that is already there' },
  audit: {
    folders: ['model'],
    builtins: [...pure, 'node:zlib'],
    packages: ['fzstd', 'pako', 'yaml'],
    why: 'looking inside files is pure: bytes in, differences out',
  },
  input: {
    folders: ['model'],
    builtins: undefined,
    packages: ['yauzl', 'picomatch', 'pako', 'fzstd', 'yaml'],
    why: 'the outside world becomes builds and rules here, and nowhere else',
  },
  explain: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'what a code or a log means is knowledge, not I/O',
  },
  applypatch: {
    folders: ['model'],
    builtins: [...pure, 'node:zlib'],
    packages: ['pako'],
    why: 'decoders share nothing with the encoders, so neither can hide the mistake of the other',
  },
  patch: {
    folders: ['model', 'applypatch'],
    builtins: undefined,
    packages: ['pako'],
    why: 'each patch is applied back right after it was made',
  },
  package: {
    folders: ['model'],
    builtins: undefined,
    packages: ['@zip.js/zip.js', 'pako'],
    why: 'writes what it is told, without an opinion',
  },
  device: {
    folders: ['model', 'input', 'applypatch'],
    builtins: undefined,
    packages: [],
    why: 'the simulator must not share a mistake with plan, patch, script or package',
  },
  cli: {
    folders: ['model', 'report', ''],
    builtins: undefined,
    packages: ['yargs'],
    why: 'the command line calls what a library user calls',
  },
  '': { folders: [...stages, ''], builtins: undefined, packages: [], why: 'use cases join the stages' },
};

/** Packages that one file alone (or one folder) imports, so that they can be replaced there. */
const doors: Readonly<Record<string, RegExp>> = {
  yauzl: /^src\/input\/zip\//,
  '@zip.js/zip.js': /^src\/package\//,
  yargs: /^src\/cli\/command-line\.ts$/,
  fzstd: /^src\/(input|audit)\//,
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`)
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

function importsOf(file: string, text: string): Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
    from: file,
    to: fileName.startsWith('.') ? normalize(join(dirname(file), fileName)).replace(/(\.js)?$/, '.ts') : fileName,
    typesOnly: new RegExp(`import type [^;]*from '${fileName.replaceAll('.', '\\.')}'`).test(text),
  }));
}

function folderOf(file: string): string {
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? '';
}

/** What is wrong with an import; `undefined` when the table allows it. */
function fault({ from, to }: Import): string | undefined {
  const rule = rules[folderOf(from)];
  if (rule === undefined) return `${from}: no rule for its folder`;
  const said = `${from} imports ${to}: ${rule.why}`;
  if (to.startsWith('src/')) {
    if (!texts.has(to)) return `${from} imports ${to}, which is not there`;
    return folderOf(to) === folderOf(from) || rule.folders.includes(folderOf(to)) ? undefined : said;
  }
  if (to.startsWith('node:')) return rule.builtins === undefined || rule.builtins.includes(to) ? undefined : said;
  return rule.packages.includes(to) ? undefined : said;
}

test('unit: imports follow the table', () => {
  const faults = [...texts].flatMap(([file, text]) =>
    importsOf(file, text)
      .map(fault)
      .filter((found) => found !== undefined),
  );
  assert.deepEqual(faults, []);
});

test('unit: the table refuses what it should', () => {
  const refused: Import[] = [
    { from: 'src/plan/plan.ts', to: 'node:fs', typesOnly: false },
    { from: 'src/model/path.ts', to: 'src/plan/plan.ts', typesOnly: false },
    { from: 'src/device/machine.ts', to: 'src/plan/plan.ts', typesOnly: false },
    { from: 'src/input/open-build.ts', to: 'yargs', typesOnly: false },
    { from: 'src/cli/run.ts', to: 'src/plan/plan.ts', typesOnly: false },
    { from: 'src/elsewhere/x.ts', to: 'node:fs', typesOnly: false },
  ];
  for (const entry of refused) assert.notEqual(fault(entry), undefined, entry.from);
});

test('unit: each third-party package has one door', () => {
  const faults = [...texts].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter(({ to, typesOnly }) => doors[to]?.test(file) === false && !(to === 'yargs' && typesOnly))
      .map(({ to }) => `${file} imports ${to}, which only ${doors[to]} may`),
  );
  assert.deepEqual(faults, []);
});

test('unit: the packages that the program uses are those that it is installed with', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const used = new Set([...texts].flatMap(([file, text]) => importsOf(file, text).map(({ to }) => to)));
  const foreign = [...used].filter((name) => !name.startsWith('src/') && !name.startsWith('node:'));
  assert.deepEqual(foreign.sort(), Object.keys(dependencies).sort());
});

/** The text without comments and string contents: what is left is code. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, '');
}

test('unit: only the command line writes to the console, and only its main file ends the process', () => {
  for (const [file, text] of texts) {
    const bare = code(text);
    if (!file.startsWith('src/cli/')) assert.doesNotMatch(bare, /\bconsole\.|process\.(stdout|stderr)/, file);
    if (file !== 'src/cli/main.ts') assert.doesNotMatch(bare, /process\.(exit|exitCode|kill|abort)\b/, file);
  }
});

test('unit: no cycle between the folders', () => {
  for (const [name, rule] of Object.entries(rules)) {
    const seen = new Set<string>();
    const visit = (folder: string): void => {
      for (const next of rules[folder]?.folders ?? []) {
        if (next === folder || seen.has(next)) continue;
        assert.notEqual(next, name, `${name} reaches itself`);
        seen.add(next);
        visit(next);
      }
    };
    if (name !== 'cli' && name !== '') visit(name);
    assert.notEqual(rule.why, '');
  }
});
