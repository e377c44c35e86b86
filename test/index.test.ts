import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as dfota from '../src/index.js';

describe('unit: the public library', () => {
  it('offers the use cases of the command line by the name of the package', async () => {
    // By its own name: that is how the exports of package.json are read.
    const named: unknown = await import('dfota');
    assert.deepEqual(Object.keys(named ?? {}).sort(), Object.keys(dfota).sort());
    for (const name of [
      'generate',
      'verify',
      'inspect',
      'audit',
      'check',
      'prepare',
      'ls',
      'extract',
      'release',
      'explain',
      'sign',
    ])
      assert.equal(typeof Object.entries(dfota).find(([key]) => key === name)?.[1], 'function', name);
  });
});
