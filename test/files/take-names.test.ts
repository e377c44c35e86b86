/** Several files get their names together, or none does. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeOutput } from '../../src/files/output.js';
import { takeNames } from '../../src/files/take-names.js';
import { openTemporary } from '../../src/files/temporary.js';
import { InputError } from '../../src/model/errors.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('take-names');

function folder(name: string): string {
  mkdirSync(join(work, name));
  return join(work, name);
}

async function finished(output: string, text: string) {
  const { file, handle } = await openTemporary(output);
  await handle.writeFile(text);
  await handle.close();
  return { output, temporary: file, path: output };
}

test('integration: a file and what comes with it appear together', async () => {
  const at = folder('together');
  const [main, other] = [join(at, 'main'), join(at, 'other')];
  writeFileSync(other, 'old');
  const seen: string[] = [];
  await writeOutput(
    main,
    async (sink) => {
      await sink.write(Buffer.from('new'));
      return 3;
    },
    {
      check: async () => void seen.push(readFileSync(other, 'utf8')),
      beside: async (size) => [{ path: other, bytes: Buffer.from(`${size} bytes`) }],
    },
  );
  assert.deepEqual(seen, ['old']);
  assert.deepEqual(readdirSync(at).sort(), ['main', 'other']);
  assert.equal(readFileSync(other, 'utf8'), '3 bytes');
});

test('integration: when the last name cannot be taken, the others lead to what they led to before', async () => {
  const at = folder('back');
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(at, name));
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  writeFileSync(first, 'old');
  // A folder cannot be replaced by a file.
  mkdirSync(third);
  const files = [await finished(first, 'new'), await finished(second, 'new'), await finished(third, 'new')];
  await assert.rejects(takeNames(files), (error) => error instanceof InputError);
  assert.equal(readFileSync(first, 'utf8'), 'old');
  assert.deepEqual(
    readdirSync(at)
      .filter((name) => !name.endsWith('.tmp'))
      .sort(),
    ['first', 'third'],
  );
  assert.equal(readdirSync(at).filter((name) => name.endsWith('.tmp')).length, 1, 'only the one that got no name');
});

test('integration: a companion that cannot be written leaves nothing', async () => {
  const at = folder('missing');
  const main = join(at, 'main');
  const beside = async () => [
    { path: join(at, 'fine'), bytes: Buffer.from('x') },
    { path: join(at, 'no/such/folder'), bytes: Buffer.from('x') },
  ];
  await assert.rejects(
    writeOutput(main, (sink) => sink.write(Buffer.from('x')), { beside }),
    (error) => error instanceof InputError && error.faults[0]?.code === 'output-folder',
  );
  assert.deepEqual(readdirSync(at), []);
});
