import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-prepare');
const source = writeTargetFiles(join(work, 'v1'), {});
const output = join(work, 'v2.zip');

interface Fault {
  readonly code: string;
  readonly severity: string;
}

async function prepare(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['prepare', '--source', source, '--output', output, ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: prepare replaces the kernel, and writes nothing on a dry run', async () => {
  writeFileSync(join(work, 'boot.img'), 'ANDROID!new kernel');
  const dry = await prepare('--boot', join(work, 'boot.img'), '--dry-run', '--json');
  assert.equal(dry.code, 0, dry.stderr);
  assert.equal(JSON.parse(dry.stdout).changes[0].path, 'BOOTABLE_IMAGES/boot.img');
  assert.ok(!existsSync(output));
  const made = await prepare('--boot', join(work, 'boot.img'));
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /boot\.img/);
  assert.ok(existsSync(output));
});

test('integration: prepare --allow takes a boot image that is none, and says what was accepted', async () => {
  const odd = join(work, 'odd.img');
  writeFileSync(odd, '<html>not found</html>');
  const refused = await prepare('--boot', odd, '--dry-run');
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /or accept it: --allow boot-image-unfit/);
  const text = await prepare('--boot', odd, '--dry-run', '--allow', 'boot-image-unfit');
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^ {2}allowed although wrong: boot-image-unfit$/m);
  assert.match(text.stdout, /\(allowed\)/);
  const json = await prepare('--boot', odd, '--dry-run', '--json', '--allow', 'boot-image-unfit');
  const { allowed, findings } = JSON.parse(json.stdout);
  assert.deepEqual(allowed, ['boot-image-unfit']);
  assert.ok(findings.some(({ code, severity }: Fault) => code === 'boot-image-unfit' && severity === 'warning'));
  const other = await prepare('--boot', odd, '--dry-run', '--allow', 'firmware-gone');
  assert.equal(other.code, 3);
  assert.equal((await prepare('--boot', odd, '--allow', 'nonsense')).code, 2);
  const whole = join(work, 'boot.img');
  assert.deepEqual(
    JSON.parse((await prepare('--boot', whole, '--dry-run', '--json', '--allow', 'boot-image-unfit')).stdout).allowed,
    [],
  );
});

test('integration: nothing to replace is a mistake of the command line', async () => {
  assert.equal((await prepare()).code, 2);
});
