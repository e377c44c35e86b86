import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isProved } from '../../src/encode/prove-patch.js';
import { sha1Of } from '../../src/model/digest.js';
import { InputError } from '../../src/model/errors.js';
import { findReferencePackage } from '../../src/reference/find-package.js';
import { openReferenceEngine, type ReferenceOptions } from '../../src/reference/reference-engine.js';
import { noise, prose } from '../applypatch/make-patch.js';
import { behaviours, writeReferencePackage } from '../support/reference-package.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('reference');
// What is left behind is seen: the engine's files are in a folder of this test.
process.env.TMPDIR = join(work, 'tmp');
mkdirSync(join(work, 'tmp'));
assert.equal(tmpdir(), join(work, 'tmp'));

const source = prose(60_000, 1);
const target = Buffer.concat([source.subarray(0, 20_000), noise(300, 2), source.subarray(20_100)]);
const content = { size: target.length, sha1: sha1Of(target) };

function fake(diff: string): ReferenceOptions {
  const entry = writeReferencePackage(join(work, `package-${readdirSync(work).length}`), diff);
  return { find: () => ({ entry, name: 'bsdiff-node 0.0.1' }) };
}

function left(): readonly string[] {
  return readdirSync(join(work, 'tmp'));
}

async function faultOf(action: Promise<unknown>): Promise<InputError['faults'][number]> {
  const error = await action.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof InputError, String(error));
  return error.faults[0] ?? assert.fail();
}

async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

test('integration: several patches at once, each proved, and nothing is left when the engine is closed', async () => {
  const engine = await openReferenceEngine(fake(behaviours.works));
  try {
    const made = await Promise.all([1, 2, 3].map((n) => engine.make(source, target, `file ${n}`, undefined)));
    for (const { bytes, wallSeconds, processorSeconds } of made) {
      assert.ok(isProved(bytes, source, content));
      assert.ok(wallSeconds > 0 && processorSeconds > 0);
    }
    assert.equal(left().length, 1);
  } finally {
    await engine.close();
  }
  assert.deepEqual(left(), []);
});

const failures: readonly (readonly [keyof typeof behaviours, RegExp])[] = [
  ['throws', /No such file or directory/],
  ['exits', /its process has ended \(exit code 1\)/],
  ['hangs', /it has said nothing for 1.5 seconds/],
  ['writes nothing', /left no patch/],
  ['writes rubbish', /no BSDIFF40/],
  ['writes far too much', /far too large/],
];

for (const [behaviour, found] of failures) {
  test(`integration: a package that ${behaviour} is told with the file, and the next file is tried anew`, async () => {
    const engine = await openReferenceEngine({ ...fake(behaviours[behaviour]), silence: 1500 });
    try {
      for (const label of ['SYSTEM/bin/a', 'SYSTEM/bin/b']) {
        const fault = await faultOf(engine.make(source, target, label, undefined));
        assert.deepEqual([fault.code, fault.place?.file], ['engine-failed', label]);
        assert.match(fault.found ?? '', found);
      }
    } finally {
      await engine.close();
    }
    assert.deepEqual(left(), []);
  });
}

test('integration: an abort ends the process in the middle of its work', async () => {
  const heard = join(work, 'heard');
  process.env.DFOTA_TEST_HEARD = heard;
  const engine = await openReferenceEngine(fake(behaviours.hangs));
  const stop = new AbortController();
  const reason = new Error('stopped');
  const making = engine.make(source, target, 'a', stop.signal);
  const failed = assert.rejects(making, reason);
  while (!readdirSync(work).includes('heard')) await new Promise((done) => setTimeout(done, 10));
  stop.abort(reason);
  await failed;
  await engine.close();
  assert.ok(await isGone(Number(readFileSync(heard, 'utf8'))));
  assert.deepEqual(left(), []);
});

test('integration: a package that cannot be loaded says why, and what to install', async () => {
  const broken = join(work, 'broken.js');
  for (const [code, found] of [
    ["throw new Error('invalid ELF header')", /invalid ELF header/],
    ['exports.patch = 1', /no function diff/],
    ['process.exit(3)', /exit code 3/],
  ] as const) {
    writeFileSync(broken, code);
    const fault = await faultOf(openReferenceEngine({ find: () => ({ entry: broken, name: 'bsdiff-node 0.0.1' }) }));
    assert.equal(fault.code, 'engine-missing');
    assert.match(fault.found ?? '', found);
    assert.match(`${fault.expected} ${fault.remedy}`, /compiler.*npm install bsdiff-node@2\.5\.0/s);
  }
  assert.deepEqual(left(), []);
});

test('integration: the package itself makes patches that are proved, the same ones each time', async (t) => {
  try {
    createRequire(import.meta.url).resolve('bsdiff-node');
  } catch {
    const fault = await faultOf(openReferenceEngine());
    assert.equal(fault.code, 'engine-missing');
    assert.match(fault.message, /is not installed/);
    t.skip('bsdiff-node is not installed: npm install --no-save bsdiff-node@2.5.0');
    return;
  }
  const engine = await openReferenceEngine();
  try {
    assert.equal(engine.name, findReferencePackage().name);
    const [one, two] = [
      await engine.make(source, target, 'a', undefined),
      await engine.make(source, target, 'a', undefined),
    ];
    assert.ok(isProved(one.bytes, source, content));
    assert.deepEqual(one.bytes, two.bytes);
    const fault = await faultOf(
      engine
        .make(source, target, 'a', undefined)
        .then(() =>
          engine.make(source, target, 'b', AbortSignal.abort(new InputError({ code: 'engine-failed', message: 'x' }))),
        ),
    );
    assert.equal(fault.message, 'x');
  } finally {
    await engine.close();
  }
});
