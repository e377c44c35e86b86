/** The examples of the decoder in C. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { absent, compilers, decoder, readVector, strict, vectors } from '../c-decoder.js';

/** Compiles an example and hands its path and a folder to `use`. */
function withExample(name: string, use: (program: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const program = join(folder, name);
    const sources = [`${name}.c`, 'image-delta.c'].map((file) => join(decoder, file));
    const built = spawnSync(compilers[0] ?? '', [...strict, '-O2', ...sources, '-o', program]);
    assert.equal(built.status, 0, String(built.stderr));
    use(program, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('integration: the example for files makes the new image, and leaves nothing when it refuses', (t) => {
  if (absent(t)) return;
  withExample('example-file', (program, folder) => {
    const made = join(folder, 'made');
    const run = (old: string, patch: string) =>
      spawnSync(program, [join(vectors, old, 'old'), join(vectors, patch, 'patch'), made]);
    assert.equal(run('thumb', 'thumb').status, 0);
    assert.ok(Buffer.compare(readFileSync(made), readVector('thumb', 'new')) === 0);
    assert.equal(run('text', 'thumb').status, 15);
    assert.ok(!existsSync(made));
  });
});

test('integration: the example for raw NOR flash updates it in place, and refuses another image', (t) => {
  if (absent(t)) return;
  const [old, patch, fresh] = ['old', 'patch', 'new'].map((part) => readVector('in-place-upwards', part));
  assert.ok(old !== undefined && patch !== undefined && fresh !== undefined);
  const [image, patchAt] = [65_536, 65_536 + 4096 + 4096];
  withExample('example-nor', (program, folder) => {
    const file = join(folder, 'flash');
    const flash = Buffer.alloc(patchAt + 32_768, 0xff);
    flash.set(old, 0);
    flash.set(patch, patchAt);
    writeFileSync(file, flash);
    assert.equal(spawnSync(program, [file, String(old.length)]).status, 0);
    const after = readFileSync(file);
    assert.ok(Buffer.compare(after.subarray(0, fresh.length), fresh) === 0);
    assert.ok(
      after.subarray(image + 4096, patchAt).every((byte) => byte === 0xff),
      'the journal is not empty',
    );
    assert.equal(spawnSync(program, [file, String(old.length)]).status, 16);
  });
});

test('integration: the example for a partition fota_pkg takes the patch in pieces, and goes on after a patch that stopped', (t) => {
  if (absent(t)) return;
  const oldFile = join(vectors, 'segments', 'old');
  const [patch, fresh] = [readVector('segments', 'patch'), readVector('segments', 'new')];
  withExample('example-fota-pkg', (program, folder) => {
    const [partition, made] = [join(folder, 'fota_pkg'), join(folder, 'made')];
    const run = (input: Uint8Array) => spawnSync(program, [oldFile, partition, made], { input }).status;
    writeFileSync(partition, Buffer.alloc(2 ** 20, 0xff));
    assert.equal(run(patch.subarray(0, patch.length - 1)), 13);
    assert.equal(run(patch), 0);
    assert.ok(Buffer.compare(readFileSync(made).subarray(0, fresh.length), fresh) === 0);
    assert.equal(run(Buffer.from('no patch at all')), 1);
  });
});
