/** What the decoder in C takes of a small device. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decoder, strict } from '../c-decoder.js';

test('integration: on a Cortex-M4 the state is at most 16, 32 or 64 KiB, and the code at most 7 KiB without SHA-256', (t) => {
  if (spawnSync('arm-none-eabi-gcc', ['--version']).status !== 0) {
    t.skip('NOT TESTED: arm-none-eabi-gcc is not here');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const object = join(folder, 'image-delta.o');
    for (const [model, most] of [
      [15_104, 2 ** 14],
      [31_488, 2 ** 15],
      [64_256, 2 ** 16],
    ]) {
      const cortex = ['-std=c99', '-mcpu=cortex-m4', '-mthumb', `-DDFID_MODEL_BYTES=${model}`];
      const probe = spawnSync('arm-none-eabi-gcc', [...cortex, '-I', decoder, ...['-x', 'c', '-fsyntax-only', '-']], {
        input: `#include "image-delta.h"\ntypedef char state_is_small[sizeof(dfid_decoder) <= ${most} ? 1 : -1];\n`,
      });
      assert.equal(probe.status, 0, String(probe.stderr));
    }
    const apart = ['-DDFID_EXTERNAL_SHA256'];
    for (const [flags, most] of [
      [[], 8192],
      [apart, 7168],
      [[...apart, '-DDFID_NO_INPLACE'], 6656],
      [[...apart, '-DDFID_NO_AARCH64', '-DDFID_NO_ARM'], 6656],
      [[...apart, '-DDFID_NO_AARCH64', '-DDFID_NO_ARM', '-DDFID_NO_INPLACE', '-DDFID_NO_JOURNAL'], 5760],
    ] as const) {
      const built = spawnSync('arm-none-eabi-gcc', [
        ...strict,
        ...flags,
        ...['-Os', '-mcpu=cortex-m4', '-mthumb', '-c', join(decoder, 'image-delta.c'), '-o', object],
      ]);
      assert.equal(built.status, 0, String(built.stderr));
      const size = spawnSync('arm-none-eabi-size', [object]);
      const [code, data, bss] = (String(size.stdout).split('\n')[1] ?? '').trim().split(/\s+/).map(Number);
      t.diagnostic(`${flags.join(' ') || 'everything'}: ${code} bytes of code`);
      assert.ok(code !== undefined && code < most, `${code} bytes of code`);
      assert.deepEqual([data, bss], [0, 0], 'the decoder keeps nothing outside of its state');
    }
    const built = spawnSync('arm-none-eabi-gcc', [
      ...strict,
      ...['-Os', '-mcpu=cortex-m4', '-mthumb', '-c', join(decoder, 'image-repack.c'), '-o', object],
    ]);
    assert.equal(built.status, 0, String(built.stderr));
    const size = spawnSync('arm-none-eabi-size', [object]);
    const [code, data, bss] = (String(size.stdout).split('\n')[1] ?? '').trim().split(/\s+/).map(Number);
    t.diagnostic(`packed parts: ${code} bytes of code`);
    assert.ok(code !== undefined && code < 12_288, `${code} bytes of code for packed parts`);
    assert.deepEqual([data, bss], [0, 0], 'the decoder keeps nothing outside of its state');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
