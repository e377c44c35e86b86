import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { holdApart } from '../../src/files/hold-apart.js';
import { InputError, UsageError } from '../../src/model/errors.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('hold-apart');
const input = join(work, 'v1.zip');
writeFileSync(input, '');
const lists = join(work, 'lists');
mkdirSync(lists);

function file(path: string, role = 'the output') {
  return { role, path, kind: 'file' } as const;
}

test('integration: what is refused says which output and which input', async () => {
  await assert.rejects(holdApart([{ role: 'the source', path: input }], [file(input)]), (error) => {
    assert.ok(error instanceof UsageError);
    assert.deepEqual(error.faults[0]?.place, { file: input });
    assert.match(error.message, /the output is the source: it would be lost/);
    return true;
  });
  await assert.rejects(
    holdApart([], [file(join(work, 'u.zip')), file(join(work, 'u.zip'), 'the plan')]),
    /the plan and the output are the same/,
  );
});

test('integration: into a folder that is not whole new files may be written, but not over it', async () => {
  const folder = { role: 'the folder of the lists', path: lists, whole: false };
  await holdApart([folder], [file(join(lists, 'update.zip'))]);
  await holdApart([folder], [{ role: 'the output', path: lists, kind: 'folder' }]);
  await assert.rejects(holdApart([folder], [file(lists)]), UsageError);
  await assert.rejects(
    holdApart([{ ...folder, whole: true }], [file(join(lists, 'update.zip'))]),
    /lies in the folder/,
  );
});

test('integration: inputs that are not there, and names that only look alike, are let through', async () => {
  await holdApart([{ role: 'the source', path: join(work, 'missing') }], [file(join(work, 'u.zip'))]);
  await holdApart(
    [{ role: 'the source', path: input }],
    [file(join(work, 'v1.zip.new')), file(join(work, 'v1'), 'the plan')],
  );
  await holdApart([{ role: 'the source', path: lists }], [file(join(work, 'lists.zip'))]);
});

test('integration: a device keeps nothing that could be lost', async () => {
  const plan = { role: 'the plan', path: '/dev/null', kind: 'text' } as const;
  await holdApart([{ role: 'the policy', path: '/dev/null' }], [plan, { ...plan, role: 'the report' }]);
  await assert.rejects(holdApart([], [file('/dev/null')]), InputError);
});
