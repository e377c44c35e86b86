import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { failureJson, showFailure, toFailure } from '../../src/cli/failure.js';
import { coloured, plain } from '../../src/cli/style.js';
import { type Fault, InputError, ProofError, UsageError } from '../../src/model/errors.js';

const running = new AbortController().signal;
const fault: Fault = {
  code: 'noota-line',
  place: { file: 'noota.txt', line: 3, column: 7 },
  message: 'this line does not parse',
  found: '"a b"',
  expected: 'one path',
  remedy: 'take the blank away',
};

test('unit: errors are sorted by who can mend them', () => {
  assert.equal(toFailure(new UsageError(fault), running).exitCode, 2);
  assert.equal(toFailure(new InputError([fault, fault]), running).exitCode, 3);
  assert.equal(toFailure(new ProofError(fault), running).exitCode, 1);
  assert.equal(toFailure(new TypeError('x is not a function'), running).exitCode, 70);
  assert.equal(toFailure('thrown text', running).exitCode, 70);
});

test('unit: what the file system refuses is the environment’s fault, and says where', () => {
  let refused: unknown;
  try {
    readFileSync('/no/such/file');
  } catch (error) {
    refused = error;
  }
  const failure = toFailure(refused, running);
  assert.equal(failure.exitCode, 3);
  assert.equal(showFailure(failure, plain, false).split('\n')[0], 'error: /no/such/file: no such file or folder');
  const full = toFailure(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }), running);
  assert.match(showFailure(full, plain, false), /the disk is full/);
});

test('unit: whatever ends an aborted run counts as stopped', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const stop = new AbortController();
    stop.abort(signal);
    assert.equal(toFailure(new Error('aborted'), stop.signal).exitCode, code);
  }
});

test('unit: place, found, expected and remedy stand on lines of their own', () => {
  const failure = toFailure(new InputError(fault), running);
  assert.equal(
    showFailure(failure, plain, false),
    'error: noota.txt:3:7: this line does not parse\n  found:    "a b"\n  expected: one path\n  to do:    take the blank away\n',
  );
  assert.match(showFailure(failure, coloured, false), /\u001b\[1mnoota\.txt:3:7\u001b\[22m/);
});

test('unit: a bug asks for a report and shows its stack only when debugging', () => {
  const failure = toFailure(new TypeError('x is not a function'), running);
  const shown = showFailure(failure, plain, false);
  assert.match(shown, /not in your files/);
  assert.match(shown, /TypeError: x is not a function/);
  assert.doesNotMatch(shown, /failure\.test/);
  assert.match(showFailure(failure, plain, true), /failure\.test/);
});

test('unit: the JSON form holds kind, exit code and every fault', () => {
  assert.deepEqual(JSON.parse(failureJson(toFailure(new InputError(fault), running))), {
    error: { kind: 'input', exitCode: 3, faults: [fault] },
  });
});
