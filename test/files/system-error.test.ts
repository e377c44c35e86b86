import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { asInputError, asOutputError, systemFault } from '../../src/files/system-error.js';
import { InputError } from '../../src/model/errors.js';

function refusal(code: string): Error {
  return Object.assign(new Error(`${code}: refused, open 'x'`), { code, syscall: 'open' });
}

for (const [code, expected] of [
  ['ENOENT', 'input-missing'],
  ['ENOTDIR', 'input-missing'],
  ['EACCES', 'input-unreadable'],
  ['EPERM', 'input-unreadable'],
  ['EIO', 'input-unreadable'],
] as const) {
  test(`unit: ${code} becomes ${expected}, with the place`, () => {
    const error = asInputError(refusal(code), 'v1', 'SYSTEM/x');
    assert.ok(error instanceof InputError);
    assert.equal(error.faults[0]?.code, expected);
    assert.deepEqual(error.faults[0]?.place, { file: 'v1', entry: 'SYSTEM/x' });
    assert.ok(error.cause instanceof Error);
  });
}

test("unit: a bug stays a bug, and the operating system's own refusal is recognised", async () => {
  const bug = new TypeError('undefined is not a function');
  assert.equal(asInputError(bug, 'v1'), bug);
  await assert.rejects(readFile('/nowhere/at/all'), (error) => asInputError(error, 'v1') instanceof InputError);
});

for (const [code, expected] of [
  ['ENOENT', 'output-folder'],
  ['EACCES', 'output-denied'],
  ['EROFS', 'output-denied'],
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EISDIR', 'output-is-folder'],
  ['EIO', 'output-unwritable'],
  ['EUNHEARD', 'output-unwritable'],
] as const) {
  test(`unit: ${code} while writing becomes ${expected}`, () => {
    const error = asOutputError(refusal(code), 'update.zip');
    assert.ok(error instanceof InputError);
    assert.equal(error.faults[0]?.code, expected);
    assert.deepEqual(error.faults[0]?.place, { file: 'update.zip' });
  });
}

test('unit: no refusal of the system is taken for a fault of the program', () => {
  for (const code of ['ENOTEMPTY', 'EXDEV', 'EBUSY']) {
    assert.equal(systemFault(refusal(code))?.code, `system-${code.toLowerCase()}`);
  }
  const unheard = systemFault(refusal('EUNHEARD'));
  assert.equal(unheard?.code, 'system-error');
  assert.match(unheard?.found ?? '', /EUNHEARD/);
  assert.equal(systemFault(new TypeError('undefined is not a function')), undefined);
  assert.equal(systemFault(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' })), undefined);
});

test('unit: memory that is refused to a thread, a buffer or WebAssembly is no fault of the program', async () => {
  const refused = [
    Object.assign(new Error('Worker terminated due to reaching memory limit: JS heap out of memory'), {
      code: 'ERR_WORKER_OUT_OF_MEMORY',
    }),
    Object.assign(new Error('Worker initialization failure: EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' }),
    new RangeError('WebAssembly.Memory(): could not allocate memory'),
    new RangeError('Array buffer allocation failed'),
  ];
  for (const error of refused) {
    const fault = systemFault(error);
    assert.equal(fault?.code, 'system-enomem', error.message);
    assert.match(fault?.remedy ?? '', /ulimit -v/);
    assert.equal(fault?.remedy?.includes('--disable-wasm-trap-handler'), error.message.startsWith('WebAssembly'));
  }
  const told = new Error('encoding a failed', {
    cause: new RangeError('WebAssembly.Memory(): could not allocate memory'),
  });
  assert.equal(systemFault(told)?.code, 'system-enomem', 'a thread tells it by another error');
  assert.equal(systemFault(new Error('encoding a failed', { cause: new Error('else') })), undefined);
  assert.equal(systemFault(new RangeError('Invalid array length')), undefined);
  assert.equal(systemFault(new Error('out of memory')), undefined, 'words alone are no refusal');
});

test('integration: a thread that V8 ends for want of memory is told as such', async () => {
  const thread = new Worker('const all = []; for (;;) all.push(new Array(1e5).fill(all.length));', {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 16 },
  });
  const error = await new Promise((told) => thread.on('error', told));
  assert.equal(systemFault(error)?.code, 'system-enomem');
});
