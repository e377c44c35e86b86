/** Small programs by a real compiler, in two versions: functions changed, inserted and removed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sequence } from './code-images.js';

/** Why there is nothing to test, or false. */
export const compilerMissing =
  spawnSync('arm-none-eabi-gcc', ['--version']).status === 0
    ? false
    : 'arm-none-eabi-gcc is missing: apt-get install gcc-arm-none-eabi';

/** A version of a program. */
export interface Version {
  /** Number of functions before any is removed. */
  readonly count: number;
  readonly seed: number;
  readonly changed?: ReadonlySet<number> | undefined;
  readonly removed?: ReadonlySet<number> | undefined;
  /** Functions behind which another one stands. */
  readonly inserted?: ReadonlySet<number> | undefined;
}

const none: ReadonlySet<number> = new Set();

/** Functions that call each other, read constants and a table of functions. What is not changed is the same in all versions. */
function sourceOf({ count, seed, changed = none, removed = none, inserted = none }: Version): string {
  const functions: string[] = [];
  const names: string[] = [];
  for (let k = 0; k < count; k++) {
    const next = sequence(seed + 1000 * k);
    const [divisor, salt, place, end] = [next(), next() % 1000, next() % 5000, next() % 90_000];
    if (removed.has(k)) continue;
    const callee = names.length === 0 ? 'x' : `${names[divisor % names.length]}(x ^ ${salt})`;
    const added = changed.has(k) ? `  x += ${1000 + k}; if (x & ${1 + (k % 7)}) x *= 17;\n` : '';
    functions.push(
      `__attribute__((noinline)) unsigned f${k}(unsigned x) {\n${added}  t[x % 8] += ${place};\n  return ${callee} + ${end};\n}`,
    );
    names.push(`f${k}`);
    if (!inserted.has(k)) continue;
    functions.push(`__attribute__((noinline)) unsigned g${k}(unsigned x) { return f${k}(x * ${end | 1}) ^ ${place}; }`);
    names.push(`g${k}`);
  }
  return `static unsigned t[8];\n${functions.join('\n')}\nunsigned (*const all[])(unsigned) = {${names.join(', ')}};\nvoid _start(void) { for (unsigned i = 0; i < ${names.length}; i++) all[i](i); for (;;) {} }\n`;
}

/** The image of a program, linked for 0x08020000. */
export function compileProgram(folder: string, name: string, version: Version, flags: readonly string[]): Uint8Array {
  const at = (ending: string): string => join(folder, `${name}${ending}`);
  writeFileSync(at('.c'), sourceOf(version));
  const link = ['-ffreestanding', '-nostdlib', '-Wl,-Ttext=0x08020000,-Tdata=0x20000000', at('.c'), '-o', at('.elf')];
  for (const [program, words] of [
    ['arm-none-eabi-gcc', [...flags, ...link]],
    ['arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', '-j', '.rodata', at('.elf'), at('.bin')]],
  ] as const) {
    const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  return readFileSync(at('.bin'));
}
