/** Requests are plain data: what the command line asks for can be written as JSON, queued, and asked for again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainRequest } from '../../src/cli/commands/explain.js';
import { extractRequest } from '../../src/cli/commands/extract.js';
import { inspectRequest } from '../../src/cli/commands/inspect.js';
import { lsRequest } from '../../src/cli/commands/ls.js';

/** For each command the request with every option given, and with none that may be left out. */
const requests: Readonly<Record<string, { readonly all: object; readonly least: object }>> = {
  explain: {
    all: explainRequest({ words: ['status', '7'], package: 'update.zip' }),
    least: explainRequest({ words: ['510'] }),
  },
  extract: {
    all: extractRequest({ input: 'v1.zip', output: 'out', only: ['SYSTEM/etc'], volume: 'rootfs' }),
    least: extractRequest({ input: 'v1.zip', output: 'out' }),
  },
  inspect: { all: inspectRequest({ package: 'update.zip' }), least: inspectRequest({ package: 'update.zip' }) },
  ls: {
    all: lsRequest({ input: 'v1.zip', only: ['SYSTEM/etc'], volume: 'rootfs' }),
    least: lsRequest({ input: 'v1.zip' }),
  },
};

/** Whether a property, however deep, is there without a value. */
function lacksValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined;
  return Object.values(value).some(lacksValue);
}

for (const [command, { all, least }] of Object.entries(requests)) {
  test(`unit: the request of ${command} survives JSON and a structured clone`, () => {
    assert.equal(lacksValue(all), false, 'the example gives every option');
    assert.deepEqual(JSON.parse(JSON.stringify(all)), all);
    for (const request of [all, least]) {
      assert.deepEqual(structuredClone(request), request);
      const again: unknown = JSON.parse(JSON.stringify(request));
      assert.equal(JSON.stringify(again), JSON.stringify(request));
    }
  });
}
