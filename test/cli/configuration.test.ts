/** The configuration, as the commands go by it: flags over environment over file. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { configuredCommands, optionName } from '../../src/model/configuration/setting.js';
import { settingNames, settingOf } from '../../src/model/configuration/settings.js';
import { mutationPair } from '../support/mutation-pair.js';
import { writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const work = workFolder('configuration');
const at = (name: string): string => join(work, name);
const file = at('dfota.config.yaml');

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const { terminal, stdout, stderr } = testTerminal({ environment });
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

before(() => {
  mkdirSync(at('v1'));
  mkdirSync(at('v2'));
  copyFileSync(writeTargetFiles(at('a'), mutationPair.source), at('v1/targetfiles.zip'));
  copyFileSync(writeTargetFiles(at('b'), mutationPair.target), at('v2/targetfiles.zip'));
  mkdirSync(at('lists'));
  writeFileSync(at('lists/quectel_noota_filelist.txt'), 'SYSTEM/no/such\n');
  writeFileSync(
    file,
    `defaults:
  effort: fast
  verify: "off"
  no-cache: true
  lists: lists
products:
  module:
    source: v1/targetfiles.zip
    target: v2/targetfiles.zip
    output: out/update.zip
    cache-size: 64M
    commands:
      audit:
        output: out/audit.json
        exact: true
      verify:
        power-cuts: 2
      release:
        output: out/release
        signer-command: sign --token hunter2
        passphrase-env: MY_PASSPHRASE
`,
  );
  mkdirSync(at('out'));
});

const options = (): { effort: string; bootUpdate: string; parts: string } =>
  JSON.parse(readFileSync(at('out/update.zip.json'), 'utf8')).options;

test('integration: generate, verify, check and audit go by the configuration, without a word', async () => {
  const made = await command(['generate', '--config', file]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, new RegExp(`^configuration: ${file}, product module$`, 'm'));
  assert.equal(options().effort, 'fast');
  const configuration = { file, product: 'module' };
  assert.deepEqual(JSON.parse(readFileSync(at('out/update.zip.json'), 'utf8')).configuration, configuration);
  const told = await command(['generate', '--config', file, '--json']);
  assert.deepEqual(JSON.parse(told.stdout).configuration, configuration);
  const proved = await command(['verify', '--config', file]);
  assert.equal(proved.code, 0, proved.stdout);
  assert.match(proved.stdout, /^PROVED: .*out\/update\.zip/);
  assert.match(proved.stdout, /power cuts: \d+ of/);
  const checked = await command(['check', '--config', file, '--json']);
  assert.equal(JSON.parse(checked.stdout).format, 'dfota-check');
  const audited = await command(['audit', '--config', file]);
  assert.equal(audited.code, 0, audited.stderr);
  assert.equal(JSON.parse(readFileSync(at('out/audit.json'), 'utf8')).exact, true);
});

test('integration: flags stand over the environment, which stands over the file', async () => {
  const words = ['generate', '--config', file];
  assert.equal((await command(words, { DFOTA_EFFORT: 'normal' })).code, 0);
  assert.equal(options().effort, 'normal');
  assert.equal((await command(words, { DFOTA_GENERATE_EFFORT: 'normal', DFOTA_EFFORT: 'best' })).code, 0);
  assert.equal(options().effort, 'normal');
  assert.equal((await command([...words, '--effort', 'fast'], { DFOTA_EFFORT: 'normal', DFOTA_PARTS: 'm' })).code, 0);
  assert.deepEqual([options().effort, options().parts], ['fast', 'm']);
  // A flag that is the default counts as given.
  assert.equal((await command([...words, '--parts', 'a'], { DFOTA_PARTS: 'm' })).code, 0);
  assert.equal(options().parts, 'a');
  // An empty variable says nothing.
  assert.equal((await command(words, { DFOTA_EFFORT: '', DFOTA_CONFIG: '', DFOTA_PRODUCT: '' })).code, 0);
  assert.equal(options().effort, 'fast');
});

test('integration: the environment counts without a file', async () => {
  const pair = [at('v1/targetfiles.zip'), at('v2/targetfiles.zip'), '--no-config', '--output', at('out/update.zip')];
  const environment = { DFOTA_EFFORT: 'fast', DFOTA_VERIFY: 'off', DFOTA_NO_CACHE: '1', DFOTA_BOOT_UPDATE: 'whole' };
  const { code, stderr } = await command(['generate', ...pair, '--parts', 'o'], environment);
  assert.equal(code, 0, stderr);
  assert.deepEqual([options().effort, options().bootUpdate, options().parts], ['fast', 'whole', 'o']);
  const named = { DFOTA_CONFIG: file, DFOTA_PRODUCT: 'module' };
  assert.equal((await command(['generate'], named)).code, 0);
});

test('integration: an option on the command line takes the place of its rivals in the file', async () => {
  const { stderr, code } = await command(['generate', '--config', file, '--cache', at('cache'), '--starter-lists']);
  assert.equal(code, 0, stderr);
  assert.ok(existsSync(at('cache')));
  assert.equal(JSON.parse(readFileSync(at('out/update.zip.json'), 'utf8')).lists.folder, null);
  const words = ['generate', '--config', file, at('v2/targetfiles.zip')];
  const one = await command(words);
  assert.equal(one.code, 2);
  assert.match(one.stderr, /give the source build and the target build, or neither/);
  const several = await command([...words, '--from', at('v1/targetfiles.zip')]);
  assert.equal(several.code, 0, several.stderr);
  const target = await command(['generate', '--config', file, '--target', at('v1/targetfiles.zip')]);
  assert.match(target.stderr, /source and target are the same build/);
});

test('integration: what is wrong in the environment names the variable, with its exit code', async () => {
  const wrong = await command(['check', '--config', file], { DFOTA_JOBS: 'many', DFOTA_CACHE_SIZE: '7 apples' });
  assert.equal(wrong.code, 3);
  assert.match(wrong.stderr, /DFOTA_JOBS: .*\n {2}found: {4}many\n {2}expected: a whole number from 1 to 256/);
  assert.match(wrong.stderr, /DFOTA_CACHE_SIZE: .*\n {2}found: {4}7 apples/);
  const unknown = await command(['check', '--config', file], { DFOTA_EFORT: 'hunter2', MY_PASSPHRASE: 'x' });
  assert.match(
    unknown.stderr,
    /warning: DFOTA_EFORT: nothing reads this .*\n {2}to do: {4}did you mean DFOTA_EFFORT\?/,
  );
  assert.doesNotMatch(unknown.stderr, /hunter2/);
});

test('integration: several products want a name; a wrong one gets a suggestion', async () => {
  const two = at('two.yaml');
  writeFileSync(two, 'products:\n  rg520n: {source: v1}\n  rm500q: {source: v2}\n');
  for (const name of configuredCommands) {
    const { code, stderr } = await command([name, '--config', two]);
    assert.equal(code, 2, name);
    assert.match(stderr, /several products, and none is named\n {2}expected: rg520n, rm500q\n.*--product/, name);
  }
  const wrong = await command(['check', '--config', two, '--product', 'rg502n']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no product of this name\n {2}found: {4}rg502n\n[\s\S]*did you mean rg520n\?/);
  const none = await command(['check', '--no-config', '--product', 'x']);
  assert.match(none.stderr, /there is no configuration file/);
});

test('integration: faults of the file are told with line and column, and nothing is made', async () => {
  const broken = at('broken.yaml');
  writeFileSync(broken, 'products:\n  a:\n    sorce: v1\n    effort: great\n');
  const { code, stderr, stdout } = await command(['generate', '--config', broken, '--json']);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /broken\.yaml:3:5: a product has no key of this name\n {2}found: {4}sorce\n {2}to do: {4}did you mean source\?/,
  );
  assert.match(stderr, /broken\.yaml:4:13: the value of effort is not valid/);
  assert.deepEqual(
    JSON.parse(stdout).error.faults.map(({ code }: { code: string }) => code),
    ['configuration-key', 'configuration-value'],
  );
  const missing = await command(['generate', '--config', at('none.yaml')]);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /none\.yaml: /);
  writeFileSync(broken, 'products:\n  a:\n    cache: x\n    no-cache: true\n');
  assert.match((await command(['check', '--config', broken])).stderr, /:4:5: cache and no-cache do not go together/);
  const large = at('large.yaml');
  writeFileSync(large, '#'.repeat(2 ** 18 + 1));
  assert.match((await command(['check', '--config', large])).stderr, /the file is too large for a configuration/);
});

test('integration: dfota config shows each value and where it came from, and no secret', async () => {
  const environment = {
    DFOTA_EFFORT: 'best',
    DFOTA_AUDIT_JOBS: '2',
    MY_PASSPHRASE: 'hunter2',
    DFOTA_BUILDER_ID: 'https://u:hunter2@ci/1',
  };
  const { code, stdout, stderr } = await command(['config', '--config', file], environment);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^effort +best +generate, release +DFOTA_EFFORT$/m);
  assert.match(stdout, /^jobs +2 +audit +DFOTA_AUDIT_JOBS$/m);
  assert.match(stdout, new RegExp(`^target +${at('v2/targetfiles.zip')} .* ${file}:9:5$`, 'm'));
  assert.match(stdout, /^boot-update +resumable +generate, release +default$/m);
  assert.match(stdout, /^signer-command +\(not shown\) +release /m);
  assert.match(stdout, /^builder-id +https:\/\/…@ci\/1 /m);
  assert.match(stdout, /^passphrase of a key: MY_PASSPHRASE, set$/m);
  const json = await command(['config', '--config', file, '--json'], environment);
  assert.doesNotMatch(stdout + stderr + json.stdout, /hunter2/);
  assert.equal(JSON.parse(json.stdout).passphrase.isSet, true);
});

test('end-to-end: the file is found upwards, and its paths start where it lies; update_gen does not look at it', {
  skip: without('unzip'),
}, () => {
  mkdirSync(at('deep/er'), { recursive: true });
  const bin = join(root, 'bin/dfota.js');
  const made = spawnSync(process.execPath, [bin, 'generate', '--quiet', '--json'], {
    cwd: at('deep/er'),
    encoding: 'utf8',
  });
  assert.equal(made.status, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).package.file, '../../out/update.zip');
  assert.match(execFileSync('unzip', ['-tq', at('out/update.zip')], { encoding: 'utf8' }), /No errors/);
  mkdirSync(at('gen'));
  writeFileSync(at('gen/dfota.config.yaml'), 'this is: [no configuration');
  const words = [join(root, 'bin/update_gen.js'), 'a'];
  const old = spawnSync(process.execPath, words, {
    cwd: at('gen'),
    encoding: 'utf8',
    env: { ...process.env, DFOTA_JOBS: 'x' },
  });
  assert.match(old.stderr, /^error: v2\/targetfiles\.zip: there is nothing at this path/);
  const both = spawnSync(process.execPath, [bin, 'config'], { cwd: at('gen'), encoding: 'utf8' });
  assert.equal(both.status, 3);
  assert.match(both.stderr, /dfota\.config\.yaml:1:\d+: the configuration is neither YAML nor JSON/);
  writeFileSync(at('gen/dfota.config.json'), '{}');
  const two = spawnSync(process.execPath, [bin, 'config'], { cwd: at('gen'), encoding: 'utf8' });
  assert.match(two.stderr, /more than one configuration\n {2}found: {4}dfota\.config\.yaml, dfota\.config\.json/);
});

/** Options that are for one run, and so for no file. */
const notSettings = 'config product no-config json quiet verbose help version'.split(' ');
const ofOneRun: Readonly<Record<string, readonly string[]>> = {
  check: ['package'],
  verify: ['trace', 'replay'],
  audit: ['package', 'today'],
  prepare: ['dry-run'],
};

/** What `generate` has and `release` has not: a release is one pair, and the bundle holds record and provenance. */
const ofGenerateAlone = ['from', 'fromArchive', 'sourceVersion', 'plan', 'noRecord', 'provenance', 'sbom'];

test('unit: release takes every setting of generate, but for those that a bundle has no use for', () => {
  const taken = (name: 'generate' | 'release') =>
    settingNames.filter((each) => settingOf(each).commands.includes(name));
  const release = new Set(taken('release'));
  assert.deepEqual(
    taken('generate').filter((each) => !release.has(each)),
    ofGenerateAlone,
  );
});

test('unit: the table of settings has every option of the commands, with the same choices', async () => {
  for (const name of configuredCommands) {
    const { stdout } = await command([name, '--help']);
    const help = stdout.replace(/\n {10,}/g, ' ');
    const listed = [...help.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, option = '']) => option);
    const positional = [...help.matchAll(/^ {2}(source|target|to|package) /gm)].map(([, word = '']) =>
      word === 'to' ? 'target' : word,
    );
    const taken = settingNames.filter((each) => settingOf(each).commands.includes(name)).map(optionName);
    assert.deepEqual(
      [...new Set([...listed, ...positional])].sort(),
      [...new Set([...taken, ...notSettings, ...(ofOneRun[name] ?? [])])].sort(),
      name,
    );
    for (const each of settingNames) {
      const setting = settingOf(each);
      if (setting.kind !== 'choice' || !setting.commands.includes(name)) continue;
      const said = stdout.replace(/\s+/g, ' ').split(/ (?=--[a-z])/);
      const line = said.find((text) => text.startsWith(`--${optionName(each)} `)) ?? '';
      const choices = [...(/\[choices: ([^\]]*)\]/.exec(line)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(
        ([, word]) => word,
      );
      assert.deepEqual(choices, setting.words, `${name} --${optionName(each)}`);
    }
  }
});
