import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { buildsByVersion, literalPart, newestBuild } from '../../src/input/build-patterns.js';
import { InputError } from '../../src/model/errors.js';
import { file, writeTargetFiles } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('build-patterns');
const made = workFolder('build-patterns-made');
const at = (...names: string[]): string => join(work, ...names);

function release(folder: string, revision: string): string {
  mkdirSync(at(folder), { recursive: true });
  const zip = writeTargetFiles(join(made, folder.replaceAll('/', '-')), {
    nodes: { 'SYSTEM/x': file('x') },
    revision,
  });
  copyFileSync(zip, at(folder, 'targetfiles.zip'));
  return at(folder, 'targetfiles.zip');
}

async function fault(name: string, code: string): Promise<string> {
  try {
    await newestBuild(name);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.faults[0]?.code, code);
    return error.message;
  }
  throw new assert.AssertionError({ message: `${name}: no fault` });
}

const nine = release('releases/nine', 'A09');
const ten = release('releases/ten', 'A10');
const two = release('releases/two', 'A2');

test('integration: the newest version counts, in natural order and whatever the names are', async () => {
  assert.equal(await newestBuild(at('releases/*/targetfiles.zip')), ten);
  assert.equal(await newestBuild(at('releases/t*/targetfiles.zip')), ten);
  assert.equal(await newestBuild(at('**/targetfiles.zip')), ten);
  assert.equal(await newestBuild(at('releases/[mn]*/targetfiles.zip')), nine);
  assert.deepEqual(await buildsByVersion(at('releases/*/targetfiles.zip')), [two, nine, ten]);
  const here = relative(process.cwd(), at('releases/*/targetfiles.zip'));
  assert.equal(await newestBuild(here), relative(process.cwd(), ten));
});

test('integration: a name that is there wins over its reading as a pattern, in its folders too', async () => {
  const odd = release('[odd]/a', 'A1');
  assert.equal(await newestBuild(odd), odd);
  assert.equal(await newestBuild(at('[odd]/*/targetfiles.zip')), odd);
  const star = release('literal/*', 'A1');
  release('literal/other', 'A99');
  assert.equal(await newestBuild(star), star);
  assert.equal(await newestBuild(at('literal/*/target*.zip')), star);
});

test('integration: backslashes separate names where the host does it, and only there', async () => {
  const name = `${at('releases')}\\t*\\targetfiles.zip`;
  const read = await literalPart(name.replaceAll('/', '\\'), true);
  assert.equal(read.rest, 't*/targetfiles.zip');
  assert.deepEqual(await literalPart(name, false), { folder: work, rest: 'releases\\t*\\targetfiles.zip' });
});

test('integration: what is no pattern stands for itself, whether it is there or not', async () => {
  for (const name of ['no/such.zip', 'v1.zip', at('releases/{nine,ten}/targetfiles.zip')]) {
    assert.equal(await newestBuild(name), name);
  }
});

test('integration: nothing that matches, two newest, other projects and builds without a version are told', async () => {
  await fault(at('releases/x*/targetfiles.zip'), 'build-pattern-nothing');
  await fault(at('no-such-folder/*.zip'), 'build-pattern-nothing');
  const again = release('twins/a', 'A010');
  const other = release('twins/b', 'A10');
  const said = await fault(at('twins/*/targetfiles.zip'), 'build-pattern-newest');
  assert.ok(said.includes(`${again} (RG520NNADAR01A010M4G_OCPU_01.001) and ${other} (`), said);
  mkdirSync(at('mixed/a/SYSTEM/etc'), { recursive: true });
  mkdirSync(at('mixed/b/SYSTEM/etc'), { recursive: true });
  assert.match(await fault(at('mixed/*'), 'build-pattern-version'), /2 builds match/);
  const version = (project: string): string => `Project Name: ${project}\nProject Rev : A1\n`;
  writeFileSync(at('mixed/a/SYSTEM/etc/quectel-project-version'), version('RG520N'));
  writeFileSync(at('mixed/b/SYSTEM/etc/quectel-project-version'), version('RM500Q'));
  assert.match(await fault(at('mixed/*'), 'build-pattern-projects'), /is RG520N, .* is RM500Q/);
});

test('integration: other names of one build are one match, and links in circles end', async () => {
  mkdirSync(at('linked'));
  symlinkSync(at('releases/ten'), at('linked/ten'));
  symlinkSync(at('releases/ten'), at('linked/latest'));
  assert.equal(await newestBuild(at('linked/*/targetfiles.zip')), at('linked/latest/targetfiles.zip'));
  symlinkSync(at('releases'), at('releases/up'));
  assert.equal(await newestBuild(at('releases/**/targetfiles.zip')), ten);
});
