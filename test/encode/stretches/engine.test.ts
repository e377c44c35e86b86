import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { adoptEngineModule, engineModule } from '../../../src/encode/stretches/engine.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

test('unit: the engine is compiled once, and nothing but a module is taken for one', () => {
  const module = engineModule();
  assert.equal(engineModule(), module);
  for (const given of [undefined, null, {}, new Uint8Array(8), 'engine.wasm'])
    assert.equal(adoptEngineModule(given), false);
  assert.equal(engineModule(), module);
  assert.equal(adoptEngineModule(module), true);
  assert.equal(engineModule(), module);
});

test('integration: a module that is posted to a thread works there', async () => {
  const engine = new URL('../../../src/encode/stretches/engine.js', import.meta.url).href;
  const code = `import { parentPort, workerData } from 'node:worker_threads';
    import { adoptEngineModule, openEngine } from ${JSON.stringify(engine)};
    parentPort.postMessage([adoptEngineModule(workerData), openEngine(0).call('bzip2InputSize')]);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: engineModule(),
  });
  const answer: unknown = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.deepEqual(answer, [true, 2 ** 18]);
  await worker.terminate();
});

// A flag that is changed in a running process, once or from several threads, makes Node 26 end with a fatal error of V8.
test('unit: no flag of V8 is changed anywhere', () => {
  const files = ['src', 'bin']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((name) => /\.[jt]s$/.test(name));
  assert.ok(files.length > 100 && files.includes('bin/dfota.js'));
  for (const name of files) {
    // Reading the heap's limit changes nothing; nothing else is taken from there.
    const text = readFileSync(join(root, name), 'utf8').replace("import { getHeapStatistics } from 'node:v8';", '');
    assert.doesNotMatch(text, /setFlagsFromString|node:v8/, name);
  }
});
