/**
 * The commands by which this project is worked on, as its documents name them: `npm run NAME`, `node dist/FILE.js`. Programs and options must be there; what
 * CONTRIBUTING.md tells a newcomer to type is run.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

const documents = [
  'CONTRIBUTING.md',
  'README.md',
  'samples/README.md',
  'test/scenarios/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    // Decisions are dated: what they name may be gone since.
    .filter((name) => name.endsWith('.md') && !name.startsWith('docs/decisions/'))
    .sort(),
];

/** What stands between backquotes, and each line of a block. */
function commandsOf(document: string): readonly string[] {
  const text = read(document);
  const blocks = [...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, inner = '']) => inner.split('\n'));
  const quoted = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner);
  return [...blocks, ...quoted]
    .map((command) => command.replace(/ {2,}#.*$/, '').trim())
    .filter((command) => /^(?:[A-Z_]+=\S+ )?(?:npm (?:ci|run|test)|node (?:dist|bin)\/)/.test(command));
}

test('unit: scripts, programs and options of this project that its documents name are there', () => {
  const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(read('package.json'));
  const faults: string[] = [];
  let [named, options] = [0, 0];
  for (const document of documents) {
    for (const command of commandsOf(document)) {
      const fault = (says: string): void => void faults.push(`${document}: ${command}: ${says}`);
      for (const [, script = ''] of command.matchAll(/\bnpm run ([\w:-]+)/g)) {
        named += 1;
        if (!Object.hasOwn(scripts, script)) fault(`no script ${script}`);
      }
      const [, program] = /\bnode dist\/(\S+)\.js/.exec(command) ?? [];
      if (program === undefined) continue;
      named += 1;
      if (!existsSync(join(root, `${program}.ts`))) fault('no such program');
      else {
        const source = read(`${program}.ts`);
        for (const [, option = ''] of command.matchAll(/ --([a-z][a-z-]*)/g)) {
          options += 1;
          const known = new RegExp(`(?:--${option}\\b|['"]?\\b${option}['"]?: \\{ type:)`);
          if (!known.test(source)) fault(`no option --${option}`);
        }
      }
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(named > 20 && options > 4, `${named} programs and ${options} options looked at`);
});

/** What CONTRIBUTING.md tells to type and what is not run here, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci': 'what the tests themselves were started by',
  'npm test': 'these tests',
  'npm run build': 'writes what is running here',
  'npm run format': 'changes the sources; the linter is a part of npm test',
  'npm run test:unit': 'compiles first: its second half is run with other words',
  'npm run check': 'runs all tests on several releases of Node.js',
  'npm run coverage': 'runs all tests',
  'npm run goldens': 'changes what is expected',
  'npm run docs': 'changes documents: test/docs/findings.test.ts holds them',
  'npm run docs:api': 'a part of npm pack, which CI runs',
  'npm run sample': 'compiles first: test/samples/readme-run.test.ts runs its second half',
  'DFOTA_DEBUG=1 node bin/dfota.js …': 'has no arguments: test/cli/failure.test.ts holds the variable',
};

test('end-to-end: what CONTRIBUTING.md tells to type does something, and runs', () => {
  const commands = [...new Set(commandsOf('CONTRIBUTING.md').flatMap((line) => line.split(' && ')))];
  const own = commands.filter((command) => command !== 'git diff' && !Object.hasOwn(notRun, command));
  assert.ok(own.length >= 2, commands.join('; '));
  for (const command of own) {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
  }
  assert.deepEqual(
    Object.keys(notRun).filter((command) => !commands.includes(command)),
    [],
  );
});
