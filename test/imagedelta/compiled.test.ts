/** Two compilations of one program with a compiler for microcontrollers: what patches are made for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { workFolder } from '../support/work-folder.js';
import { sequence } from './code-images.js';
import { plainPlan } from './vector-cases.js';

const work = workFolder('compiled');
const compiler = spawnSync('arm-none-eabi-gcc', ['--version']).status === 0;
const missing = compiler ? false : 'arm-none-eabi-gcc is missing: apt-get install gcc-arm-none-eabi';

/** A program of functions that call each other, read constants and a table of functions. */
function source(count: number, extra: number): string {
  const next = sequence(9);
  const functions = Array.from({ length: count }, (_, k) => {
    const callee = k === 0 ? 'x' : `f${next() % k}(x ^ ${next() % 1000})`;
    const added = k % 20 === extra ? `  x += ${1000 + k}; if (x & ${1 + (k % 7)}) x *= 17;\n` : '';
    return `__attribute__((noinline)) unsigned f${k}(unsigned x) {\n${added}  t[x % 8] += ${next() % 5000};\n  return ${callee} + ${next() % 90_000};\n}`;
  });
  const table = Array.from({ length: count }, (_, k) => `f${k}`).join(', ');
  return `static unsigned t[8];\n${functions.join('\n')}\nunsigned (*const all[])(unsigned) = {${table}};\nvoid _start(void) { for (unsigned i = 0; i < ${count}; i++) all[i](i); for (;;) {} }\n`;
}

function compile(name: string, text: string, flags: readonly string[]): Uint8Array {
  const at = (ending: string): string => join(work, `${name}${ending}`);
  writeFileSync(at('.c'), text);
  const link = [
    '-Os',
    '-ffreestanding',
    '-nostdlib',
    '-Wl,-Ttext=0x08020000,-Tdata=0x20000000',
    at('.c'),
    '-o',
    at('.elf'),
  ];
  for (const [program, words] of [
    ['arm-none-eabi-gcc', [...flags, ...link]],
    ['arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', '-j', '.rodata', at('.elf'), at('.bin')]],
  ] as const) {
    const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  return readFileSync(at('.bin'));
}

for (const [name, flags] of [
  ['thumb', ['-mcpu=cortex-m4', '-mthumb']],
  ['arm', ['-march=armv5te', '-marm']],
] as const) {
  test(`integration: two compilations of a program for ${name}, in both areas and in place`, { skip: missing }, () => {
    const old = compile(`${name}-old`, source(400, 99), flags);
    const fresh = compile(`${name}-new`, source(400, 3), flags);
    assert.ok(old.length > 8000 && Buffer.compare(old, fresh) !== 0);
    const { patch, reading } = encodeDelta(old, fresh, plainPlan);
    assert.ok(Buffer.compare(applyDelta(old, patch), fresh) === 0);
    assert.equal(reading.format, name);
    const plain = encodeDelta(old, fresh, plainPlan, { codeAware: false }).patch.length;
    assert.ok(patch.length < 0.8 * plain, `${patch.length} of ${plain} bytes`);
    const inPlace = encodeDelta(old, fresh, { ...plainPlan, inPlace: true, downwards: 'try', segmentSize: 4096 });
    assert.ok(Buffer.compare(applyDelta(old, inPlace.patch), fresh) === 0);
  });
}
