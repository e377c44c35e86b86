import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { requireFreeFolder, writeBytes, writeFolder, writeOutput, writeText } from '../../src/files/output.js';
import { isTemporaryName, openTemporary, removeAllTemporary, withTemporaryFolder } from '../../src/files/temporary.js';
import { InputError } from '../../src/model/errors.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('output');

function folder(name: string): string {
  const path = join(work, name);
  mkdirSync(path);
  return path;
}

function code(expected: string, message = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.faults[0]?.code, expected);
    assert.match(error.message, message);
    return true;
  };
}

test('integration: an output has its name only when it is complete, and replaces what was there', async () => {
  const at = folder('whole');
  const output = join(at, 'report');
  writeFileSync(output, 'old');
  const seen: string[] = [];
  const result = await writeOutput(
    output,
    async (sink) => {
      await sink.write(Buffer.from('new '));
      await sink.write(Buffer.from('text'));
      seen.push(readFileSync(output, 'utf8'));
      return 7;
    },
    { check: async (file) => void seen.push(await readFile(file, 'utf8')) },
  );
  assert.equal(result, 7);
  assert.deepEqual(seen, ['old', 'new text']);
  assert.equal(readFileSync(output, 'utf8'), 'new text');
  assert.deepEqual(readdirSync(at), ['report']);
});

test('integration: whatever fails, what was there stays and nothing else is left', async () => {
  const at = folder('failing');
  const output = join(at, 'report');
  writeFileSync(output, 'old');
  const failure = new Error('enough');
  const fail = (): never => {
    throw failure;
  };
  const same = (error: unknown): boolean => error === failure;
  const stop = new AbortController();
  await assert.rejects(
    writeOutput(output, async () => fail()),
    same,
  );
  await assert.rejects(
    writeOutput(output, (sink) => sink.write(Buffer.from('new')), { check: async () => fail() }),
    same,
  );
  await assert.rejects(
    writeOutput(output, async () => stop.abort(failure), { signal: stop.signal }),
    same,
  );
  await assert.rejects(writeText(output, 'new', { signal: stop.signal }), same);
  assert.deepEqual(readdirSync(at), ['report']);
  assert.equal(readFileSync(output, 'utf8'), 'old');
});

test('integration: left-overs of a killed process of the same number stop nobody', async () => {
  const at = folder('left-over');
  const output = join(at, 'report');
  const names = [`report.${process.pid}.part`, `.report.${process.pid}-0.tmp`, `report.${process.pid}.tmp`];
  for (const name of names) writeFileSync(join(at, name), 'left over');
  await writeText(output, 'text');
  assert.deepEqual(readdirSync(at).sort(), [...names, 'report'].sort());
});

test('unit: temporary files are told from others by their name, also beside a name as long as there can be', async () => {
  const at = folder('names');
  const longest = join(at, 'x'.repeat(255));
  const { file, handle } = await openTemporary(longest);
  await handle.close();
  const [name] = readdirSync(at);
  assert.ok(name !== undefined && isTemporaryName(name), name);
  removeAllTemporary();
  assert.ok(!existsSync(file));
  await writeText(longest, 'text');
  assert.deepEqual(readdirSync(at), ['x'.repeat(255)]);
  for (const other of ['report', '.report.tmp', 'report.0123456789abcdef.tmp'])
    assert.ok(!isTemporaryName(other), other);
});

test('integration: a folder is told apart from a file, and a missing folder is named', async () => {
  const at = folder('apart');
  await assert.rejects(writeText(at, 'x'), code('output-is-folder'));
  await assert.rejects(writeText(`${at}/`, 'x'), code('output-is-folder'));
  await assert.rejects(
    writeText(join(at, 'new/'), 'x'),
    code('output-is-folder', /name a file, in a folder that exists/),
  );
  await assert.rejects(
    writeText(join(at, 'one/two/three'), 'x'),
    code('output-folder', /there is no .*apart\/one\n?$/),
  );
  writeFileSync(join(at, 'file'), '');
  await assert.rejects(writeText(join(at, 'file/report'), 'x'), code('output-folder'));
  assert.deepEqual(readdirSync(at), ['file']);
});

test('integration: a link stays a link: what it leads to is written', async () => {
  const at = folder('links');
  writeFileSync(join(at, 'real'), 'old');
  symlinkSync('real', join(at, 'link'));
  symlinkSync('not-yet', join(at, 'dangling'));
  symlinkSync('circle', join(at, 'circle'));
  await writeText(join(at, 'link'), 'new');
  await writeText(join(at, 'dangling'), 'made');
  assert.equal(readlinkSync(join(at, 'link')), 'real');
  assert.equal(readFileSync(join(at, 'real'), 'utf8'), 'new');
  assert.equal(readFileSync(join(at, 'not-yet'), 'utf8'), 'made');
  await assert.rejects(writeText(join(at, 'circle'), 'x'), code('output-link'));
});

/** A device node of the kind of /dev/null, made apart from the real one; `undefined` where that is not allowed. */
function nullDevice(t: TestContext, path: string): string | undefined {
  try {
    execFileSync('mknod', [path, 'c', '1', '3'], { stdio: 'ignore' });
    writeFileSync(path, '');
    return path;
  } catch {
    t.skip('no device nodes can be made or used here');
    return undefined;
  }
}

test('integration: a device takes a text and stays a device, and refuses what must be read back', async (t) => {
  const device = nullDevice(t, join(folder('device'), 'null'));
  if (device === undefined) return;
  await writeText(device, 'text');
  await assert.rejects(
    writeOutput(device, async () => {}),
    code('output-not-file'),
  );
  assert.ok(lstatSync(device).isCharacterDevice());
  assert.deepEqual(readdirSync(join(work, 'device')), ['null']);
});

test('integration: a pipe takes a text', async () => {
  const pipe = join(folder('pipe'), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), writeText(pipe, 'text')]);
  assert.equal(read, 'text');
  assert.ok(statSync(pipe).isFIFO());
});

test('integration: a full device is an error with words', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('there is no /dev/full here');
  await assert.rejects(writeBytes('/dev/full', Buffer.from('text')), code('disk-full'));
});

test('integration: a folder appears with all its content, or not at all', async () => {
  const at = folder('folders');
  const output = join(at, 'made');
  await writeFolder(output, async (inside) => {
    await mkdir(join(inside, 'a'));
    await writeFile(join(inside, 'a/file'), 'text');
    assert.ok(!existsSync(output));
  });
  assert.equal(readFileSync(join(output, 'a/file'), 'utf8'), 'text');
  await assert.rejects(requireFreeFolder(output), code('output-not-empty'));
  await assert.rejects(
    writeFolder(output, async () => {}),
    code('output-not-empty'),
  );
  await assert.rejects(
    writeFolder(join(at, 'failing'), async (inside) => {
      mkdirSync(join(inside, 'closed'));
      writeFileSync(join(inside, 'closed/file'), '');
      chmodSync(join(inside, 'closed'), 0);
      throw new Error('enough');
    }),
    /enough/,
  );
  assert.deepEqual(readdirSync(at), ['made']);
});

test('integration: two that make the same folder at the same time do not mix', async () => {
  const at = folder('race');
  const output = join(at, 'made');
  const results = await Promise.allSettled(
    ['one', 'two'].map((name) =>
      writeFolder(output, async (inside) => {
        await writeFile(join(inside, name), name);
        await new Promise((done) => setTimeout(done, 20));
      }),
    ),
  );
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const [failed] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  assert.ok(code('output-not-empty', /another run/)(failed));
  assert.equal(readdirSync(output).length, 1);
  assert.deepEqual(readdirSync(at), ['made']);
});

test('integration: a folder of its own is gone after the step, whatever happened', async () => {
  let path = '';
  await assert.rejects(
    withTemporaryFolder('test', async (inside) => {
      path = inside;
      writeFileSync(join(inside, 'file'), '');
      throw new Error('enough');
    }),
    /enough/,
  );
  assert.ok(path !== '' && !existsSync(path));
});
