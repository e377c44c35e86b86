import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { parseConfiguration } from '../../src/input/configuration/read-configuration.js';
import { configurationFile } from '../../src/usecases/init/configuration-text.js';
import { updateGenScript } from '../../src/usecases/init/update-gen-script.js';
import { mutationPair } from '../support/mutation-pair.js';
import { writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('init');
const made = workFolder('init-made');
const at = (...names: string[]): string => join(work, ...names);
const older = writeTargetFiles(join(made, 'a'), mutationPair.source);
const newer = writeTargetFiles(join(made, 'b'), mutationPair.target);

async function init(...words: readonly string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['init', ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: the configuration names the two newest builds, and the commands go by it', async () => {
  mkdirSync(at('builds/new'), { recursive: true });
  copyFileSync(newer, at('builds/new/targetfiles.zip'));
  copyFileSync(older, at('builds/old.zip'));
  writeFileSync(at('builds/other.zip'), 'no build');
  const { code, stdout, stderr } = await init(at('builds'), '--product', 'odd name: 1');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /from old\.zip to new\/targetfiles\.zip/);
  assert.match(stdout, /left out: .*other\.zip: /);
  const { products } = parseConfiguration(readFileSync(at('builds/dfota.config.yaml'), 'utf8'), 'dfota.config.yaml');
  const product = products.get('odd name: 1');
  assert.deepEqual(
    [product?.settings.get('source')?.value, product?.settings.get('target')?.value],
    ['old.zip', 'new/targetfiles.zip'],
  );
  const { terminal, stderr: said } = testTerminal();
  const words = [
    'generate',
    '--config',
    at('builds/dfota.config.yaml'),
    '--effort',
    'fast',
    '--no-cache',
    '--verify',
    'off',
  ];
  assert.equal(await run(dfota('0.0.0'), words, terminal), 0, said());
  assert.ok(existsSync(at('builds/update.zip')));
});

test('integration: nothing is written over, and a refused run writes nothing', async () => {
  for (const name of ['dfota.config.yaml', 'dfota.config.json', 'update_gen.sh']) {
    mkdirSync(at(`kept-${name}`));
    writeFileSync(at(`kept-${name}`, name), 'mine');
    const { code, stderr } = await init(at(`kept-${name}`), '--update-gen');
    assert.equal(code, 3);
    assert.match(stderr, /there is a file of this name already/);
    assert.deepEqual(readdirSync(at(`kept-${name}`)), [name]);
    assert.equal(readFileSync(at(`kept-${name}`, name), 'utf8'), 'mine');
  }
  assert.equal((await init(at('missing'))).code, 3);
});

test("end-to-end: in the maker's folder ./update_gen.sh a > log makes update.zip, from wherever it is called", {
  skip: without('unzip'),
}, async () => {
  mkdirSync(at('maker'));
  writeFileSync(at('maker/quectel_noota_filelist.txt'), 'SYSTEM/no/such\n');
  const { code, stdout, stderr } = await init(at('maker'), '--update-gen');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /kept as they are: quectel_noota_filelist\.txt/);
  assert.equal(readFileSync(at('maker/quectel_noota_filelist.txt'), 'utf8'), 'SYSTEM/no/such\n');
  assert.equal(statSync(at('maker/update_gen.sh')).mode & 0o777, 0o755);
  copyFileSync(older, at('maker/v1/targetfiles.zip'));
  copyFileSync(newer, at('maker/v2/targetfiles.zip'));
  execFileSync('sh', ['-c', './update_gen.sh a > log'], {
    cwd: at('maker'),
    env: { ...process.env, XDG_CACHE_HOME: at('cache') },
  });
  assert.match(readFileSync(at('maker/log'), 'utf8'), /^update\.zip: /m);
  assert.match(execFileSync('unzip', ['-tq', at('maker/update.zip')], { encoding: 'utf8' }), /No errors/);
  const wrong = spawnSync('sh', [at('maker/update_gen.sh'), 'everything'], { cwd: '/', encoding: 'utf8' });
  assert.equal(wrong.status, 2);
});

test('end-to-end: the script survives odd places, and says what is missing', () => {
  const odd = at("it's $odd");
  mkdirSync(odd);
  writeFileSync(join(odd, 'program.js'), 'console.log(process.argv.slice(2).join("|"))');
  writeFileSync(join(odd, 'update_gen.sh'), updateGenScript(join(odd, 'program.js')));
  const told = spawnSync('sh', [join(odd, 'update_gen.sh'), 'l m', '*'], { encoding: 'utf8' });
  assert.equal(told.stdout, 'l m|*\n');
  writeFileSync(join(odd, 'update_gen.sh'), updateGenScript('/no/such'));
  const env = { PATH: '/usr/bin:/bin' };
  const missing = spawnSync('sh', [join(odd, 'update_gen.sh'), 'a'], { encoding: 'utf8', env });
  assert.equal(missing.status, 3);
  assert.match(missing.stderr, /npm install -g dfota/);
});

test('unit: a configuration of which nothing is known is one with comments', () => {
  const { products } = parseConfiguration(configurationFile({ product: 'true' }), 'x');
  assert.deepEqual([...(products.get('true')?.settings.keys() ?? [])], ['output']);
  // What is offered as a comment is right once the marks are taken away.
  const all = configurationFile({ product: 'a' }).replace(/^( +)# (?=[a-z-]+:(?: |$)| {2})/gm, '$1');
  assert.ok(parseConfiguration(all, 'x').products.get('a')?.settings.has('cacheSize'));
});
