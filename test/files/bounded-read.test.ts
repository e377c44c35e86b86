import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBounded, readBoundedFile } from '../../src/files/bounded-read.js';
import { InputError } from '../../src/model/errors.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('bounded-read');
const bounds = { limit: 10, code: 'cache-entry-wrong', what: 'an entry' } as const;

async function refusal(file: string): Promise<string> {
  try {
    await readBounded(file, bounds);
  } catch (error) {
    assert(error instanceof InputError);
    return error.faults[0]?.message ?? '';
  }
  return 'none';
}

test('integration: a file of up to the limit is read whole, with the time of its last change; a longer one is refused', async () => {
  const file = join(work, 'file');
  for (const length of [0, 1, 9, 10]) {
    writeFileSync(file, 'x'.repeat(length));
    const { bytes, changedAt } = await readBoundedFile(file, bounds);
    assert.equal(bytes.toString(), 'x'.repeat(length));
    assert(Math.abs(Date.now() - changedAt) < 60_000);
  }
  writeFileSync(file, 'x'.repeat(11));
  assert.equal(await refusal(file), 'the file is too large for an entry');
  assert.equal(await refusal(join(work, 'none')), 'there is nothing at this path');
});

test('integration: what is no regular file is refused, and a pipe is not waited for', {
  skip: process.platform === 'win32' ? 'Windows has no pipes among its files' : false,
}, async () => {
  const pipe = join(work, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const socket = join(work, 'socket');
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    for (const file of [work, pipe, socket, '/dev/null']) {
      assert.equal(await refusal(file), 'an entry must be a regular file', file);
    }
  } finally {
    server.close();
  }
});
