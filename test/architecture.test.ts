/** Holds the imports of src/ against rules, and docs/architecture.md against the same. Each rule says why it is there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Built-in modules that compute and nothing else. */
const pure = ['node:buffer', 'node:crypto', 'node:path', 'node:util'];

interface Rule {
  /** Folders of src that it may import, itself apart. */
  readonly folders: readonly string[];
  /** Built-in modules; `undefined`: any. */
  readonly builtins: readonly string[] | undefined;
  readonly packages: readonly string[];
  /** Why the rule is there, and what to do instead. */
  readonly why: string;
}

const stages =
  'model files formats http input plan checks script encode reference applypatch package store signing device audit explain report imagedelta images'.split(
    ' ',
  );

const rules: Readonly<Record<string, Rule>> = {
  model: {
    folders: [],
    builtins: pure,
    packages: [],
    why: 'everything may depend on the dictionary, so it depends on nothing: pass in what it needs, or move the code to the folder that owns it',
  },
  files: {
    folders: ['model'],
    builtins: undefined,
    packages: [],
    why: 'the door to the disk knows no format and no stage: take bytes and paths, and let the caller know what they mean',
  },
  formats: {
    folders: ['model'],
    builtins: [...pure, 'node:zlib'],
    packages: ['fzstd', 'pako', 'yaml'],
    why: 'readers take bytes and give values: let input/ or a use case open the file and pass the bytes or a ByteSource',
  },
  plan: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'decisions are pure, so that they can be tested and replayed: read in input/, and pass the value in',
  },
  checks: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'a check takes values and gives findings: let the use case read what it looks at',
  },
  script: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'the same plan gives the same script: pass the value in',
  },
  report: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'a report is a view of data that is already there: compute it in the use case, and put its type into model/',
  },
  explain: {
    folders: ['model'],
    builtins: pure,
    packages: [],
    why: 'what a code or a log means is knowledge: let the use case read the log',
  },
  input: {
    folders: ['model', 'files', 'formats'],
    builtins: undefined,
    packages: ['yauzl', 'picomatch', 'fast-glob'],
    why: 'input turns what formats say into builds and rules: what decides belongs into plan/ or checks/',
  },
  http: {
    folders: ['model'],
    builtins: undefined,
    packages: [],
    why: 'servers and requests know no content and no stage: pass in what is answered, and let the caller know what it means',
  },
  store: {
    folders: ['model', 'files', 'formats', 'http'],
    builtins: undefined,
    packages: [],
    why: 'a store keeps bytes by digest and does not know what they are for: pass the value in',
  },
  signing: {
    folders: ['model', 'files', 'formats'],
    builtins: undefined,
    packages: [],
    why: 'signing adds to a finished package and knows nothing of how it was made; verification stands apart, in device/signature',
  },
  applypatch: {
    folders: ['model', 'formats'],
    builtins: [...pure, 'node:zlib'],
    packages: ['pako'],
    why: 'decoders share nothing with the encoders, so that neither hides a mistake of the other: write the decoder from the format document',
  },
  encode: {
    folders: ['model', 'applypatch'],
    builtins: undefined,
    packages: ['pako'],
    why: 'an encoder knows bytes, not builds or stores: take what it needs as an interface of model/',
  },
  reference: {
    folders: ['model', 'files'],
    builtins: undefined,
    packages: [],
    why: 'the classic encoder stands beside ours: it takes bytes and gives a patch, which the pool proves like its own',
  },
  package: {
    folders: ['model', 'files'],
    builtins: undefined,
    packages: ['@zip.js/zip.js', 'pako', 'archiver'],
    why: 'the writer writes what it is told, without an opinion: decide in plan/',
  },
  device: {
    folders: ['model', 'files', 'formats', 'applypatch'],
    builtins: undefined,
    packages: [],
    why: 'the simulated device must not share a mistake with plan, encode, script or package: write it from what real updaters do',
  },
  delivery: {
    folders: ['model', 'files', 'explain', 'http'],
    builtins: undefined,
    packages: ['serialport', '@yume-chan/adb', '@yume-chan/adb-server-node-tcp', '@yume-chan/stream-extra'],
    why: 'what brings a package to a module is written from what modules say, not from the simulated one, nor from what made the package: pass values in',
  },
  module: {
    folders: ['model', 'files', 'device'],
    builtins: undefined,
    packages: [],
    why: 'the simulated module must not share a mistake with what delivers to it: write it from what modules do',
  },
  imagedelta: {
    folders: ['model', 'files', 'formats', 'encode'],
    builtins: [...pure, 'node:zlib'],
    packages: [],
    why: 'a patch is made of bytes and a plan: the choice of stretches comes from encode/, what the device has from the use case',
  },
  images: {
    folders: ['model', 'files'],
    builtins: pure,
    packages: [],
    why: 'what makes an image must not share a mistake with its reader in formats/: pass in the bytes of files, and read back in the use case',
  },
  quecpython: {
    folders: ['model', 'files', 'formats'],
    builtins: pure,
    packages: [],
    why: 'what makes an update or a backup of user files takes bytes and gives bytes: read and write in the use case',
  },
  audit: {
    folders: ['model', 'formats'],
    builtins: pure,
    packages: [],
    why: 'looking inside files is pure, bytes in and differences out: parse in formats/, read files in the use case',
  },
  fleet: {
    folders: ['model', 'files', 'formats'],
    builtins: undefined,
    packages: ['bullmq', 'ioredis'],
    why: 'the plan of a fleet is pure, and a queue carries jobs without knowing how they are made: pass in what makes them',
  },
  usecases: {
    folders: [...stages, 'module', 'delivery', 'fleet', 'quecpython', ''],
    builtins: undefined,
    packages: [],
    why: 'use cases join the stages: what they share with the command line is a type of model/',
  },
  cli: {
    folders: ['usecases', 'report', 'model', ''],
    builtins: undefined,
    packages: ['yargs'],
    why: 'the command line calls what a user of the library calls: put the work into a use case',
  },
  '': {
    folders: ['usecases', 'model'],
    builtins: ['node:fs'],
    packages: [],
    why: 'the public library is the use cases and the types that they take and return: export it from there',
  },
};

/** Packages that one file alone (or one folder) imports, so that they can be replaced there. */
const doors: Readonly<Record<string, RegExp>> = {
  'fast-glob': /^src\/input\/build-patterns\.ts$/,
  yauzl: /^src\/input\/zip\//,
  '@zip.js/zip.js': /^src\/package\//,
  archiver: /^src\/package\/bundle\.ts$/,
  yaml: /^src\/formats\/text\/located-yaml\.ts$/,
  yargs: /^src\/cli\/command-line\.ts$/,
  fzstd: /^src\/formats\/compression\//,
  bullmq: /^src\/fleet\/queue\//,
  ioredis: /^src\/fleet\/queue\/connect\.ts$/,
  serialport: /^src\/delivery\/transports\/serial\.ts$/,
  '@yume-chan/adb': /^src\/delivery\/transports\/adb\//,
  '@yume-chan/adb-server-node-tcp': /^src\/delivery\/transports\/adb\//,
  '@yume-chan/stream-extra': /^src\/delivery\/transports\/adb\//,
};

/** Packages that a user installs who wants what needs them: they are loaded when they are asked for. */
const optional = [
  'bullmq',
  'ioredis',
  'serialport',
  '@yume-chan/adb',
  '@yume-chan/adb-server-node-tcp',
  '@yume-chan/stream-extra',
];

/** Files that are loaded only together with such a package. */
const loadedLate = ['src/delivery/transports/adb/push-file.ts'];

/** Files that nothing imports: the library, the command line, and those that threads and processes start with. */
const entrances = [
  'src/index.ts',
  'src/cli/main.ts',
  'src/cli/run-thread.ts',
  'src/encode/estimate/measure-thread.ts',
  'src/encode/mate/mate-thread.ts',
  'src/encode/pool/encode-thread.ts',
  'src/input/zip/digest-thread.ts',
  'src/usecases/generate/sketch-thread.ts',
  'src/usecases/generate/sketching-digest-thread.ts',
  'src/usecases/image-delta/delta-thread.ts',
  'src/reference/reference-process.ts',
  'src/device/threads/patch-thread.ts',
  'src/device/threads/cut-thread.ts',
];

/** Compiled to WebAssembly by a compiler of its own. */
const compiledApart =
  /^src\/(encode\/stretches|encode\/deflate|encode\/estimate|applypatch\/deflate|imagedelta\/encoder)\/wasm\//;

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
    // What the build writes is declared only.
    if (!texts.has(to) && !texts.has(to.replace(/\.ts$/, '.d.ts'))) return `${from} imports ${to}, which is not there`;
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

test('unit: the simulated QuecPython device and what makes its updates are strangers', () => {
  const sides = ['src/quecpython/maker/', 'src/quecpython/device/'];
  const faults = [...texts].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter(({ to }) =>
        sides.some((side) => file.startsWith(side) && to.startsWith('src/quecpython/') && !to.startsWith(side)),
      )
      .map(({ to }) => `${file} imports ${to}: neither may hide a mistake of the other`),
  );
  assert.deepEqual(faults, []);
  for (const side of sides)
    assert.ok(
      files.some((file) => file.startsWith(side)),
      side,
    );
});

test('unit: what makes image deltas and what applies them are strangers', () => {
  const applying = /^src\/imagedelta\/decoder\//;
  const making = /^src\/imagedelta\/(encoder|repack)\//;
  const faults = [...texts].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter(({ to }) => (applying.test(file) && making.test(to)) || (making.test(file) && applying.test(to)))
      .map(({ to }) => `${file} imports ${to}: neither may hide a mistake of the other`),
  );
  assert.deepEqual(faults, []);
  for (const side of [applying, making]) assert.ok(files.some((file) => side.test(file)));
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
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  for (const name of optional) {
    assert.ok(name in peerDependencies && peerDependenciesMeta[name]?.optional === true, name);
    assert.ok(name in doors, `${name} has a door, so that only one way to a module needs it`);
  }
  const used = new Set([...texts].flatMap(([file, text]) => importsOf(file, text).map(({ to }) => to)));
  const foreign = [...used].filter((name) => !name.startsWith('src/') && !name.startsWith('node:'));
  assert.deepEqual(foreign.sort(), [...Object.keys(dependencies), ...optional].sort());
  const atOnce = [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/^import (?!type )[^;]*from '([^']+)'/gm)]
      .filter(([, name = '']) => optional.includes(name) && !loadedLate.includes(file))
      .map(([, name]) => `${file} imports ${name} at once: whoever has not installed it could not start`),
  );
  assert.deepEqual(atOnce, []);
});

test('unit: builds and lists are opened in one place', () => {
  const opening = ['src/input/open-build.ts', 'src/input/lists/read-lists.ts'];
  const faults = [...texts].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter(({ to }) => opening.includes(to) && file !== 'src/usecases/open-inputs.ts')
      .map(
        ({ to }) =>
          `${file} imports ${to}: let withInputs or withBuild of src/usecases/open-inputs.ts open and close it`,
      ),
  );
  assert.deepEqual(faults, []);
});

/** The text without comments and string contents: what is left is code. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, '');
}

test('unit: only the command line writes to the console, and only the main file of a process ends it', () => {
  for (const [file, text] of texts) {
    const bare = code(text);
    if (!file.startsWith('src/cli/')) assert.doesNotMatch(bare, /\bconsole\.|process\.(stdout|stderr)/, file);
    // Signal 0 ends nothing: it asks whether a process is there.
    const ends = /process\.(exit|exitCode|abort)\b|process\.kill\b(?!\(\w+, 0\))/;
    const mains = ['src/cli/main.ts', 'src/cli/early-signals.ts', 'src/reference/reference-process.ts'];
    if (!mains.includes(file)) assert.doesNotMatch(bare, ends, file);
  }
});

/** For each file, the files of src that it imports; imports of types alone do not count for cycles at run time. */
function graphOf(withTypes: boolean): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...texts].map(([file, text]) => [
      file,
      importsOf(file, text)
        .filter(({ to, typesOnly }) => texts.has(to) && (withTypes || !typesOnly))
        .map(({ to }) => to),
    ]),
  );
}

/** A cycle of the graph as a path that ends where it began; `undefined` when there is none. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): readonly string[] | undefined => {
    const seenAt = way.indexOf(file);
    if (seenAt >= 0) return [...way.slice(seenAt), file];
    if (done.has(file)) return undefined;
    way.push(file);
    for (const next of graph.get(file) ?? []) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    way.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

test('unit: no cycle between files', () => {
  assert.equal(
    cycleIn(graphOf(true))?.join(' -> '),
    undefined,
    'move what both need into a third file, which neither is imported by',
  );
  assert.deepEqual(
    cycleIn(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
  );
});

test('unit: no file that nothing uses', () => {
  const graph = graphOf(true);
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const next of graph.get(file) ?? []) visit(next);
  };
  for (const file of entrances) {
    assert.ok(texts.has(file), `${file} is not there: take it off the list of entrances`);
    visit(file);
  }
  const orphans = files.filter((file) => !reached.has(file) && !file.endsWith('.d.ts') && !compiledApart.test(file));
  assert.deepEqual(orphans, [], 'nothing imports these files: delete them, or add them to the entrances with a reason');
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
    if (!['cli', 'usecases', ''].includes(name)) visit(name);
    assert.notEqual(rule.why, '');
  }
});

/** The rows of the document's table: folder, folders that it may import, packages, whether it may use any built-in module. */
function tableOf(document: string): ReadonlyMap<string, readonly string[]> {
  const names = (cell: string): string =>
    [...cell.matchAll(/`([^`]+)`/g)]
      .map(([, name = '']) => name)
      .sort()
      .join(' ');
  const rows = document
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    rows
      .filter((cells) => cells.length === 7)
      .map(([, folder = '', , folders = '', packages = '', system = '']) => [
        names(folder),
        [folders.startsWith('all') ? `all but ${names(folders)}` : names(folders), names(packages), system],
      ]),
  );
}

test('unit: the table of docs/architecture.md says what the rules say', () => {
  const shown = (folder: string): string => (folder === '' ? 'index.ts' : folder);
  const table = tableOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));
  const expected = Object.entries(rules).map(([name, { folders, packages, builtins }]): [string, string[]] => {
    const others = Object.keys(rules).filter((other) => other !== name && !folders.includes(other));
    const few = folders.map(shown).sort().join(' ');
    return [
      shown(name),
      [
        name === 'usecases' ? `all but ${others.map(shown).sort().join(' ')}` : few,
        [...packages].sort().join(' '),
        builtins === undefined ? 'yes' : '',
      ],
    ];
  });
  assert.deepEqual(Object.fromEntries(table), Object.fromEntries(expected));
  for (const folder of table.keys()) assert.ok(existsSync(join(root, 'src', folder)), `there is no src/${folder}`);
});
