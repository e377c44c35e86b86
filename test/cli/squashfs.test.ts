import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-squashfs');
const folder = join(work, 'data');
mkdirSync(join(folder, 'certs'), { recursive: true });
writeFileSync(join(folder, 'serial'), '12345\n');
writeFileSync(join(folder, 'certs', 'device.der'), Buffer.alloc(300_000, 'certificate '));
symlinkSync('certs/device.der', join(folder, 'device.der'));

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: an image alone and in an UBI image is made, listed, extracted and compared', async () => {
  for (const [name, words, description] of [
    ['data.squashfs', [], /^squashfs \(gzip, blocks of 131072 bytes\): 4 entries/m],
    ['data.ubi', ['--ubi', '--volume', 'production'], /^UBI image, volume production, squashfs/m],
  ] as const) {
    const output = join(work, name);
    const made = await outcome('squashfs', 'make', folder, ...words, '--output', output);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /2 files, 1 folder, 1 link, 300\.0 kB[\s\S]*proved/);
    const listed = await outcome('ls', output);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, description);
    assert.match(listed.stdout, /lrwxrwxrwx {2}0:0 +device\.der -> certs\/device\.der/);
    const out = join(work, `${name}.out`);
    assert.equal((await outcome('extract', output, '--output', out)).code, 0);
    assert.equal(readFileSync(join(out, 'device.der'), 'latin1').length, 300_000);
    const again = join(work, `again-${name}`);
    await outcome('squashfs', 'make', folder, ...words, '--output', again);
    assert.ok(readFileSync(again).equals(readFileSync(output)), 'the same bytes');
  }
  const changed = join(work, 'changed');
  mkdirSync(changed);
  writeFileSync(join(changed, 'serial'), '67890\n');
  const other = join(work, 'other.squashfs');
  await outcome('squashfs', 'make', changed, '--output', other);
  const audit = await outcome('audit', join(work, 'data.squashfs'), other);
  assert.match(audit.stdout, /serial/, audit.stderr);
});

test('integration: sizes and names that are not possible are told, and nothing is written', async () => {
  const output = join(work, 'never');
  for (const [words, message] of [
    [['--block', '1000'], /--block is not valid[\s\S]*power of two from 4096 to 1048576/],
    [['--block', '2M'], /--block is not valid/],
    [['--ubi', '--page', '100'], /--page is not valid/],
    [['--ubi', '--page', '128K'], /--page is not valid/],
    [['--ubi', '--volume', 'a b'], /--volume is not valid/],
    [['--ubi', '--erase-block', '3000'], /--erase-block is not valid/],
  ] as const) {
    const made = await outcome('squashfs', 'make', folder, ...words, '--output', output);
    assert.equal(made.code, 2, made.stderr);
    assert.match(made.stderr, message);
    assert.ok(!existsSync(output));
  }
  const none = await outcome('squashfs', 'make', join(work, 'none'), '--output', output);
  assert.equal(none.code, 3);
  const bare = await outcome('squashfs');
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /say what to do: make/);
});
